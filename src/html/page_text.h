// Text as the page may hold it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlstriage::html {

/// Controls, overrides and what is no UTF-8 written as \xNN, and at most `most` bytes of it, with
/// how much was cut behind. The page inserts it as text; this is not escaped for HTML.
std::string page_text(std::string_view text, std::size_t most);

constexpr std::size_t most_of_cell = 2048;      ///< of a flow's row
constexpr std::size_t most_of_list_cell = 512;  ///< of a row of another table

/// JSON that can stand inside a script element: `<`, `>`, `&`, U+2028 and U+2029 as \u escapes, so
/// that neither a closing tag nor a comment can be in it. `json` must be JSON: these bytes occur in
/// its strings only.
std::string script_safe(std::string_view json);

/// One word of a POSIX shell's command line, whatever it holds; no option, even if it begins with
/// -.
/// `-` alone, standard input, stays what it is.
std::string shell_quoted(std::string_view path);

}  // namespace tlstriage::html
