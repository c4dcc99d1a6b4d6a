#include "tls/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

namespace tlstriage::tls {
namespace {

struct Entry {
    std::uint16_t code;
    std::string_view name;
};

constexpr auto cipher_suites = std::to_array<Entry>({
#define CIPHER_SUITE(code, name) {code, name},
#include "tls/cipher_suites.def"
#undef CIPHER_SUITE
});

constexpr auto named_groups = std::to_array<Entry>({
#define NAMED_GROUP(code, name) {code, name},
#include "tls/groups.def"
#undef NAMED_GROUP
});

constexpr auto alerts = std::to_array<Entry>({
#define ALERT(code, name) {code, name},
#include "tls/alerts.def"
#undef ALERT
});

/// Strictly: also no code twice.
constexpr bool is_ascending(std::span<const Entry> entries) {
    return std::ranges::adjacent_find(entries, std::ranges::greater_equal{}, &Entry::code) ==
           entries.end();
}
static_assert(is_ascending(cipher_suites));
static_assert(is_ascending(named_groups));
static_assert(is_ascending(alerts));

/// Empty when the code is not in the table.
std::string_view find_name(std::span<const Entry> entries, std::uint16_t code) {
    const auto found = std::ranges::lower_bound(entries, code, {}, &Entry::code);
    return found != entries.end() && found->code == code ? found->name : std::string_view{};
}

/// "0x1234". All of them are made when one is asked for first.
std::string_view hex_text(std::uint16_t code) {
    using Text = std::array<char, 6>;
    static const std::vector<Text> texts = [] {
        constexpr std::string_view digits = "0123456789abcdef";
        std::vector<Text> made;
        for (unsigned c = 0; c <= 0xffff; ++c) {
            made.push_back({'0', 'x', digits[c >> 12U], digits[c >> 8U & 15U],
                            digits[c >> 4U & 15U], digits[c & 15U]});
        }
        return made;
    }();
    return {texts[code].data(), texts[code].size()};
}

/// `before` with each number of 8 bits behind it.
std::vector<std::string> numbered(std::string_view before) {
    std::vector<std::string> texts;
    for (unsigned number = 0; number <= 0xff; ++number)
        texts.push_back(fmt::format("{}{}", before, number));
    return texts;
}

std::string_view name_or_hex(std::span<const Entry> entries, std::uint16_t code) {
    const std::string_view name = find_name(entries, code);
    return name.empty() ? hex_text(code) : name;
}

/// What a suite's name says of its key exchange.
struct KeyExchange {
    bool ecdhe = false;
    bool dhe = false;
    bool psk = false;
    bool anonymous = false;
};

constexpr KeyExchange key_exchange_of(std::string_view suite) {
    const auto says = [&](std::string_view part) {
        return suite.find(part) != std::string_view::npos;
    };
    // "_DHE_" also finds TLS_PSK_DHE_WITH_AES_128_CCM_8, and not "_ECDHE_".
    return {.ecdhe = says("ECDHE_") || says("_ECDH_anon_"),
            .dhe = says("_DHE_") || says("_DH_anon_"),
            .psk = says("_PSK_"),
            .anonymous = says("_anon_")};
}

/// In the order of cipher_suites.
constexpr auto key_exchanges = [] {
    std::array<KeyExchange, cipher_suites.size()> exchanges{};
    std::ranges::transform(cipher_suites, exchanges.begin(), key_exchange_of, &Entry::name);
    return exchanges;
}();

KeyExchange key_exchange(std::uint16_t suite) {
    const auto found = std::ranges::lower_bound(cipher_suites, suite, {}, &Entry::code);
    if (found == cipher_suites.end() || found->code != suite) return {};
    return key_exchanges[static_cast<std::size_t>(found - cipher_suites.begin())];
}

}  // namespace

std::string_view cipher_suite_name(std::uint16_t code) {
    return name_or_hex(cipher_suites, code);
}

std::string_view group_name(std::uint16_t code) {
    return name_or_hex(named_groups, code);
}

std::string_view version_name(std::uint16_t code) {
    switch (code) {
        case 0x0002: return "SSLv2";
        case 0x0101: return "TLCP1.1";  // GB/T 38636, "GMTLS" in Wireshark
        case 0x0300: return "SSLv3";
        case 0x0301: return "TLS1.0";
        case 0x0302: return "TLS1.1";
        case 0x0303: return "TLS1.2";
        case 0x0304: return "TLS1.3";
        case 0xfefd: return "DTLS1.2";
        case 0xfeff: return "DTLS1.0";
        default: break;
    }
    static const std::vector<std::string> drafts = numbered("TLS1.3-draft");
    static const std::vector<std::string> experiments = numbered("TLS1.3-fb");
    const unsigned low = code & 0xffU;
    switch (code >> 8U) {
        case 0x7f: return drafts[low];
        case 0x7e:  // Chrome's experiments of 2017 (BoringSSL's TLS1_3_EXPERIMENT_VERSION): written
                    // like Facebook's builds, which they never meet on a wire
        case 0xfb: return experiments[low];
        default: return hex_text(code);
    }
}

std::string_view alert_name(std::uint8_t code) {
    static const std::vector<std::string> unassigned = numbered("alert_");
    const std::string_view name = find_name(alerts, code);
    return name.empty() ? unassigned[code] : name;
}

std::optional<std::uint8_t> alert_code(std::string_view name) {
    const auto found = std::ranges::find(alerts, name, &Entry::name);
    if (found == alerts.end()) return std::nullopt;
    return static_cast<std::uint8_t>(found->code);
}

bool is_tls13(std::uint16_t version) {
    const unsigned high = version >> 8U;
    return version == 0x0304 || high == 0x7f || high == 0xfb || high == 0x7e;
}

bool uses_ecdhe(std::uint16_t cipher_suite) {
    return key_exchange(cipher_suite).ecdhe;
}

bool uses_dhe(std::uint16_t cipher_suite) {
    return key_exchange(cipher_suite).dhe;
}

bool uses_psk(std::uint16_t cipher_suite) {
    return key_exchange(cipher_suite).psk;
}

bool is_signed(std::uint16_t cipher_suite) {
    const KeyExchange exchange = key_exchange(cipher_suite);
    return !exchange.psk && !exchange.anonymous && (exchange.ecdhe || exchange.dhe);
}

}  // namespace tlstriage::tls
