#include "tls/name_match.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/address.h"

namespace tlstriage::tls {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_without_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view without_trailing_dot(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    const std::string terminated(text);
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) {
        return IpAddress::v4(bytes.data());
    }
    if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) {
        return IpAddress::v6(bytes.data());
    }
    return std::nullopt;
}

}  // namespace

bool matches_dns_name(std::string_view pattern, std::string_view name) {
    pattern = without_trailing_dot(pattern);
    name = without_trailing_dot(name);
    if (pattern.empty() || name.empty()) return false;
    if (!pattern.starts_with("*.")) return equal_without_case(pattern, name);
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos || dot == 0) return false;
    return pattern.size() > 2 && equal_without_case(pattern.substr(2), name.substr(dot + 1));
}

bool is_ip_literal(std::string_view name) {
    return parse_ip(name).has_value();
}

bool same_ip(std::string_view a, std::string_view b) {
    const std::optional<IpAddress> first = parse_ip(a);
    return first && first == parse_ip(b);
}

}  // namespace tlstriage::tls
