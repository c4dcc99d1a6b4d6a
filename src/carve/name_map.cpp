#include "carve/name_map.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace tlstriage::carve {
namespace {

/// Last labels that tell nothing: those in wide use, and names that are set apart for tests and for
/// networks of one's own (RFC 6761, RFC 8375, RFC 9476).
constexpr std::array<std::string_view, 28> common_ends{
    "com",   "net",         "org", "edu",      "gov",     "mil",     "int",
    "arpa",  "info",        "biz", "name",     "pro",     "io",      "app",
    "dev",   "cloud",       "xyz", "test",     "example", "invalid", "localhost",
    "local", "localdomain", "lan", "internal", "home",    "corp",    "intranet"};
constexpr std::array<std::string_view, 5> kept_labels{"_tcp", "_udp", "_tls", "_dns", "*"};
constexpr std::string_view reverse_v4_end = ".in-addr.arpa";
constexpr std::string_view reverse_v6_end = ".ip6.arpa";
constexpr std::string_view internationalised = "xn--";  // RFC 5890 §2.3.2.1
constexpr std::size_t most_known = 1U << 20U;           // words

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}
bool is_letter(char c) {
    return lower(c) >= 'a' && lower(c) <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_beyond_ascii(char c) {
    return (static_cast<std::uint8_t>(c) & 0x80U) != 0;
}
bool is_of_label(char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || is_beyond_ascii(c);
}

template <typename Names>
bool has(const Names& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

bool is_common_end(std::string_view label) {
    return has(common_ends, label) || (label.size() == 2 && std::ranges::all_of(label, is_letter));
}

std::string_view view(std::span<char> text) {
    return {text.data(), text.size()};
}

/// Calls on_label(span) for what stands between dots, from the last one to the first.
template <typename OnLabel>
void labels_backwards(std::span<char> name, OnLabel&& on_label) {
    std::size_t end = name.size();
    for (;;) {
        const std::size_t dot = view(name.first(end)).rfind('.');
        const std::size_t begin = dot == std::string_view::npos ? 0 : dot + 1;
        on_label(name.subspan(begin, end - begin));
        if (begin == 0) return;
        end = dot;
    }
}

}  // namespace

NameMap::NameMap(const AnonymizationKey& key, AddressMap& addresses)
    : keyed_(key, "names"), addresses_(addresses) {}

void NameMap::word(std::span<char> word, std::string_view domain) {
    const std::string original = lowered(view(word));
    if (known_.size() > most_known) known_.clear();
    const auto [known, fresh] = known_.try_emplace(original + '.' + std::string(domain));
    std::string& other = known->second;
    if (fresh) {
        const std::size_t kept = original.starts_with(internationalised) ? 4 : 0;
        std::string symbols;
        std::string shape = original.substr(0, kept);
        for (const char c : original.substr(kept)) {
            const bool counts = is_letter(c) || is_digit(c);
            if (counts) symbols += c;
            shape += counts ? 'x' : is_beyond_ascii(c) ? '?' : c;
        }
        keyed_.permute(symbols, 26, shape + '.' + std::string(domain));
        // Each byte of a character beyond ASCII becomes a letter, so that the text stays UTF-8.
        const KeyedPermutation::Digest letters = keyed_.digest("letters", original);
        other = shape;
        std::size_t used = 0;
        for (std::size_t i = kept; i < other.size(); ++i) {
            if (other[i] == 'x') other[i] = symbols[used++];
            if (shape[i] == '?')
                other[i] = static_cast<char>('a' + letters[i % letters.size()] % 26);
        }
    }
    for (std::size_t i = 0; i < word.size(); ++i) {
        const bool upper = word[i] >= 'A' && word[i] <= 'Z';
        word[i] =
            upper && is_letter(other[i]) ? static_cast<char>(other[i] - ('a' - 'A')) : other[i];
    }
}

void NameMap::host(std::span<char> name) {
    while (!name.empty() && name.back() == '.')
        name = name.first(name.size() - 1);
    const std::string original(view(name));
    if (!address(name)) labels(name);
    if (original != view(name)) replaced_.add(original);
}

void NameMap::labels(std::span<char> name) {
    const std::string original = lowered(view(name));
    if (original.ends_with(reverse_v4_end)) {
        return reverse_v4(name.first(name.size() - reverse_v4_end.size()));
    }
    if (original.ends_with(reverse_v6_end)) {
        return reverse_v6(name.first(name.size() - reverse_v6_end.size()));
    }
    labels_backwards(name, [&](std::span<char> label) {
        const auto begin = static_cast<std::size_t>(label.data() - name.data());
        const std::string_view own = std::string_view(original).substr(begin, label.size());
        const bool is_end = begin + label.size() == original.size();
        if (has(kept_labels, own) || (is_end && begin > 0 && is_common_end(own))) return;
        const std::size_t domain = std::min(begin + label.size() + 1, original.size());
        word(label, std::string_view(original).substr(domain));
    });
}

/// RFC 1035 §3.5: the last octet first. An octet gets that of the address that stands for it where
/// both have as many digits.
void NameMap::reverse_v4(std::span<char> octets) {
    IpAddress known = IpAddress::v4(std::array<std::uint8_t, 4>{}.data());
    std::size_t place = 12;
    std::string prefix;
    labels_backwards(octets, [&](std::span<char> label) {
        std::uint8_t value = 0;
        const char* const end = label.data() + label.size();
        const auto [stop, error] = std::from_chars(label.data(), end, value);
        const bool good = error == std::errc() && stop == end && place < 16 &&
                          (label.front() != '0' || label.size() == 1);
        const std::string original(view(label));
        if (good) {
            known.bytes[place] = value;
            octet(label, addresses_.map(known).bytes[place], prefix);
            ++place;
        } else {
            place = 16;  // what comes is not part of an address
            word(label, prefix);
        }
        prefix += '.' + original;
    });
}

/// RFC 3596 §2.5: the last nibble first.
void NameMap::reverse_v6(std::span<char> nibbles) {
    IpAddress known;
    std::size_t place = 0;
    labels_backwards(nibbles, [&](std::span<char> label) {
        unsigned value = 0;
        const char* const end = label.data() + label.size();
        const auto [stop, error] = std::from_chars(label.data(), end, value, 16);
        if (label.size() != 1 || error != std::errc() || stop != end || place == 32) {
            place = 32;
            return word(label, "ip6");
        }
        const unsigned shift = place % 2 == 0 ? 4 : 0;
        known.bytes[place / 2] = static_cast<std::uint8_t>(known.bytes[place / 2] | value << shift);
        const unsigned other = addresses_.map(known).bytes[place / 2] >> shift & 15U;
        label.front() = "0123456789abcdef"[other];
        ++place;
    });
}

/// Of as many digits, by what stands before it; `other` where that has as many.
void NameMap::octet(std::span<char> digits, std::uint8_t other, std::string_view prefix) {
    std::string text = std::to_string(other);
    if (text.size() != digits.size()) {
        const unsigned lowest = digits.size() == 1 ? 0 : digits.size() == 2 ? 10 : 100;
        const unsigned count = digits.size() == 1 ? 10 : digits.size() == 2 ? 90 : 156;
        const unsigned own = static_cast<unsigned>(std::stoul(std::string(view(digits)))) - lowest;
        const KeyedPermutation::Digest add =
            keyed_.digest("octet", std::to_string(digits.size()) + std::string(prefix));
        text = std::to_string(lowest + (own + 1 + add[0] % (count - 1)) % count);
    }
    std::ranges::copy(text, digits.begin());
}

/// An address in text gets the one that stands for it where that is as long, else another of its
/// length.
bool NameMap::address(std::span<char> text) {
    const std::string original(view(text));
    std::array<std::uint8_t, 16> bytes{};
    std::array<char, INET6_ADDRSTRLEN> shown{};
    const bool v4 = inet_pton(AF_INET, original.c_str(), bytes.data()) == 1;
    if (!v4 && inet_pton(AF_INET6, original.c_str(), bytes.data()) != 1) return false;
    const IpAddress real = v4 ? IpAddress::v4(bytes.data()) : IpAddress::v6(bytes.data());
    const IpAddress other = addresses_.map(real);
    if (other == real) return true;
    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? &other.bytes[12] : other.bytes.data(), shown.data(),
              shown.size());
    const std::string_view mapped = shown.data();
    if (mapped.size() == original.size()) {
        std::ranges::copy(mapped, text.begin());
    } else if (v4) {
        std::size_t begin = 0;
        for (std::size_t place = 12; place < 16; ++place) {
            const std::size_t end = std::min(original.find('.', begin), original.size());
            octet(text.subspan(begin, end - begin), other.bytes[place], original.substr(0, begin));
            begin = end + 1;
        }
    } else {
        std::string symbols;
        std::ranges::copy_if(lowered(original), std::back_inserter(symbols),
                             [](char c) { return c != ':' && c != '.'; });
        keyed_.permute(symbols, 6, "v6");
        std::size_t used = 0;
        for (char& c : text)
            if (c != ':' && c != '.') c = symbols[used++];
    }
    return true;
}

