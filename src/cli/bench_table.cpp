#include "cli/bench_table.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

#include "report/format.h"
#include "report/safe_text.h"

namespace tlstriage::cli {
namespace {

/// Above it, others disturb the measurement.
constexpr double quiet_load = 1.5;
constexpr std::size_t table_width = 87;
constexpr std::size_t most_kinds = 12;  ///< of causes that are named

double rate(std::uint64_t count, double seconds) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

/// Processor cycles for each packet of the trace, all threads together.
double cycles_a_packet(const BenchFacts& facts, const BenchLine& line) {
    return rate(1, static_cast<double>(facts.packets)) * line.cost.cpu * facts.counter_hz;
}

const BenchLine* walk_line(const std::vector<BenchLine>& lines) {
    const auto walk = std::ranges::find(lines, walk_stage, &BenchLine::stage);
    return walk == lines.end() ? nullptr : &*walk;
}

/// How many times as fast as the walk by one thread.
double ratio_to(const BenchLine* walk, const BenchLine& line) {
    return walk == nullptr || line.cost.wall <= 0 ? 0 : walk->cost.wall / line.cost.wall;
}

std::string whole(double value) {
    return report::grouped(static_cast<std::uint64_t>(std::llround(value)));
}

std::string number(double value) {
    if (value >= 1'000) return whole(value);
    return fmt::format("{:.2f}", value);
}

std::string cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
    }
    return "unknown processor";
}

/// "12 ok, 3 failed" and the like, most first, in lines of the table's width.
std::string counted(std::vector<std::pair<std::uint64_t, std::string_view>> kinds) {
    std::ranges::stable_sort(kinds, std::greater{}, [](const auto& kind) { return kind.first; });
    std::string text;
    std::size_t column = 0;
    const std::size_t others = kinds.size() - std::min(kinds.size(), most_kinds);
    kinds.resize(kinds.size() - others);
    for (const auto& [count, word] : kinds) {
        const std::string one = fmt::format("{} {}", report::grouped(count), word);
        if (column == 0) {
            text += "  ";
        } else if (column + one.size() + 4 > table_width) {
            text += ",\n  ";
            column = 0;
        } else {
            text += ", ";
        }
        text += one;
        column += one.size() + 2;
    }
    if (others > 0) text += fmt::format(" and {} other kinds", others);
    return text + "\n";
}

std::string verdicts_heading(const BenchFacts& facts) {
    std::string text = "Verdicts";
    if (facts.different.empty()) {
        text += fmt::format(", the same in each of {} runs", facts.runs);
    }
    if (facts.truth && *facts.truth == facts.answers) text += " and equal to the trace's truth";
    text += ":\n";
    if (facts.truth && *facts.truth != facts.answers) {
        text += "  NOT those of the truth beside the trace: the speed says nothing\n";
    }
    for (const std::string& run : facts.different)
        text += fmt::format("  OTHERS from {}: its speed says nothing\n", run);
    return text;
}

std::string answers_text(const BenchFacts& facts) {
    std::map<std::string_view, std::uint64_t> outcomes;
    std::vector<std::pair<std::uint64_t, std::string_view>> causes;
    for (const auto& [kind, count] : facts.answers) {
        outcomes[verdict::name(kind.first)] += count;
        if (kind.second != verdict::Cause::none) {
            causes.emplace_back(count, verdict::name(kind.second));
        }
    }
    std::vector<std::pair<std::uint64_t, std::string_view>> kinds;
    kinds.reserve(outcomes.size());
    for (const auto& [outcome, count] : outcomes)
        kinds.emplace_back(count, outcome);
    std::string text = verdicts_heading(facts) + counted(std::move(kinds));
    if (!causes.empty()) text += counted(std::move(causes));
    return text;
}

std::string heading(const BenchFacts& facts) {
    std::string text = fmt::format("tlstriage {} on {}, counter at {:.2f} GHz\n", facts.version,
                                   this_machine(), facts.counter_hz / 1e9);
    text += fmt::format("{}: {}, {} packets of {:.0f} bytes; in memory, best of {}\n",
                        report::printable(facts.trace), report::readable_bytes(facts.bytes),
                        report::grouped(facts.packets),
                        rate(facts.captured, static_cast<double>(facts.packets)), facts.repeats);
    if (facts.load > quiet_load) {
        text += fmt::format("The machine was not idle: load average {:.1f}. Measure again.\n",
                            facts.load);
    }
    return text;
}

}  // namespace

std::string this_machine() {
    utsname system{};
    ::uname(&system);
    const double memory = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                          static_cast<double>(::sysconf(_SC_PAGE_SIZE));
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    return fmt::format("{}, {} core{}, {:.0f} GiB, {} {}", cpu_model(), cores,
                       cores == 1 ? "" : "s", memory / (1U << 30U), system.sysname, system.release);
}

std::string bench_table(const BenchFacts& facts, const std::vector<BenchLine>& lines,
                        const report::TerminalStyle& style) {
    const BenchLine* const walk = walk_line(lines);
    std::string text = heading(facts);
    text +=
        fmt::format("\n{:<6} {:<26} {:>7} {:>11} {:>9} {:>14} {:>8}\n", "path", "stage", "threads",
                    "Mpackets/s", "GB/s", "cycles/packet", style.unicode ? "× walk" : "x walk");
    std::string before;
    for (const BenchLine& line : lines) {
        const std::string group = fmt::format("{} {}", line.path, line.threads);
        if (line.path != "limit" && group != before) text += '\n';
        before = group;
        const bool total = style.color && line.stage == "whole";
        text += fmt::format(
            "{}{:<6} {:<26} {:>7} {:>11} {:>9} {:>14} {:>8}{}\n", total ? "\x1b[1m" : "", line.path,
            line.stage, line.threads, number(rate(facts.packets, line.cost.wall) / 1e6),
            number(rate(facts.bytes, line.cost.wall) / 1e9), whole(cycles_a_packet(facts, line)),
            number(ratio_to(walk, line)), total ? "\x1b[0m" : "");
    }
    text += "\nRates: the whole trace by the wall time of the stage. Cycles: of all threads. ";
    text += style.unicode ? "× walk:" : "x walk:";
    text += "\ntimes as fast as the plain walk over the records.\n\n";
    return text + answers_text(facts);
}

std::string bench_csv(const BenchFacts& facts, const std::vector<BenchLine>& lines) {
    const BenchLine* const walk = walk_line(lines);
    std::string text =
        "trace,bytes,packets,path,stage,threads,wall_seconds,cpu_seconds,packets_per_second,"
        "bytes_per_second,cycles_per_packet,times_walk,answers\n";
    report::Buffer name;
    report::append_cell(facts.trace, name);
    std::string trace = name.text();
    if (!report::is_plain(trace)) {
        std::string quoted;
        for (const char c : trace)
            quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
        trace = "\"" + quoted + "\"";
    }
    for (const BenchLine& line : lines) {
        const std::string_view answers = line.path == "limit" ? ""
                                         : facts.right()      ? "right"
                                                              : "wrong";
        text += fmt::format("{},{},{},{},\"{}\",{},{:.6f},{:.6f},{:.0f},{:.0f},{:.2f},{:.4f},{}\n",
                            trace, facts.bytes, facts.packets, line.path, line.stage, line.threads,
                            line.cost.wall, line.cost.cpu, rate(facts.packets, line.cost.wall),
                            rate(facts.bytes, line.cost.wall), cycles_a_packet(facts, line),
                            ratio_to(walk, line), answers);
    }
    return text;
}

}  // namespace tlstriage::cli
