#include "report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/format.h"
#include "report/safe_text.h"
#include "report/sentences.h"

namespace tlstriage::report {
namespace {

using verdict::Outcome;

constexpr std::size_t worst_servers = 5;
constexpr std::size_t looks = 3;

struct CauseLine {
    Outcome outcome;
    verdict::Cause cause;
    std::uint64_t flows = 0;
};

std::vector<CauseLine> count_causes(const std::vector<SummaryGroup>& groups) {
    std::map<std::pair<Outcome, verdict::Cause>, std::uint64_t> counts;
    for (const SummaryGroup& group : groups)
        counts[{group.outcome, group.cause}] += group.flows;
    std::vector<CauseLine> lines;
    lines.reserve(counts.size());
    for (const auto& [key, flows] : counts)
        lines.push_back({key.first, key.second, flows});
    std::ranges::stable_sort(lines, std::greater{}, &CauseLine::flows);
    std::ranges::stable_sort(lines, std::less{}, &CauseLine::outcome);
    return lines;
}

std::string bar(double share, unsigned width, bool unicode) {
    const auto cells = static_cast<unsigned>(std::lround(share * width));
    std::string out;
    for (unsigned i = 0; i < std::max(cells, share > 0 ? 1U : 0U); ++i)
        out += unicode ? "█" : "#";
    return out;
}

std::string_view color_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::ok: return "\x1b[32m";
        case Outcome::failed: return "\x1b[31m";
        default: return "\x1b[33m";
    }
}

/// Words wrapped to `width` columns, each line after `indent` spaces.
std::string wrapped(std::string_view text, unsigned indent, unsigned width) {
    std::string out;
    std::size_t column = width;  // forces the first line
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (column + 1 + word.size() > width) {
            if (!out.empty()) out += '\n';
            out.append(indent, ' ');
            column = indent;
        } else {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out + '\n';
}

std::string cause_table(const std::vector<SummaryGroup>& groups, const TerminalStyle& style) {
    constexpr unsigned bar_width = 24;
    const auto lines = count_causes(groups);
    std::uint64_t total = 0;
    std::uint64_t most = 1;
    for (const CauseLine& line : lines) {
        total += line.flows;
        most = std::max(most, line.flows);
    }
    std::string out;
    for (const CauseLine& line : lines) {
        const double share = static_cast<double>(line.flows) / static_cast<double>(most);
        const double percent = 100.0 * static_cast<double>(line.flows) / static_cast<double>(total);
        const std::string_view label =
            line.cause == verdict::Cause::none ? name(line.outcome) : name(line.cause);
        out += fmt::format("  {}{:<11}{} {:<28} {:>9} {:>5.1f}% {}\n",
                           style.color ? color_of(line.outcome) : "", name(line.outcome),
                           style.color ? "\x1b[0m" : "", label, grouped(line.flows), percent,
                           bar(share, bar_width - 8, style.unicode));
    }
    return out;
}

struct ServerLine {
    Endpoint server;
    std::string sni;
    std::uint64_t failed = 0;
    std::uint64_t all = 0;
};

std::string server_table(const std::vector<SummaryGroup>& groups) {
    std::map<Endpoint, ServerLine> servers;
    for (const SummaryGroup& group : groups) {
        ServerLine& line = servers[group.server];
        line.server = group.server;
        line.all += group.flows;
        if (group.outcome != Outcome::failed) continue;
        line.failed += group.flows;
        if (line.sni.empty()) line.sni = group.sni;
    }
    std::vector<ServerLine> lines;
    for (const auto& [endpoint, line] : servers) {
        if (line.failed > 0) lines.push_back(line);
    }
    std::ranges::stable_sort(lines, std::greater{}, &ServerLine::failed);
    if (lines.size() > worst_servers) lines.resize(worst_servers);
    std::string out;
    for (const ServerLine& line : lines) {
        std::string sni = printable(line.sni);
        if (sni.size() > 32) sni = sni.substr(0, 29) + "...";
        out += fmt::format("  {:<24} {:<32} {} of {}\n", readable(line.server), sni,
                           grouped(line.failed), grouped(line.all));
    }
    return out;
}

std::string first_looks(const std::vector<SummaryGroup>& groups, bool frames,
                        const TerminalStyle& style) {
    std::string out;
    std::size_t count = 0;
    for (const SummaryGroup& group : groups) {
        if (group.outcome != Outcome::failed || count == looks) continue;
        ++count;
        const std::string frame =
            frames ? fmt::format("frame {} of ", group.example.decisive_frame) : "";
        out += fmt::format("  {}. {} ({} {}, e.g. {}flow {})\n", count, name(group.cause),
                           grouped(group.flows), group.flows == 1 ? "flow" : "flows", frame,
                           group.example.flow_id);
        out += wrapped(printable(group.example.explanation), 5, style.width);
        out += wrapped(printable(group.example.next_step), 5, style.width);
    }
    return out;
}

/// "from 2 captures", or of a live run "from 1 port in the 60.0 s to 2026-11-27T22:55:35Z".
std::string origin(const RunFacts& facts) {
    const auto counted = [](std::size_t count, std::string_view one) {
        return fmt::format("{} {}{}", grouped(count), one, count == 1 ? "" : "s");
    };
    if (!facts.live) return "from " + counted(facts.traces.size(), "capture");
    Buffer end;
    append_time(facts.live->end, end);
    return fmt::format("from {} in the {} to {}", counted(facts.live->ports.size(), "port"),
                       readable_span(facts.live->end - facts.live->begin),
                       std::string(end.view().substr(0, 19)) + "Z");
}

std::string losses(const RunFacts& facts) {
    std::string out;
    if (facts.live) {
        for (const auto& [cause, frames] : facts.live->drops) {
            if (frames > 0) out += fmt::format("  {} frames: {}\n", grouped(frames), cause);
        }
    }
    for (const auto& [path, reason] : facts.problems) {
        out += fmt::format("  {}: {}\n", printable(path), printable(reason));
    }
    for (const TraceFacts& trace : facts.traces) {
        for (const auto& d : trace.damage) {
            out += fmt::format("  {}: at offset {}: {}; {} bytes skipped\n", printable(trace.name),
                               d.offset, printable(d.reason), d.bytes);
        }
        if (!trace.error.empty()) {
            out += fmt::format("  {}: {}\n", printable(trace.name), printable(trace.error));
        }
    }
    for (const std::string& remark : facts.remarks)
        out += fmt::format("  {}\n", remark);
    return out;
}

}  // namespace

