// Certificates as evidence: parsed once in a run, judged at capture time. The only OpenSSL.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "tls/trust_store.h"

namespace tlstriage::tls {

/// What `cert_findings` can hold (verdicts.md §4.1), in the order in which they are written.
enum class Finding : std::uint8_t {
    expired,
    not_yet_valid,
    name_mismatch,
    cn_only,
    self_signed,
    incomplete_chain,
    misordered_chain,
    untrusted,
    revoked,
    weak_key,
    weak_signature,
    wrong_usage,
};
constexpr unsigned finding_count = static_cast<unsigned>(Finding::wrong_usage) + 1;
/// Who shows a certificate: an extendedKeyUsage has to allow that (RFC 5280 §4.2.1.12).
enum class Role : std::uint8_t { server, client };

/// A set of findings: bit 1 << Finding.
using Findings = std::uint32_t;
constexpr Findings bit(Finding finding) {
    return 1U << static_cast<unsigned>(finding);
}
std::string_view finding_name(Finding finding);

/// One certificate. Texts are as OpenSSL prints them (RFC 2253 one-liners, UTF-8), not made safe
/// for any output.
struct Certificate {
    std::string sha256;  ///< of the DER, hex
    std::string subject;
    std::string issuer;
    std::string common_name;             ///< last CN of the subject, empty without
    std::vector<std::string> dns_names;  ///< subjectAltName dNSName
    std::vector<std::string> ip_names;   ///< subjectAltName iPAddress, as text
    std::string names_text;              ///< all of these, one space between
    Nanoseconds not_before = 0;
    Nanoseconds not_after = 0;
    std::string key;           ///< "RSA-2048", "EC-prime256v1", "ED25519"
    std::string signature;     ///< algorithm, OpenSSL's short name: "RSA-SHA256"
    bool self_issued = false;  ///< subject equals issuer
    bool self_signed = false;  ///< and its own key verifies its signature
    bool is_ca = false;
    bool weak_key = false;                  ///< RSA/DSA < 2048 bits, EC < 224
    bool weak_signature = false;            ///< MD2, MD5 or SHA-1 (not asked of self-signed roots)
    bool serves = true;                     ///< may authenticate a TLS server
    bool visits = true;                     ///< may authenticate a TLS client
    std::vector<std::uint8_t> subject_der;  ///< Name, to match issuers
    std::vector<std::uint8_t> issuer_der;
};

/// The chain that a peer sent, leaf first. Shared: equal chains of one role are one object within a
/// cache.
struct Chain {
    std::vector<std::shared_ptr<const Certificate>> certificates;  ///< a null where DER is broken
    Findings findings = 0;  ///< those that depend on the chain and its role alone: self_signed …
    bool names_judged = false;  ///< what was found on the leaf's names is in `findings`
    // Of the path to an authority of the user's store, if there is one.
    Nanoseconds path_not_before = std::numeric_limits<Nanoseconds>::min();
    Nanoseconds path_not_after = std::numeric_limits<Nanoseconds>::max();

    [[nodiscard]] const Certificate* leaf() const {
        return certificates.empty() ? nullptr : certificates.front().get();
    }
};

/// Parses certificates and chains once each in a run (key: XXH3-128 of the DER) and keeps them.
/// Shared by all shards: the lock is taken once a Certificate message, never once a packet.
class ChainCache {
  public:
    /// `trust`: what chains are checked against besides; may be null.
    explicit ChainCache(std::shared_ptr<const TrustStore> trust = nullptr);
    ~ChainCache();
    ChainCache(ChainCache&&) noexcept;
    ChainCache& operator=(ChainCache&&) noexcept;

    /// Copies what it needs from `ders`. Never null.
    std::shared_ptr<const Chain> chain(const std::vector<Bytes>& ders, Role role = Role::server);

    /// Chains and certificates now in it.
    [[nodiscard]] std::size_t size() const;
    /// Drops all other chains, and the certificates that are in none.
    void keep(const std::unordered_set<const Chain*>& used);

    /// X.509 parses so far (for tests and benchmarks).
    [[nodiscard]] std::uint64_t parses() const;

  private:
    struct Store;
    std::unique_ptr<Store> store_;
};

/// Whether one of these authorities (DER Names, as a CertificateRequest lists them) issued a
/// certificate of the chain, or is in it.
bool is_issued_by(const Chain& chain, const std::vector<Bytes>& authorities);

/// All findings on a chain at `time` for a client that asked for `server_name` (RFC 9525: dNSName
/// with a wildcard as the whole leftmost label; an IP literal against iPAddress; empty: no name
/// check). cn_only is set with name_mismatch left unset when only the common name matches.
Findings judge_chain(const Chain& chain, Nanoseconds time, std::string_view server_name);

}  // namespace tlstriage::tls
