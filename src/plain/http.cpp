#include "plain/http.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tlstriage::plain {

std::optional<std::uint16_t> http_status(Bytes data) {
    const std::string_view text = as_text(data);
    constexpr std::size_t code_at = std::string_view("HTTP/1.1 ").size();
    if (!text.starts_with("HTTP/1.") || text.size() < code_at + 3) return std::nullopt;
    std::uint16_t status = 0;
    for (const char digit : text.substr(code_at, 3)) {
        if (digit < '0' || digit > '9') return std::nullopt;
        status = static_cast<std::uint16_t>(status * 10 + (digit - '0'));
    }
    return status;
}

bool says_tls_port(Bytes data) {
    constexpr std::array<std::string_view, 5> phrases{
        "plain HTTP request was sent to HTTPS port",          // nginx
        "speaking plain HTTP to an SSL-enabled server port",  // Apache httpd
        "HTTP request to an HTTPS server",                    // Go net/http
        "combination of host and port requires TLS",          // Tomcat, Spring Boot
        "Instead use the HTTPS scheme",                       // Apache httpd, second sentence
    };
    const std::string_view text = as_text(data);
    return std::ranges::any_of(
        phrases, [&](std::string_view phrase) { return text.find(phrase) != text.npos; });
}

}  // namespace tlstriage::plain
