#include "tls/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "tls/digest.h"
#include "tls/extensions.h"
#include "tls/names.h"

namespace tlstriage::tls {
namespace {

std::vector<std::uint16_t> without_grease(const std::vector<std::uint16_t>& codes) {
    std::vector<std::uint16_t> kept;
    kept.reserve(codes.size());
    std::ranges::remove_copy_if(codes, std::back_inserter(kept), is_grease);
    return kept;
}

template <typename Codes>
std::string decimal_list(const Codes& codes) {
    return fmt::format("{}", fmt::join(codes, "-"));
}

std::string hex_list(const std::vector<std::uint16_t>& codes) {
    return fmt::format("{:04x}", fmt::join(codes, ","));
}

/// The highest version offered, as two characters; "00" for one that the method does not know
/// (drafts).
std::string_view ja4_version(const ClientHello& hello) {
    std::uint16_t version = hello.legacy_version;
    const std::vector<std::uint16_t> offered = without_grease(hello.supported_versions);
    if (!offered.empty()) version = *std::ranges::max_element(offered);
    switch (version) {
        case 0x0002: return "s2";
        case 0x0300: return "s3";
        case 0x0301: return "10";
        case 0x0302: return "11";
        case 0x0303: return "12";
        case 0x0304: return "13";
        default: return "00";
    }
}

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// First and last character of the first ALPN value, or of its hex form when one of the two isn't
/// alphanumeric.
std::string ja4_alpn(const ClientHello& hello) {
    if (hello.alpn.empty() || hello.alpn.front().empty()) return "00";
    const std::string& value = hello.alpn.front();
    if (is_alphanumeric(value.front()) && is_alphanumeric(value.back())) {
        return {value.front(), value.back()};
    }
    const auto first = static_cast<std::uint8_t>(value.front());
    const auto last = static_cast<std::uint8_t>(value.back());
    return fmt::format("{:x}{:x}", first >> 4U, last & 0xfU);
}

std::string ja4_hash(const std::string& text) {
    constexpr std::size_t kept_digits = 12;
    static const std::string nothing(kept_digits, '0');
    if (text.empty()) return nothing;
    return sha256_hex(as_bytes(text)).substr(0, kept_digits);
}

/// The sorted extensions without server_name and ALPN, then the signature algorithms as sent.
std::string ja4_extensions(std::vector<std::uint16_t> extensions, const ClientHello& hello) {
    std::erase_if(extensions, [](std::uint16_t type) {
        return type == extension::server_name || type == extension::alpn;
    });
    std::ranges::sort(extensions);
    std::string text = hex_list(extensions);
    const std::string algorithms = hex_list(without_grease(hello.signature_algorithms));
    if (!algorithms.empty()) text += '_' + algorithms;
    return text;
}

}  // namespace

std::string ja3(const ClientHello& hello) {
    if (hello.ssl2_framed) return {};
    const std::string text = fmt::format(
        "{},{},{},{},{}", hello.legacy_version, decimal_list(without_grease(hello.cipher_suites)),
        decimal_list(without_grease(hello.extensions)), decimal_list(without_grease(hello.groups)),
        decimal_list(hello.point_formats));
    return md5_hex(as_bytes(text));
}

std::string ja4(const ClientHello& hello) {
    constexpr std::size_t highest_count = 99;  // two digits
    if (hello.ssl2_framed) return {};
    std::vector<std::uint16_t> suites = without_grease(hello.cipher_suites);
    std::vector<std::uint16_t> extensions = without_grease(hello.extensions);
    const bool has_server_name =
        std::ranges::find(extensions, extension::server_name) != extensions.end();
    const std::string prefix =
        fmt::format("t{}{}{:02}{:02}{}", ja4_version(hello), has_server_name ? 'd' : 'i',
                    std::min(suites.size(), highest_count),
                    std::min(extensions.size(), highest_count), ja4_alpn(hello));
    std::ranges::sort(suites);
    return fmt::format("{}_{}_{}", prefix, ja4_hash(hex_list(suites)),
                       ja4_hash(ja4_extensions(std::move(extensions), hello)));
}

}  // namespace tlstriage::tls
