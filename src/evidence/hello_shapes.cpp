#include "evidence/hello_shapes.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <initializer_list>

#include "tls/describe.h"
#include "tls/fingerprint.h"
#include "tls/names.h"

namespace tlstriage::evidence {
namespace {

/// Puts lists of numbers behind each other, each after its length.
class KeyWriter {
  public:
    /// There is room for all that will be written at `at`.
    explicit KeyWriter(std::uint16_t* at) : at_(at) {}

    void number(std::size_t value) { *at_++ = static_cast<std::uint16_t>(value); }
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
        for (const std::uint16_t code : codes)
            *at_++ = tls::is_grease(code) ? any_grease : code;
    }
    template <class Octets>
    void octets(const Octets& octets) {
        number(octets.size());
        for (const auto octet : octets)
            *at_++ = static_cast<std::uint8_t>(octet);
    }

    [[nodiscard]] const std::uint16_t* end() const { return at_; }

  private:
    std::uint16_t* at_;
};

/// At least as many numbers as write_key() writes.
std::size_t key_room(const tls::ClientHello& hello) {
    constexpr std::size_t numbers = 9;
    std::size_t room = numbers + hello.cipher_suites.size() + hello.extensions.size() +
                       hello.supported_versions.size() + hello.groups.size() +
                       hello.point_formats.size() + hello.signature_algorithms.size() +
                       hello.key_share_groups.size();
    for (const std::string& protocol : hello.alpn)
        room += 1 + protocol.size();
    return room;
}

/// Everything that a shape's members are computed from, one after the other; returns its end.
const std::uint16_t* write_key(const tls::ClientHello& hello, std::uint16_t* key) {
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
    return writer.end();
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
    if (const std::size_t room = key_room(hello); key_.size() < room) key_.resize(room);
    const auto size = static_cast<std::size_t>(write_key(hello, key_.data()) - key_.data());
    const XXH128_hash_t hash = XXH3_128bits(key_.data(), size * sizeof(key_[0]));
    const auto [entry, fresh] = shapes_.try_emplace(Key{hash.low64, hash.high64});
    if (fresh) entry->second = describe(hello);
    return &entry->second;
}

void HelloShapes::keep(const std::unordered_set<const HelloShape*>& used) {
    std::erase_if(shapes_, [&](const auto& entry) { return !used.contains(&entry.second); });
}

}  // namespace tlstriage::evidence