void NameMap::text(std::span<char> text) {
    const auto is_of_run = [](char c) { return is_of_label(c) || c == '.'; };
    for (auto begin = text.begin(); begin != text.end();) {
        begin = std::find_if(begin, text.end(), [](char c) { return is_of_label(c); });
        auto end = std::find_if_not(begin, text.end(), is_of_run);
        const std::span<char> run(begin, end);
        const std::string_view rest = view({end, text.end()});
        begin = end;
        if (run.empty() || rest.starts_with("://")) continue;
        const bool dotted = view(run).find('.') < run.size() - 1;
        dotted ? host(run) : word(run.first(std::min(view(run).find('.'), run.size())), {});
    }
}

void NameMap::mentions(std::span<char> text) {
    const auto is_of_run = [](char c) {
        return (is_of_label(c) && !is_beyond_ascii(c)) || c == '.' || c == ':';
    };
    const auto is_edge = [](char c) { return c == '.' || c == ':' || c == '-'; };
    for (auto begin = text.begin(); begin != text.end();) {
        begin = std::find_if(begin, text.end(), is_of_run);
        const auto end = std::find_if_not(begin, text.end(), is_of_run);
        std::span<char> run(begin, end);
        begin = end;
        if (run.size() < Sightings::shortest) continue;
        if (std::ranges::count(run, ':') > 1 && address(run)) continue;  // IPv6
        while (!run.empty()) {  // a name and a port, or names between colons
            const std::size_t length = std::min(view(run).find(':'), run.size());
            std::span<char> part = run.first(length);
            run = run.subspan(std::min(length + 1, run.size()));
            while (!part.empty() && is_edge(part.front()))
                part = part.subspan(1);
            while (!part.empty() && is_edge(part.back()))
                part = part.first(part.size() - 1);
            const std::size_t dot = view(part).rfind('.');
            if (dot == std::string_view::npos) continue;
            const std::span<char> last = part.subspan(dot + 1);
            if (last.size() >= 2 && std::ranges::all_of(last, is_letter)) {
                host(part);
            } else {
                const std::string original(view(part));
                if (address(part) && original != view(part)) replaced_.add(original);
            }
        }
    }
}

void NameMap::opaque(std::span<std::uint8_t> bytes) {
    std::string input("0");
    input.append(as_text(bytes));
    for (std::size_t at = 0; at < bytes.size();) {
        const KeyedPermutation::Digest other = keyed_.digest("opaque", input);
        const std::size_t count = std::min(other.size(), bytes.size() - at);
        std::copy_n(other.begin(), count, bytes.begin() + static_cast<std::ptrdiff_t>(at));
        at += count;
        ++input.front();
    }
}

}  // namespace tlstriage::carve
