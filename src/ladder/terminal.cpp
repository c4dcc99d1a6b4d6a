#include "ladder/terminal.h"

#include <fmt/format.h>

#include <algorithm>

#include "ladder/display.h"
#include "report/format.h"

namespace tlstriage::ladder {
namespace {

using report::TerminalStyle;

/// The characters that a diagram is drawn with.
struct Strokes {
    std::string_view post;       ///< the life of a side
    std::string_view gap;        ///< the same where time passes
    std::string_view from_left;  ///< where an arrow begins
    std::string_view from_right;
    std::string_view to_right;
    std::string_view to_left;
    std::string_view line;
    std::string_view thin;    ///< to somebody who is not of the flow
    std::string_view origin;  ///< neither of the two sides
    std::string_view decisive;
};
constexpr Strokes unicode_strokes{"│", "┊", "├", "┤", "▶", "◀", "─", "╌", "✕", "▶"};
constexpr Strokes ascii_strokes{"|", ":", "|", "|", ">", "<", "-", ".", "x", ">"};

constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view usual = "\x1b[0m";

std::string_view color_of(Tone tone) {
    switch (tone) {
        case Tone::plain: return {};
        case Tone::quiet: return dim;
        case Tone::good: return green;
        case Tone::doubtful: return yellow;
        case Tone::bad: return red;
    }
    return {};
}

std::string repeated(std::string_view stroke, unsigned count) {
    std::string all;
    for (unsigned i = 0; i < count; ++i)
        all += stroke;
    return all;
}

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
          style_(style),
          strokes_(style.unicode ? unicode_strokes : ascii_strokes),
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
                draw_between("in " + safe(row_.files[file]));
            }
            draw_step(step);
        }
        draw_verdict(carve);
        return std::move(out_);
    }

  private:
    [[nodiscard]] std::string safe(std::string_view text) const {
        return displayed(text, style_.unicode);
    }
    [[nodiscard]] std::string colored(std::string_view color, std::string_view text) const {
        if (!style_.color || color.empty() || text.empty()) return std::string(text);
        return fmt::format("{}{}{}", color, text, usual);
    }
    [[nodiscard]] static std::string padded(std::string_view text, unsigned width) {
        const unsigned columns = columns_of(text);
        return std::string(text) + std::string(width > columns ? width - columns : 0, ' ');
    }

    void draw_title() {
        const auto& verdict = row_.verdict;
        const bool plain = verdict.cause == verdict::Cause::none;
        const std::string_view what = plain ? name(verdict.outcome) : name(verdict.cause);
        const std::string_view color = verdict.outcome == verdict::Outcome::ok       ? green
                                       : verdict.outcome == verdict::Outcome::failed ? red
                                                                                     : yellow;
        out_ += fmt::format("{} {}\n", colored(bold, "flow " + report::flow_id(row_.evidence)),
                            colored(color, what));
        report::Buffer time;
        report::append_time(row_.evidence.first.time, time);
        out_ += fmt::format("from {}\n", time.view());
        std::string_view label = "in   ";
        for (const std::string& line : wrapped(safe(row_.files[row_.evidence.file]), width_ - 5)) {
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
            return colored(red, padded(strokes_.decisive, 2)) + colored(bold, numbers);
        }
        return "  " + (step.tone == Tone::quiet ? colored(dim, numbers) : numbers);
    }

    void draw_step(const Step& step) {
        if (step.kind == StepKind::silence || step.kind == StepKind::left_out) {
            draw_between(safe(step.title));
            return;
        }
        const auto peer =
            step.kind == StepKind::lookup ? static_cast<unsigned>(step.third.size()) : 0U;
        const unsigned room = columns_.inner > peer + 16 ? columns_.inner - peer - 8 : 8;
        std::vector<std::string> texts = wrapped(safe(step.title), room);
        out_ += lead(step, true) + arrow(step, texts.front()) + "\n";
        for (std::size_t i = 1; i < texts.size(); ++i)
            draw_text(step, texts[i], color_of(step.tone));
        for (const std::string& detail : step.details) {
            const std::string text = safe(detail);
            const bool finding = text.starts_with("! ");
            const std::string_view color = finding ? yellow : step.tone == Tone::bad ? red : dim;
            bool first = true;
            for (const std::string& line : wrapped(text, columns_.inner - 6)) {
                draw_text(step, (first ? "" : "  ") + line, color);
                first = false;
            }
        }
    }

    void draw_text(const Step& step, const std::string& text, std::string_view color) {
        const bool open = step.kind == StepKind::lookup;
        out_ += fmt::format("{}{}   {} {}\n", lead(step, false), strokes_.post,
                            colored(color, padded(text, columns_.inner - 4)),
                            open ? std::string_view{} : strokes_.post);
        while (out_.ends_with(" \n"))
            out_.erase(out_.size() - 2, 1);
    }

    void draw_between(const std::string& text) {
        for (const std::string& line : wrapped(text, columns_.inner - 4)) {
            const unsigned columns = columns_of(line);
            const unsigned before = (columns_.inner - columns) / 2;
            const unsigned after = columns_.inner - columns - before;
            out_ += fmt::format("{}{}{}{}{}{}\n", std::string(columns_.margin, ' '), strokes_.gap,
                                std::string(before, ' '), colored(yellow, line),
                                std::string(after, ' '), strokes_.gap);
        }
    }

    /// One line from post to post. `text` leaves at least 8 columns.
    [[nodiscard]] std::string arrow(const Step& step, const std::string& text) const {
        const std::string title =
            step.decisive ? colored(std::string(bold) + std::string(color_of(step.tone)), text)
                          : colored(color_of(step.tone), text);
        const unsigned rest = columns_.inner - columns_of(text);
        if (step.from == Party::nobody) {
            const std::string line =
                fmt::format("{}{} {} {}{}", strokes_.to_left, repeated(strokes_.line, 1), title,
                            repeated(strokes_.line, rest - 5), strokes_.to_right);
            return fmt::format("{}{}{}", strokes_.post, line, strokes_.post);
        }
        const bool third = step.from == Party::router || step.from == Party::middlebox;
        if (step.kind == StepKind::lookup) {
            // To or from somebody who has no post here.
            const auto peer = static_cast<unsigned>(step.third.size()) + 1;
            const std::string line = repeated(strokes_.thin, rest > peer + 6 ? rest - peer - 4 : 2);
            return step.to == Party::resolver
                       ? fmt::format("{}{} {} {}{} {}", strokes_.from_left, strokes_.thin, title,
                                     line, strokes_.to_right, step.third)
                       : fmt::format("{}{}{} {} {} {}", strokes_.post, strokes_.to_left,
                                     strokes_.thin, title, line, step.third);
        }
        if (step.to == Party::server) {
            if (third) {
                return fmt::format("{}  {}{} {} {}{}{}", strokes_.post, strokes_.origin,
                                   strokes_.line, title, repeated(strokes_.line, rest - 7),
                                   strokes_.to_right, strokes_.post);
            }
            return fmt::format("{}{} {} {}{}{}", strokes_.from_left, strokes_.line, title,
                               repeated(strokes_.line, rest - 4), strokes_.to_right, strokes_.post);
        }
        if (third) {
            return fmt::format("{}{}{} {} {}{}  {}", strokes_.post, strokes_.to_left,
                               repeated(strokes_.line, rest - 7), title, strokes_.line,
                               strokes_.origin, strokes_.post);
        }
        return fmt::format("{}{}{} {} {}{}", strokes_.post, strokes_.to_left,
                           repeated(strokes_.line, rest - 4), title, strokes_.line,
                           strokes_.from_right);
    }

    void draw_paragraph(std::string_view label, std::string_view text,
                        std::string_view color = {}) {
        if (text.empty()) return;
        constexpr unsigned indent = 12;
        bool first = true;
        for (const std::string& line : wrapped(text, width_ - indent)) {
            out_ += colored(bold, padded(first ? label : "", indent)) + colored(color, line) + "\n";
            first = false;
        }
    }

    [[nodiscard]] std::string headline() const {
        const auto& verdict = row_.verdict;
        std::string text(name(verdict.outcome));
        if (verdict.cause != verdict::Cause::none) text += fmt::format(": {}", name(verdict.cause));
        if (verdict.reason != verdict::Word::none)
            text += fmt::format(", {}", name(verdict.reason));
        std::string phase(name(verdict.phase));
        std::ranges::replace(phase, '_', ' ');
        text += fmt::format("; {}, got as far as {}", phase, name(verdict.stage));
        if (verdict.actor != verdict::Actor::none)
            text += fmt::format("; ended by the {}", name(verdict.actor));
        return text;
    }

    void draw_verdict(const std::string& carve) {
        out_ += '\n';
        draw_paragraph("Verdict", headline());
        draw_paragraph("Why", safe(ladder_.explanation));
        draw_paragraph("Confidence", fmt::format("{}: {}{}", name(row_.verdict.confidence),
                                                 ladder_.certainty, decisive_text()));
        bool first = true;
        for (const Hint& candidate : ladder_.candidates) {
            draw_paragraph(first ? "Or else" : "",
                           candidate.text.empty()
                               ? std::string(candidate.name)
                               : fmt::format("{}: {}", candidate.name, candidate.text));
            first = false;
        }
        draw_paragraph("Check next", safe(ladder_.next_step));
        draw_paragraph("Times", timings());
        first = true;
        for (const Hint& note : ladder_.notes) {
            draw_paragraph(first ? "Notes" : "",
                           note.text.empty() ? std::string(note.name) : std::string(note.text));
            first = false;
        }
        draw_left_out();
        out_ += colored(bold, padded("Carve", 12)) + safe(carve) + "\n";
    }

    [[nodiscard]] std::string decisive_text() const {
        const auto& decisive = row_.verdict.decisive;
        if (!decisive.seen()) return {};
        std::string text = fmt::format("; decided by frame {}", decisive.frame);
        for (const Step& step : ladder_.steps) {
            if (step.decisive && step.file != row_.evidence.file) {
                text += " of " + safe(row_.files[step.file]);
            }
        }
        return text;
    }

    [[nodiscard]] std::string timings() const {
        const report::Timings& t = row_.timings;
        std::string text;
        const auto add = [&](std::string_view label, const std::optional<Nanoseconds>& span) {
            if (!span) return;
            report::Buffer number;
            report::append_milliseconds(*span, number);
            text += fmt::format("{}{} {} ms", text.empty() ? "" : ", ", label, number.view());
        };
        add("TCP connect", t.tcp_connect);
        add("to ClientHello", t.client_hello);
        add("to ServerHello", t.server_hello);
        add("to Certificate", t.certificate);
        add("to Finished", t.finished);
        add("handshake", t.handshake);
        return text;
    }

    void draw_left_out() {
        std::string text;
        if (ladder_.copies > 0) {
            text += fmt::format("{} frames that the capture holds twice",
                                report::grouped(ladder_.copies));
        }
        if (ladder_.unkept > 0) {
            text += fmt::format("{}{} frames beyond the first ones", text.empty() ? "" : ", ",
                                report::grouped(ladder_.unkept));
        }
        draw_paragraph("Left out", text);
    }

    const report::Row& row_;
    const Ladder& ladder_;
    const TerminalStyle& style_;
    const Strokes& strokes_;
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
