// What a report.html holds.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tlstriage::test {

/// The page's data, as its scripts read it. Throws for a page without.
inline nlohmann::json data_of_page(const std::string& page) {
    const std::string begin = R"(<script type="application/json" id="data">)";
    const std::size_t at = page.find(begin) + begin.size();
    return nlohmann::json::parse(page.substr(at, page.find("</script>", at) - at));
}

/// How often `part` stands in `text`.
inline std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

}  // namespace tlstriage::test
