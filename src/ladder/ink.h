// What a diagram is drawn with: characters, colours and texts that a terminal can show.
#pragma once

#include <string>
#include <string_view>

#include "ladder/ladder.h"
#include "report/terminal.h"

namespace tlstriage::ladder {

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

/// SGR sequences (ECMA-48).
namespace sgr {
inline constexpr std::string_view bold = "\x1b[1m";
inline constexpr std::string_view dim = "\x1b[2m";
inline constexpr std::string_view red = "\x1b[31m";
inline constexpr std::string_view green = "\x1b[32m";
inline constexpr std::string_view yellow = "\x1b[33m";
inline constexpr std::string_view usual = "\x1b[0m";
}  // namespace sgr

/// None for a step that has nothing to it.
std::string_view color_of(Tone tone);
std::string repeated(std::string_view stroke, unsigned count);
/// Filled up with spaces to so many columns.
std::string padded(std::string_view text, unsigned width);

/// Borrows the style.
class Ink {
  public:
    explicit Ink(const report::TerminalStyle& style);

    [[nodiscard]] const Strokes& strokes() const { return strokes_; }
    [[nodiscard]] std::string safe(std::string_view text) const;
    /// As it is where the style has no colours.
    [[nodiscard]] std::string colored(std::string_view color, std::string_view text) const;

  private:
    const report::TerminalStyle& style_;
    const Strokes& strokes_;
};

}  // namespace tlstriage::ladder
