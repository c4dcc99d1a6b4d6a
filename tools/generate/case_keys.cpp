#include "case_keys.h"

#include <algorithm>
#include <string>

namespace tlstriage::generate {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool opens_or_closes_a_string(std::string_view line) {
    for (const std::string_view quotes : {"\"\"\"", "'''"}) {
        const auto first = line.find(quotes);
        if (first == std::string_view::npos) continue;
        return line.find(quotes, first + quotes.size()) == std::string_view::npos;
    }
    return false;
}

class Reader {
  public:
    CaseKeys read(std::string_view text) {
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size());
            line(trimmed(text.substr(0, end)));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return keys_;
    }

  private:
    void line(std::string_view line) {
        const bool within = in_string_;
        if (opens_or_closes_a_string(line)) in_string_ = !in_string_;
        if (within || line.empty()) return;
        if (line.front() == '[') {
            table_ = line.substr(0, line.find(']') + 1);
            return;
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) return;
        const auto value = trimmed(line.substr(equals + 1));
        key(trimmed(line.substr(0, equals)), trimmed(value.substr(0, value.find('#'))));
    }

    void key(std::string_view name, std::string_view value) {
        if (table_.empty() && name == "edge") keys_.edge = value == "true";
        if (table_.empty() && name == "keep_addresses") keys_.keep_addresses = value == "true";
        if (table_ == "[capture]" && (name == "start_after" || name == "snaplen")) {
            keys_.partial_capture = true;
        }
    }

    CaseKeys keys_;
    std::string table_;
    bool in_string_ = false;
};

}  // namespace

CaseKeys read_case_keys(std::string_view text) {
    return Reader().read(text);
}

}  // namespace tlstriage::generate
