#include "evidence/hello_shapes.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "tls/describe.h"
#include "tls/fingerprint.h"
#include "tls/names.h"

namespace tlstriage::evidence {
namespace {

template <class Value>
void append(std::vector<std::uint8_t>& key, const std::vector<Value>& values) {
    const auto count = static_cast<std::uint32_t>(values.size());
    const auto* size = reinterpret_cast<const std::uint8_t*>(&count);
    const auto* data = reinterpret_cast<const std::uint8_t*>(values.data());
    key.insert(key.end(), size, size + sizeof(count));
    key.insert(key.end(), data, data + values.size() * sizeof(Value));
}

/// GREASE is drawn anew for each hello and left out of every text: one value stands for all.
void append_codes(std::vector<std::uint8_t>& key, std::vector<std::uint16_t> codes) {
    constexpr std::uint16_t any_grease = 0x0a0a;
    std::ranges::replace_if(codes, tls::is_grease, any_grease);
    append(key, codes);
}

/// Everything that a shape's members are computed from, one after the other.
void write_key(const tls::ClientHello& hello, std::vector<std::uint8_t>& key) {
    key.clear();
    append(key, std::vector{hello.legacy_version,
                            static_cast<std::uint16_t>(
                                hello.ssl2_framed << 0U | hello.server_name.has_value() << 1U |
                                hello.renegotiation_info << 2U |
                                hello.encrypted_client_hello << 3U | hello.pre_shared_key << 4U)});
    append_codes(key, hello.cipher_suites);
    append_codes(key, hello.extensions);
    append_codes(key, hello.supported_versions);
    append_codes(key, hello.groups);
    append(key, hello.point_formats);
    append_codes(key, hello.signature_algorithms);
    append_codes(key, hello.key_share_groups);
    for (const std::string& protocol : hello.alpn) {
        append(key, std::vector<char>(protocol.begin(), protocol.end()));
    }
}

std::shared_ptr<const HelloShape> describe(const tls::ClientHello& hello) {
    auto shape = std::make_shared<HelloShape>();
    shape->legacy_version = hello.legacy_version;
    shape->versions = hello.supported_versions;
    shape->cipher_suites = hello.cipher_suites;
    shape->groups = hello.groups;
    shape->signature_algorithms = hello.signature_algorithms;
    shape->key_share_groups = hello.key_share_groups;
    shape->renegotiation_info = hello.renegotiation_info;
    shape->encrypted_client_hello = hello.encrypted_client_hello;
    shape->versions_text = tls::version_list(hello);
    shape->ciphers_text = tls::cipher_list(hello);
    shape->groups_text = tls::group_list(hello);
    shape->alpn_text = tls::alpn_list(hello);
    shape->ja3 = tls::ja3(hello);
    shape->ja4 = tls::ja4(hello);
    return shape;
}

}  // namespace

std::shared_ptr<const HelloShape> HelloShapes::shape(const tls::ClientHello& hello) {
    write_key(hello, key_);
    const XXH128_hash_t hash = XXH3_128bits(key_.data(), key_.size());
    auto& [high, shape] = shapes_[hash.low64];
    if (shape != nullptr && high == hash.high64) return shape;
    auto fresh = describe(hello);
    if (shape == nullptr) {
        high = hash.high64;
        shape = fresh;
    }
    return fresh;
}

}  // namespace tlstriage::evidence
