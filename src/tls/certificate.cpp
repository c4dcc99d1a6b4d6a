// Chains: parsed once, and what can be found on them.
#include "tls/certificate.h"

#include <algorithm>
#include <mutex>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tls/name_match.h"
#include "tls/x509.h"

namespace tlstriage::tls {
namespace {

struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.low; }
};

Key hash_bytes(const void* bytes, std::size_t size) {
    const XXH128_hash_t hash = XXH3_128bits(bytes, size);
    return {hash.low64, hash.high64};
}

using Certificates = std::vector<std::shared_ptr<const Certificate>>;

bool issued_by(const Certificate& subject, const Certificate& issuer) {
    return same_name(subject.issuer_der, issuer.subject_der);
}

/// The leaf's issuer was not sent. A chain may well end at an intermediate: the root is the
/// client's. Broken entries may be the issuer, so then nothing is said.
bool is_incomplete(const Certificates& certificates) {
    const Certificate* leaf = certificates.front().get();
    if (leaf == nullptr || leaf->self_issued) return false;
    return std::none_of(certificates.begin() + 1, certificates.end(), [&](const auto& other) {
        return other == nullptr || issued_by(*leaf, *other);
    });
}

/// Each certificate must be followed by its issuer (RFC 5246 §7.4.2), but for a root at the end
/// that belongs to another path.
bool is_misordered(const Certificates& certificates) {
    for (std::size_t i = 0; i + 1 < certificates.size(); ++i) {
        const Certificate* subject = certificates[i].get();
        const Certificate* next = certificates[i + 1].get();
        if (subject == nullptr || next == nullptr || issued_by(*subject, *next)) continue;
        const bool is_extra_root = i + 2 == certificates.size() && next->self_issued;
        if (!is_extra_root) return true;
    }
    return false;
}

Findings chain_findings(const Certificates& certificates, Role role) {
    if (certificates.empty()) return 0;
    Findings findings = 0;
    const Certificate* leaf = certificates.front().get();
    if (leaf != nullptr) {
        if (leaf->self_signed) findings |= bit(Finding::self_signed);
        const bool fit = role == Role::server ? leaf->serves : leaf->visits;
        if (!fit) findings |= bit(Finding::wrong_usage);
    }
    if (is_incomplete(certificates)) findings |= bit(Finding::incomplete_chain);
    if (is_misordered(certificates)) findings |= bit(Finding::misordered_chain);
    for (const auto& certificate : certificates) {
        if (certificate == nullptr) continue;
        if (certificate->weak_key) findings |= bit(Finding::weak_key);
        if (certificate->weak_signature) findings |= bit(Finding::weak_signature);
    }
    return findings;
}

/// The leaf and the intermediates. A root that was sent along is not asked: the client has its own.
Findings validity_findings(const Chain& chain, Nanoseconds time) {
    Findings findings = 0;
    for (std::size_t i = 0; i < chain.certificates.size(); ++i) {
        const Certificate* certificate = chain.certificates[i].get();
        if (certificate == nullptr || (i > 0 && certificate->self_issued)) continue;
        if (time > certificate->not_after) findings |= bit(Finding::expired);
        if (time < certificate->not_before) findings |= bit(Finding::not_yet_valid);
    }
    return findings;
}

Findings name_findings(const Certificate& leaf, std::string_view name) {
    bool by_alternative_name = false;
    bool by_common_name = false;
    if (is_ip_literal(name)) {
        const auto matches = [&](std::string_view ip) { return same_ip(ip, name); };
        by_alternative_name = std::ranges::any_of(leaf.ip_names, matches);
        by_common_name = matches(leaf.common_name);
    } else {
        const auto matches = [&](std::string_view dns) { return matches_dns_name(dns, name); };
        by_alternative_name = std::ranges::any_of(leaf.dns_names, matches);
        by_common_name = matches(leaf.common_name);
    }
    if (by_alternative_name) return 0;
    return bit(by_common_name ? Finding::cn_only : Finding::name_mismatch);
}

}  // namespace

std::string_view finding_name(Finding finding) {
    switch (finding) {
        case Finding::expired: return "expired";
        case Finding::not_yet_valid: return "not_yet_valid";
        case Finding::name_mismatch: return "name_mismatch";
        case Finding::cn_only: return "cn_only";
        case Finding::self_signed: return "self_signed";
        case Finding::incomplete_chain: return "incomplete_chain";
        case Finding::misordered_chain: return "misordered_chain";
        case Finding::untrusted: return "untrusted";
        case Finding::revoked: return "revoked";
        case Finding::weak_key: return "weak_key";
        case Finding::weak_signature: return "weak_signature";
        case Finding::wrong_usage: return "wrong_usage";
    }
    return {};
}

