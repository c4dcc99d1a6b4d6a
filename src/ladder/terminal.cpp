#include "ladder/terminal.h"

#include <fmt/format.h>

#include <algorithm>

#include "ladder/arrow.h"
#include "ladder/display.h"
#include "ladder/verdict_text.h"
#include "report/format.h"

namespace tlstriage::ladder {
namespace {

using report::TerminalStyle;

/// "12.345" in milliseconds, or in seconds where those are too many.
class Clock {
  public:
    explicit Clock(const Ladder& ladder) {
        for (const Step& step : ladder.steps) {
            longest_ = std::max({longest_, step.since_start, -step.since_start});
            longest_ = std::max({longest_, step.since_previous, step.lasted});
        }
    }

    [[nodiscard]] std::string_view unit() const { return in_seconds() ? "s" : "ms"; }
    [[nodiscard]] std::string text(Nanoseconds span) const {
        // Rounded as whole numbers, so that nothing depends on the locale or on floats.
        const Nanoseconds unit = in_seconds() ? milliseconds(1) : 1000;
        const Nanoseconds rounded = (span + (span < 0 ? -unit / 2 : unit / 2)) / unit;
        const Nanoseconds size = rounded < 0 ? -rounded : rounded;
        return fmt::format("{}{}.{:03}", rounded < 0 ? "-" : "", size / 1000, size % 1000);
    }

  private:
    [[nodiscard]] bool in_seconds() const { return longest_ >= seconds(1000); }

    Nanoseconds longest_ = 0;
};

std::string frame_text(const Step& step) {
    return step.at.frame == 0 ? "" : fmt::format("{}", step.at.frame);
}

/// How wide the parts of a line are.
struct Columns {
    unsigned frame = 5;
    unsigned time = 5;
    unsigned step = 5;
    unsigned margin = 0;  ///< all before the diagram
    unsigned inner = 22;  ///< between the posts
};

Columns measure(const Ladder& ladder, const Clock& clock, unsigned width) {
    Columns columns;
    const auto widen = [](unsigned& part, std::string_view text) {
        part = std::max(part, static_cast<unsigned>(text.size()));
    };
    for (const Step& step : ladder.steps) {
        widen(columns.frame, frame_text(step));
        widen(columns.time, clock.text(step.since_start));
        widen(columns.step, "+" + clock.text(step.since_previous));
    }
    columns.margin = 2 + columns.frame + 1 + columns.time + 1 + columns.step + 2;
    const unsigned posts = columns.margin + 2;
    if (width > posts + columns.inner) columns.inner = width - posts;
    return columns;
}

class Diagram {
  public:
    Diagram(const report::Row& row, const Ladder& ladder, const TerminalStyle& style)
        : row_(row),
          ladder_(ladder),
          ink_(style),
          clock_(ladder),
          width_(std::max(style.width, least_width)),
          columns_(measure(ladder, clock_, width_)) {}

    std::string draw(const std::string& carve) {
        draw_title();
        draw_ends();
        std::uint32_t file = row_.evidence.file;
        for (const Step& step : ladder_.steps) {
            if (step.at.frame != 0 && step.file != file) {
                file = step.file;
                draw_between("in " + ink_.safe(row_.files[file]));
            }
            draw_step(step);
        }
        return out_ + '\n' + verdict_text(row_, ladder_, carve, width_, ink_);
    }

  private:
    void draw_title() {
        const auto& verdict = row_.verdict;
        const bool plain = verdict.cause == verdict::Cause::none;
        const std::string_view what = plain ? name(verdict.outcome) : name(verdict.cause);
        const std::string_view color = verdict.outcome == verdict::Outcome::ok       ? sgr::green
                                       : verdict.outcome == verdict::Outcome::failed ? sgr::red
                                                                                     : sgr::yellow;
        out_ += fmt::format("{} {}\n",
                            ink_.colored(sgr::bold, "flow " + report::flow_id(row_.evidence)),
                            ink_.colored(color, what));
        report::Buffer time;
        report::append_time(row_.evidence.first.time, time);
        out_ += fmt::format("from {}\n", time.view());
        std::string_view label = "in   ";
        for (const std::string& line :
             wrapped(ink_.safe(row_.files[row_.evidence.file]), width_ - 5)) {
            out_ += fmt::format("{}{}\n", label, line);
            label = "     ";
        }
        out_ += '\n';
    }

