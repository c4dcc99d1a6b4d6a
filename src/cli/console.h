// What the terminal can show.
#pragma once

#include <string>

#include "report/terminal.h"

namespace tlstriage::cli {

/// Of standard output; `color` is auto, always or never.
report::TerminalStyle style_of(const std::string& color);

/// `word` as a shell takes it for one, whatever it holds.
std::string shell_word(const std::string& word);

}  // namespace tlstriage::cli
