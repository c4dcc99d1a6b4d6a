#include "carve/der_names.h"

#include <algorithm>
#include <bit>
#include <optional>

namespace tlstriage::carve {
namespace {

// X.690 §8.1.2, X.680 §8.6
enum Tag : std::uint8_t {
    integer = 2,
    bit_string_tag = 3,
    octet_string_tag = 4,
    utf8_string = 12,
    sequence = 0x30,
    set = 0x31,
    numeric_string = 18,
    printable_string = 19,
    teletex_string = 20,
    ia5_string = 22,
    visible_string = 26,
    general_string = 27,
    universal_string = 28,
    bmp_string = 30,
};
constexpr std::uint8_t constructed = 0x20;
constexpr std::uint8_t of_context_class = 0x80;
constexpr std::uint8_t number_mask = 0x1f;
constexpr unsigned deepest = 32;  // elements within elements
/// Flags and versions are shorter, and so are an RSA key's usual exponents.
constexpr std::size_t shortest_told_apart = 4;

struct Element {
    std::uint8_t tag = 0;
    std::size_t header = 0;
    std::size_t length = 0;  ///< of the content
};

/// The element at the beginning; nothing when it is none, or not whole. X.690 §8.1.3, definite.
std::optional<Element> element_at(Bytes der) {
    if (der.size() < 2 || (der[0] & number_mask) == number_mask) return std::nullopt;
    Element element{der[0], 2, der[1]};
    if (element.length >= 0x80) {
        const std::size_t octets = element.length & 0x7fU;
        if (octets == 0 || octets > 4 || der.size() < 2 + octets) return std::nullopt;
        element.header = 2 + octets;
        element.length = 0;
        for (const std::uint8_t octet : der.subspan(2, octets))
            element.length = element.length << 8U | octet;
    }
    if (element.length > der.size() - element.header) return std::nullopt;
    return element;
}

/// Whether a string holds an element and nothing else, as extensions, keys and ECDSA signatures do.
bool holds_element(Bytes content) {
    const auto element = element_at(content);
    if (!element || element->header + element->length != content.size()) return false;
    switch (element->tag) {
        case integer:
        case bit_string_tag:
        case octet_string_tag:
        case utf8_string:
        case ia5_string:
        case sequence:
        case set: return true;
        default: return false;
    }
}

bool is_printable(Bytes text) {
    return std::ranges::all_of(text, [](std::uint8_t c) { return c >= 0x20 && c < 0x7f; });
}

std::span<char> characters(std::span<std::uint8_t> bytes) {
    return {reinterpret_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

void DerNames::elements(std::span<std::uint8_t> der, unsigned depth) {
    while (!der.empty()) {
        const auto element = element_at(der);
        if (!element || depth > deepest) {
            std::ranges::fill(der, std::uint8_t{0});
            return;
        }
        const auto content = der.subspan(element->header, element->length);
        if ((element->tag & constructed) != 0) {
            elements(content, depth + 1);
        } else {
            primitive(element->tag, content, depth);
        }
        der = der.subspan(element->header + element->length);
    }
}

void DerNames::primitive(std::uint8_t tag, std::span<std::uint8_t> content, unsigned depth) {
    switch (tag) {
        case integer: return number(content);
        case bit_string_tag: return bit_string(content, depth);
        case octet_string_tag: return octet_string(content, depth);
        case utf8_string:
        case numeric_string:
        case printable_string:
        case teletex_string:
        case ia5_string:
        case visible_string:
        case general_string: return names_.text(characters(content));
        case bmp_string: return wide_text(content, 2);
        case universal_string: return wide_text(content, 4);
        default: break;
    }
    if ((tag & 0xc0U) == of_context_class) of_context(tag & number_mask, content);
}

/// Its first byte says how many bits of the last one are not used. A point's first byte (SEC 1
/// §2.3.3) says how it is written.
void DerNames::bit_string(std::span<std::uint8_t> content, unsigned depth) {
    if (content.size() <= shortest_told_apart) return;
    const std::uint8_t unused = content[0];
    auto bits = content.subspan(1);
    if (unused == 0 && holds_element(bits)) return elements(bits, depth + 1);
    const bool is_point = bits.size() % 2 == 1 && bits[0] >= 2 && bits[0] <= 4;
    names_.opaque(is_point ? bits.subspan(1) : bits);
    bits.back() = static_cast<std::uint8_t>(bits.back() >> (unused & 7U) << (unused & 7U));
}

void DerNames::octet_string(std::span<std::uint8_t> content, unsigned depth) {
    if (holds_element(content)) return elements(content, depth + 1);
    if (content.size() >= shortest_told_apart) names_.opaque(content);
}

/// A GeneralName (RFC 5280 §4.2.1.6) or a key identifier.
void DerNames::of_context(std::uint8_t number, std::span<std::uint8_t> content) {
    constexpr std::uint8_t ip_address = 7;
    constexpr std::uint8_t registered_id = 8;
    const std::size_t size = content.size();
    if (number == registered_id) return;
    // With a mask behind it in name constraints.
    if (number == ip_address && (size == 4 || size == 8)) {
        const IpAddress other = addresses_.map(IpAddress::v4(content.data()));
        std::copy_n(&other.bytes[12], 4, content.begin());
    } else if (number == ip_address && (size == 16 || size == 32)) {
        std::ranges::copy(addresses_.map(IpAddress::v6(content.data())).bytes, content.begin());
    } else if (is_printable(content)) {
        names_.text(characters(content));
    } else if (size >= shortest_told_apart) {
        names_.opaque(content);
    }
}

/// Keeps its sign, its number of bits, and whether it is odd.
void DerNames::number(std::span<std::uint8_t> content) {
    if (content.size() < shortest_told_apart) return;
    const bool odd = (content.back() & 1U) != 0;
    const auto top = std::ranges::find_if(content, [](std::uint8_t byte) { return byte != 0; });
    const auto zeros = static_cast<std::size_t>(top - content.begin());
    if (zeros == content.size()) return;
    const std::uint8_t highest = std::bit_floor(*top);
    names_.opaque(content.subspan(zeros));
    content[zeros] = static_cast<std::uint8_t>(highest | (content[zeros] & (highest - 1U)));
    content.back() = static_cast<std::uint8_t>((content.back() & 0xfeU) | (odd ? 1U : 0U));
}

/// UCS-2 or UCS-4: the lowest bytes of Latin text; other scripts become letters.
void DerNames::wide_text(std::span<std::uint8_t> content, std::size_t width) {
    std::string text;
    for (std::size_t end = width; end <= content.size(); end += width) {
        const auto high = content.subspan(end - width, width - 1);
        const bool latin = std::ranges::all_of(high, [](auto byte) { return byte == 0; });
        text += latin ? static_cast<char>(content[end - 1]) : '\xff';
        std::ranges::fill(high, std::uint8_t{0});
    }
    names_.text(text);
    for (std::size_t i = 0; i < text.size(); ++i)
        content[(i + 1) * width - 1] = static_cast<std::uint8_t>(text[i]);
}

}  // namespace tlstriage::carve
