#include "evidence/hello_shapes.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <initializer_list>

#include "tls/describe.h"
#include "tls/fingerprint.h"
#include "tls/names.h"

namespace tlstriage::evidence {
namespace {

/// Puts lists of numbers behind each other, each after its length.
class KeyWriter {
  public:
    explicit KeyWriter(std::vector<std::uint16_t>& key) : key_(key) { key_.clear(); }

    void number(std::size_t value) { key_.push_back(static_cast<std::uint16_t>(value)); }
    void flags(std::initializer_list<bool> flags) {
        std::size_t bits = 0;
        for (const bool flag : flags)
            bits = bits << 1U | std::size_t{flag};
        number(bits);
    }
    /// GREASE is drawn anew for each hello and left out of every text: one value stands for all.
    void codes(const std::vector<std::uint16_t>& codes) {
        constexpr std::uint16_t any_grease = 0x0a0a;
        number(codes.size());
        const std::size_t begin = key_.size();
        key_.resize(begin + codes.size());
        std::ranges::transform(
            codes, key_.begin() + static_cast<std::ptrdiff_t>(begin),
            [](std::uint16_t code) { return tls::is_grease(code) ? any_grease : code; });
    }
    template <class Octets>
    void octets(const Octets& octets) {
        number(octets.size());
        for (const auto octet : octets)
            key_.push_back(static_cast<std::uint8_t>(octet));
    }

  private:
    std::vector<std::uint16_t>& key_;
};

/// Everything that a shape's members are computed from, one after the other.
void write_key(const tls::ClientHello& hello, std::vector<std::uint16_t>& key) {
    KeyWriter writer(key);
    writer.number(hello.legacy_version);
    writer.flags({hello.ssl2_framed, hello.server_name.has_value(), hello.renegotiation_info,
                  hello.encrypted_client_hello, hello.pre_shared_key});
    writer.codes(hello.cipher_suites);
    writer.codes(hello.extensions);
    writer.codes(hello.supported_versions);
    writer.codes(hello.groups);
    writer.octets(hello.point_formats);
    writer.codes(hello.signature_algorithms);
    writer.codes(hello.key_share_groups);
    for (const std::string& protocol : hello.alpn)
        writer.octets(protocol);
}

HelloShape describe(const tls::ClientHello& hello) {
    return {.legacy_version = hello.legacy_version,
            .versions = hello.supported_versions,
            .cipher_suites = hello.cipher_suites,
            .groups = hello.groups,
            .signature_algorithms = hello.signature_algorithms,
            .key_share_groups = hello.key_share_groups,
            .renegotiation_info = hello.renegotiation_info,
            .encrypted_client_hello = hello.encrypted_client_hello,
            .versions_text = tls::version_list(hello),
            .ciphers_text = tls::cipher_list(hello),
            .groups_text = tls::group_list(hello),
            .alpn_text = tls::alpn_list(hello),
            .ja3 = tls::ja3(hello),
            .ja4 = tls::ja4(hello)};
}

}  // namespace

const HelloShape* HelloShapes::shape(const tls::ClientHello& hello) {
    write_key(hello, key_);
    const XXH128_hash_t hash = XXH3_128bits(key_.data(), key_.size() * sizeof(key_[0]));
    const auto [entry, fresh] = shapes_.try_emplace(Key{hash.low64, hash.high64});
    if (fresh) entry->second = describe(hello);
    return &entry->second;
}

void HelloShapes::keep(const std::unordered_set<const HelloShape*>& used) {
    std::erase_if(shapes_, [&](const auto& entry) { return !used.contains(&entry.second); });
}

}  // namespace tlstriage::evidence
