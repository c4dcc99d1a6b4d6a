#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "report/format.h"

namespace tlstriage::cli {
namespace {

constexpr auto first_draw = std::chrono::seconds(1);
constexpr auto redraw = std::chrono::milliseconds(200);
constexpr unsigned bar_width = 30;

}  // namespace

Progress::Progress(std::uint64_t total_bytes, bool enabled)
    : total_(total_bytes), enabled_(enabled && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    wipe();
}

void Progress::update(std::uint64_t done_bytes) {
    if (!enabled_) return;
    const auto now = Clock::now();
    if (now - begin_ < first_draw || now - last_ < redraw) return;
    last_ = now;
    drawn_ = true;
    const double elapsed = std::chrono::duration<double>(now - begin_).count();
    const double rate = static_cast<double>(done_bytes) / elapsed;
    std::string line = fmt::format("{} {}/s", report::readable_bytes(done_bytes),
                                   report::readable_bytes(static_cast<std::uint64_t>(rate)));
    if (total_ > 0) {
        const double share =
            std::min(1.0, static_cast<double>(done_bytes) / static_cast<double>(total_));
        const double left =
            rate > 0 ? static_cast<double>(total_ - std::min(total_, done_bytes)) / rate : 0;
        line = fmt::format("[{:<{}}] {:3.0f}%  {}  {} left",
                           std::string(static_cast<std::size_t>(share * bar_width), '='), bar_width,
                           share * 100, line,
                           report::readable_span(static_cast<Nanoseconds>(left * 1e9)));
    }
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
}

void Progress::wipe() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
    drawn_ = false;
}

}  // namespace tlstriage::cli
