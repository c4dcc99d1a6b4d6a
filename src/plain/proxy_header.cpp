#include "plain/proxy_header.h"

#include <string_view>

namespace tlstriage::plain {
namespace {

constexpr std::string_view signature_v2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t max_v1 = 107;  // with its CRLF
constexpr std::size_t fixed_v2 = 16;

}  // namespace

ProxyHeader read_proxy_header(Bytes first) {
    const std::string_view text = as_text(first);
    if (text.starts_with("PROXY ")) {
        const std::size_t end = text.substr(0, max_v1).find("\r\n");
        if (end != text.npos) return {end + 2, false};
        return {0, text.size() < max_v1};
    }
    if (!text.starts_with(signature_v2)) return {};
    if (first.size() < fixed_v2) return {0, true};
    const std::size_t length = fixed_v2 + load_big<std::uint16_t>(&first[14]);
    return first.size() < length ? ProxyHeader{0, true} : ProxyHeader{length, false};
}

}  // namespace tlstriage::plain