namespace {

/// What the user's own store says beats what the chain looks like.
void ask(const TrustStore& trust, const std::vector<Bytes>& ders, Role role, Chain& chain) {
    const TrustStore::Answer answer = trust.check(ders, role == Role::client);
    if (answer.revoked) chain.findings |= bit(Finding::revoked);
    if (!answer.checked) return;
    if (!answer.trusted) {
        chain.findings |= bit(Finding::untrusted);
        return;
    }
    chain.findings &= ~(bit(Finding::self_signed) | bit(Finding::incomplete_chain));
    chain.path_not_before = answer.not_before;
    chain.path_not_after = answer.not_after;
}

}  // namespace

struct ChainCache::Store {
    mutable std::mutex mutex;
    std::unordered_map<Key, std::shared_ptr<const Certificate>, KeyHash> certificates;
    std::unordered_map<Key, std::shared_ptr<const Chain>, KeyHash> chains;
    std::uint64_t parses = 0;
    std::shared_ptr<const TrustStore> trust;

    std::shared_ptr<const Certificate> certificate(Bytes der, const Key& key) {
        if (const auto found = certificates.find(key); found != certificates.end()) {
            return found->second;
        }
        ++parses;
        return certificates.emplace(key, parse_certificate(der)).first->second;
    }
};

ChainCache::ChainCache(std::shared_ptr<const TrustStore> trust)
    : store_(std::make_unique<Store>()) {
    store_->trust = std::move(trust);
}
ChainCache::~ChainCache() = default;
ChainCache::ChainCache(ChainCache&&) noexcept = default;
ChainCache& ChainCache::operator=(ChainCache&&) noexcept = default;

std::shared_ptr<const Chain> ChainCache::chain(const std::vector<Bytes>& ders, Role role) {
    std::vector<Key> keys;
    keys.reserve(ders.size() + 1);
    for (const Bytes der : ders) {
        keys.push_back(hash_bytes(der.data(), der.size()));
    }
    keys.push_back({static_cast<std::uint64_t>(role), 0});
    const Key chain_key = hash_bytes(keys.data(), keys.size() * sizeof(Key));
    const std::lock_guard lock(store_->mutex);
    if (const auto found = store_->chains.find(chain_key); found != store_->chains.end()) {
        return found->second;
    }
    const auto chain = std::make_shared<Chain>();
    chain->certificates.reserve(ders.size());
    for (std::size_t i = 0; i < ders.size(); ++i) {
        chain->certificates.push_back(store_->certificate(ders[i], keys[i]));
    }
    chain->findings = chain_findings(chain->certificates, role);
    if (store_->trust != nullptr && !ders.empty()) ask(*store_->trust, ders, role, *chain);
    store_->chains.emplace(chain_key, chain);
    return chain;
}

std::size_t ChainCache::size() const {
    const std::lock_guard lock(store_->mutex);
    return store_->chains.size() + store_->certificates.size();
}

void ChainCache::keep(const std::unordered_set<const Chain*>& used) {
    const std::lock_guard lock(store_->mutex);
    std::erase_if(store_->chains,
                  [&](const auto& entry) { return !used.contains(entry.second.get()); });
    std::erase_if(store_->certificates,
                  [](const auto& entry) { return entry.second.use_count() == 1; });
}

std::uint64_t ChainCache::parses() const {
    const std::lock_guard lock(store_->mutex);
    return store_->parses;
}

bool is_issued_by(const Chain& chain, const std::vector<Bytes>& authorities) {
    constexpr std::size_t most_comparisons = 1024;  // of names whose bytes differ
    std::size_t comparisons = 0;
    for (const auto& certificate : chain.certificates) {
        if (certificate == nullptr) continue;
        for (const Bytes authority : authorities) {
            const auto equals = [&](const std::vector<std::uint8_t>& name) {
                return std::ranges::equal(name, authority) ||
                       (comparisons++ < most_comparisons &&
                        same_name(name, {authority.begin(), authority.end()}));
            };
            if (equals(certificate->issuer_der) || equals(certificate->subject_der)) return true;
        }
    }
    return false;
}

Findings judge_chain(const Chain& chain, Nanoseconds time, std::string_view server_name) {
    Findings findings = chain.findings | validity_findings(chain, time);
    if (time > chain.path_not_after) findings |= bit(Finding::expired);
    if (time < chain.path_not_before) findings |= bit(Finding::not_yet_valid);
    const Certificate* const leaf = chain.leaf();
    if (leaf != nullptr && !server_name.empty() && !chain.names_judged) {
        findings |= name_findings(*leaf, server_name);
    }
    return findings;
}

}  // namespace tlstriage::tls
