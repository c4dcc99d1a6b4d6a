// Does a certificate's name cover the name that a client asked for? (RFC 9525 §6.3–6.5)
#pragma once

#include <string_view>

namespace tlstriage::tls {

/// Compares as ASCII without case; one trailing dot on either side is ignored; "*." as the whole
/// leftmost label of `pattern` stands for exactly one label. A-labels are compared as they are.
/// `name` must not be an IP literal.
bool matches_dns_name(std::string_view pattern, std::string_view name);

/// An IPv4 or IPv6 literal, the latter with or without brackets.
bool is_ip_literal(std::string_view name);

/// Whether two IP literals are the same address.
bool same_ip(std::string_view a, std::string_view b);

}  // namespace tlstriage::tls