std::string terminal_table(const std::vector<SummaryGroup>& groups, const RunFacts& facts,
                           const std::filesystem::path& folder, const std::string& files,
                           const TerminalStyle& style) {
    const auto title = [&](std::string_view text) {
        return style.color ? fmt::format("\x1b[1m{}\x1b[0m\n", text) : fmt::format("{}\n", text);
    };
    std::string out = title(fmt::format(
        "{} flow{} of TLS in {} frames, {}, {}", grouped(facts.rows), facts.rows == 1 ? "" : "s",
        grouped(facts.frames), readable_bytes(facts.bytes), origin(facts)));
    if (!groups.empty()) out += '\n' + cause_table(groups, style);
    if (const std::string servers = server_table(groups); !servers.empty()) {
        out += '\n' + title("Servers with most failures") + servers;
    }
    if (const std::string text = first_looks(groups, !facts.traces.empty(), style); !text.empty()) {
        out += '\n' + title("Look at first") + text;
    }
    if (facts.names_failed + facts.names_slow > 0) {
        out += '\n' + title("Names looked up") +
               fmt::format("  {} in vain, {} slowly (dns)\n", grouped(facts.names_failed),
                           grouped(facts.names_slow));
    }
    if (const std::string text = losses(facts); !text.empty()) {
        out += '\n' + title(facts.live ? "Not all was analysed" : "Not all could be read") + text;
    }
    if (!folder.empty()) {
        out += fmt::format("\nIn {}: {}", printable(folder.string()), files);
    }
    if (facts.wall_seconds > 0 && !facts.live) {
        const auto per_second = [&](std::uint64_t count) {
            return static_cast<std::uint64_t>(static_cast<double>(count) / facts.wall_seconds);
        };
        out +=
            fmt::format("\n{:.2f} s, {}/s, {} frames/s\n", facts.wall_seconds,
                        readable_bytes(per_second(facts.bytes)), grouped(per_second(facts.frames)));
    }
    return out;
}

}  // namespace tlstriage::report
