#include "ladder/verdict_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "ladder/display.h"
#include "report/format.h"

namespace tlstriage::ladder {
namespace {

class Paragraphs {
  public:
    Paragraphs(const report::Row& row, const Ladder& ladder, unsigned width, const Ink& ink)
        : row_(row), ladder_(ladder), width_(width), ink_(ink) {}

    std::string all(const std::string& carve) {
        paragraph("Verdict", headline());
        paragraph("Why", ink_.safe(ladder_.explanation));
        paragraph("Confidence", fmt::format("{}: {}{}", name(row_.verdict.confidence),
                                            ladder_.certainty, decisive_text()));
        bool first = true;
        for (const Hint& candidate : ladder_.candidates) {
            paragraph(first ? "Or else" : "",
                      candidate.text.empty()
                          ? std::string(candidate.name)
                          : fmt::format("{}: {}", candidate.name, candidate.text));
            first = false;
        }
        paragraph("Check next", ink_.safe(ladder_.next_step));
        paragraph("Times", timings());
        first = true;
        for (const Hint& note : ladder_.notes) {
            paragraph(first ? "Notes" : "",
                      note.text.empty() ? std::string(note.name) : std::string(note.text));
            first = false;
        }
        left_out();
        out_ += ink_.colored(sgr::bold, padded("Carve", 12)) + ink_.safe(carve) + "\n";
        return std::move(out_);
    }

  private:
    void paragraph(std::string_view label, std::string_view text) {
        if (text.empty()) return;
        constexpr unsigned indent = 12;
        bool first = true;
        for (const std::string& line : wrapped(text, width_ - indent)) {
            out_ += ink_.colored(sgr::bold, padded(first ? label : "", indent)) + line + "\n";
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

    [[nodiscard]] std::string decisive_text() const {
        const auto& decisive = row_.verdict.decisive;
        if (!decisive.seen()) return {};
        std::string text = fmt::format("; decided by frame {}", decisive.frame);
        for (const Step& step : ladder_.steps) {
            if (step.decisive && step.file != row_.evidence.file) {
                text += " of " + ink_.safe(row_.files[step.file]);
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

    void left_out() {
        std::string text;
        if (ladder_.copies > 0) {
            text += fmt::format("{} frames that the capture holds twice",
                                report::grouped(ladder_.copies));
        }
        if (ladder_.unkept > 0) {
            text += fmt::format("{}{} frames beyond the first ones", text.empty() ? "" : ", ",
                                report::grouped(ladder_.unkept));
        }
        paragraph("Left out", text);
    }

    const report::Row& row_;
    const Ladder& ladder_;
    unsigned width_;
    const Ink& ink_;
    std::string out_;
};

}  // namespace

std::string verdict_text(const report::Row& row, const Ladder& ladder, const std::string& carve,
                         unsigned width, const Ink& ink) {
    return Paragraphs(row, ladder, width, ink).all(carve);
}

}  // namespace tlstriage::ladder
