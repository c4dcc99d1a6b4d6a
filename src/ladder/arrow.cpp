#include "ladder/arrow.h"

#include <fmt/format.h>

#include "ladder/display.h"

namespace tlstriage::ladder {

std::string arrow(const Step& step, const std::string& text, unsigned inner, const Ink& ink) {
    const Strokes& strokes = ink.strokes();
    const std::string title =
        step.decisive ? ink.colored(std::string(sgr::bold) + std::string(color_of(step.tone)), text)
                      : ink.colored(color_of(step.tone), text);
    const unsigned rest = inner - columns_of(text);
    if (step.from == Party::nobody) {
        const std::string line =
            fmt::format("{}{} {} {}{}", strokes.to_left, repeated(strokes.line, 1), title,
                        repeated(strokes.line, rest - 5), strokes.to_right);
        return fmt::format("{}{}{}", strokes.post, line, strokes.post);
    }
    const bool third = step.from == Party::router || step.from == Party::middlebox;
    if (step.kind == StepKind::lookup) {
        // To or from somebody who has no post here.
        const auto peer = static_cast<unsigned>(step.third.size()) + 1;
        const std::string line = repeated(strokes.thin, rest > peer + 6 ? rest - peer - 4 : 2);
        return step.to == Party::resolver
                   ? fmt::format("{}{} {} {}{} {}", strokes.from_left, strokes.thin, title, line,
                                 strokes.to_right, step.third)
                   : fmt::format("{}{}{} {} {} {}", strokes.post, strokes.to_left, strokes.thin,
                                 title, line, step.third);
    }
    if (step.to == Party::server) {
        if (third) {
            return fmt::format("{}  {}{} {} {}{}{}", strokes.post, strokes.origin, strokes.line,
                               title, repeated(strokes.line, rest - 7), strokes.to_right,
                               strokes.post);
        }
        return fmt::format("{}{} {} {}{}{}", strokes.from_left, strokes.line, title,
                           repeated(strokes.line, rest - 4), strokes.to_right, strokes.post);
    }
    if (third) {
        return fmt::format("{}{}{} {} {}{}  {}", strokes.post, strokes.to_left,
                           repeated(strokes.line, rest - 7), title, strokes.line, strokes.origin,
                           strokes.post);
    }
    return fmt::format("{}{}{} {} {}{}", strokes.post, strokes.to_left,
                       repeated(strokes.line, rest - 4), title, strokes.line, strokes.from_right);
}

}  // namespace tlstriage::ladder