    /// Who stands left, and who right.
    void draw_ends() {
        const std::string client = report::readable(row_.evidence.client);
        const std::string server = report::readable(row_.evidence.server);
        const std::string names = fmt::format("  {:>{}} {:>{}} {:>{}}  ", "frame", columns_.frame,
                                              clock_.unit(), columns_.time, "step", columns_.step);
        const std::string left = "client " + client;
        const std::string right = "server " + server;
        const auto wide = static_cast<unsigned>(left.size() + right.size()) + 2;
        const auto room = columns_.inner + 2;
        const std::string indent(columns_.margin, ' ');
        const std::string heads = wide <= room ? left : client;
        if (heads.size() + server.size() + 2 <= room) {
            const std::string& end = wide <= room ? right : server;
            out_ += names + heads + std::string(room - heads.size() - end.size(), ' ') + end + "\n";
            return;
        }
        out_ += names + left + "\n";
        out_ +=
            indent + std::string(room > right.size() ? room - right.size() : 0, ' ') + right + "\n";
    }

    /// The columns before the diagram.
    [[nodiscard]] std::string lead(const Step& step, bool first) const {
        if (!first) return padded("", columns_.margin);
        const std::string frame = frame_text(step);
        const bool moment = step.at.frame != 0;
        const bool begins = &step == ladder_.steps.data();
        const std::string since = begins ? "" : clock_.text(step.since_previous);
        const std::string numbers = fmt::format(
            "{:>{}} {:>{}} {:>{}}  ", frame, columns_.frame,
            moment ? clock_.text(step.since_start) : "", columns_.time,
            moment && !since.empty() ? (step.since_previous < 0 ? since : "+" + since) : "",
            columns_.step);
        if (step.decisive) {
            return ink_.colored(sgr::red, padded(ink_.strokes().decisive, 2)) +
                   ink_.colored(sgr::bold, numbers);
        }
        return "  " + (step.tone == Tone::quiet ? ink_.colored(sgr::dim, numbers) : numbers);
    }

    void draw_step(const Step& step) {
        if (step.kind == StepKind::silence || step.kind == StepKind::left_out) {
            draw_between(ink_.safe(step.title));
            return;
        }
        const auto peer =
            step.kind == StepKind::lookup ? static_cast<unsigned>(step.third.size()) : 0U;
        const unsigned room = columns_.inner > peer + 16 ? columns_.inner - peer - 8 : 8;
        std::vector<std::string> texts = wrapped(ink_.safe(step.title), room);
        out_ += lead(step, true) + arrow(step, texts.front(), columns_.inner, ink_) + "\n";
        for (std::size_t i = 1; i < texts.size(); ++i)
            draw_text(step, texts[i], color_of(step.tone));
        for (const std::string& detail : step.details) {
            const std::string text = ink_.safe(detail);
            const bool finding = text.starts_with("! ");
            const std::string_view color = finding                  ? sgr::yellow
                                           : step.tone == Tone::bad ? sgr::red
                                                                    : sgr::dim;
            bool first = true;
            for (const std::string& line : wrapped(text, columns_.inner - 6)) {
                draw_text(step, (first ? "" : "  ") + line, color);
                first = false;
            }
        }
    }

    void draw_text(const Step& step, const std::string& text, std::string_view color) {
        const bool open = step.kind == StepKind::lookup;
        out_ += fmt::format("{}{}   {} {}\n", lead(step, false), ink_.strokes().post,
                            ink_.colored(color, padded(text, columns_.inner - 4)),
                            open ? std::string_view{} : ink_.strokes().post);
        while (out_.ends_with(" \n"))
            out_.erase(out_.size() - 2, 1);
    }

    void draw_between(const std::string& text) {
        for (const std::string& line : wrapped(text, columns_.inner - 4)) {
            const unsigned columns = columns_of(line);
            const unsigned before = (columns_.inner - columns) / 2;
            const unsigned after = columns_.inner - columns - before;
            out_ +=
                fmt::format("{}{}{}{}{}{}\n", std::string(columns_.margin, ' '), ink_.strokes().gap,
                            std::string(before, ' '), ink_.colored(sgr::yellow, line),
                            std::string(after, ' '), ink_.strokes().gap);
        }
    }

    const report::Row& row_;
    const Ladder& ladder_;
    Ink ink_;
    Clock clock_;
    unsigned width_;
    Columns columns_;
    std::string out_;
};

}  // namespace

std::string diagram(const report::Row& row, const Ladder& ladder, const std::string& carve,
                    const TerminalStyle& style) {
    return Diagram(row, ladder, style).draw(carve);
}

}  // namespace tlstriage::ladder
