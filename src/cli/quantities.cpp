#include "cli/quantities.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace tlstriage::cli {
namespace {

constexpr unsigned max_threads = 256;
constexpr std::size_t least_memory = std::size_t{16} << 20U;

[[noreturn]] void refuse(const std::string& reason) {
    throw CLI::ValidationError(reason);
}

}  // namespace

void define_threads(CLI::App& command, std::string& threads) {
    command.add_option("--threads", threads, "Threads, or auto for all cores")
        ->option_text("N")
        ->capture_default_str();
}

unsigned parse_threads(const std::string& text) {
    if (text == "auto") return std::max(1U, std::thread::hardware_concurrency());
    char* end = nullptr;
    const unsigned long count = std::strtoul(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0' || count < 1 || count > max_threads) {
        refuse(fmt::format("--threads: {} is neither auto nor a number from 1 to {}", text,
                           max_threads));
    }
    return static_cast<unsigned>(count);
}

std::size_t parse_memory(const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const std::string unit = end;
    const unsigned shift = unit == "K" ? 10 : unit == "M" ? 20 : unit == "G" ? 30 : 0;
    const double bytes = number * static_cast<double>(std::size_t{1} << shift);
    if (end == text.c_str() || (shift == 0 && !unit.empty()) || !(bytes >= least_memory) ||
        bytes > 1e15) {
        refuse(fmt::format("--memory: {} is no size of at least 16M (try 512M or 4G)", text));
    }
    return static_cast<std::size_t>(bytes);
}

Nanoseconds parse_span(const std::string& option, const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const std::string unit = end;
    constexpr double millisecond = 1e6;
    const double scale = unit == "ms"  ? millisecond
                         : unit == "s" ? 1e3 * millisecond
                         : unit == "m" ? 60e3 * millisecond
                         : unit == "h" ? 3600e3 * millisecond
                                       : 0;
    constexpr double most = 1e18;  // 30 years
    const double span = number * scale;
    if (end == text.c_str() || !(span >= millisecond) || span > most)
        refuse(fmt::format("{}: {} is no span of time (try 30s, 5m or 1h)", option, text));
    return static_cast<Nanoseconds>(span);
}

}  // namespace tlstriage::cli
