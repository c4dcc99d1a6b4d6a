#include "html/page_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/safe_text.h"

namespace tlstriage::html {

std::string page_text(std::string_view text, std::size_t most) {
    // What is written out takes four bytes for one: no need to look far behind the cut.
    std::string safe = report::printable(text.substr(0, most + 4));
    if (text.size() <= most && safe.size() <= most) return safe;
    std::size_t cut = std::min(most, safe.size());
    const auto continues = [&safe](std::size_t i) {
        return i < safe.size() && (static_cast<unsigned char>(safe[i]) & 0xc0U) == 0x80;
    };
    while (cut > 0 && continues(cut))
        --cut;
    safe.resize(cut);
    return safe + fmt::format("… (cut: {} bytes in all)", text.size());
}

std::string script_safe(std::string_view json) {
    std::string safe;
    safe.reserve(json.size() + json.size() / 64);
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '<' || c == '>' || c == '&') {
            safe += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else if (json.substr(i).starts_with("\xe2\x80\xa8")) {
            safe += "\\u2028";
            i += 2;
        } else if (json.substr(i).starts_with("\xe2\x80\xa9")) {
            safe += "\\u2029";
            i += 2;
        } else {
            safe += c;
        }
    }
    return safe;
}

std::string shell_quoted(std::string_view path) {
    constexpr std::string_view harmless =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+@%";
    std::string word = path.starts_with('-') && path != "-" ? "./" : "";
    word += path;
    if (!word.empty() && word.find_first_not_of(harmless) == word.npos) return word;
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + '\'';
}

}  // namespace tlstriage::html
