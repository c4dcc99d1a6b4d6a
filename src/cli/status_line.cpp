#include "cli/status_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "report/format.h"

namespace tlstriage::cli {
namespace {

constexpr unsigned usual_width = 80;

/// Three digits and a unit: "1.23 M", "45.6 k", "789 ".
std::string scaled(double value) {
    constexpr std::array units{"", "k", "M", "G", "T"};
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    const int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return fmt::format("{:.{}f} {}", value, decimals, units[unit]);
}

unsigned terminal_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_width;
    return std::min<unsigned>(size.ws_col, usual_width);
}

}  // namespace

std::string status_text(const LiveStatus& status, unsigned width) {
    std::vector<std::string> parts{
        scaled(status.packets_per_second) + "packet/s", scaled(status.bits_per_second) + "b/s",
        report::grouped(status.drops) + " dropped", report::grouped(status.open_flows) + " open"};
    if (status.window_ended) parts.push_back(report::grouped(status.failed) + " failed");
    for (const auto& [cause, count] : status.failures)
        parts.push_back(fmt::format("{} {}", report::grouped(count), cause));
    std::string line;
    for (const std::string& part : parts) {
        if (line.size() + 2 + part.size() > width) break;
        if (!line.empty()) line += "  ";
        line += part;
    }
    return line;
}

StatusLine::StatusLine(bool wanted) : enabled_(wanted && ::isatty(STDERR_FILENO) == 1) {}

StatusLine::~StatusLine() {
    wipe();
}

void StatusLine::show(const LiveStatus& status) {
    if (!enabled_) return;
    drawn_ = true;
    // One column less than there are: a cursor behind the last one wraps.
    fmt::print(stderr, "\r\x1b[K{}", status_text(status, terminal_width() - 1));
    std::fflush(stderr);
}

void StatusLine::wipe() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
    drawn_ = false;
}

}  // namespace tlstriage::cli
