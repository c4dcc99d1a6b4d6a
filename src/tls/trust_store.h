// What the user's clients trust: checks a chain's real path (verdicts.md §4.1).
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace tlstriage::tls {

/// Immutable once made; shared by all threads.
class TrustStore {
  public:
    /// `authorities`: a PEM file, a folder of them, or "system" for this machine's own; empty: no
    /// path is checked. `revocation_lists`: files with one or more CRLs in PEM, or one in DER.
    /// Throws std::runtime_error with the path when there is nothing of use in one.
    TrustStore(const std::string& authorities, const std::vector<std::string>& revocation_lists);
    ~TrustStore();
    TrustStore(TrustStore&&) = delete;
    TrustStore& operator=(TrustStore&&) = delete;

    /// What was found for a chain as sent, leaf first. A path is built from it, whatever its order,
    /// to an authority of the store, for a server's certificate or a client's; times are not looked
    /// at, but those of the path are told.
    struct Answer {
        bool checked = false;  ///< there is a store, and the leaf could be read
        bool trusted = false;
        bool revoked = false;  ///< a certificate of the chain is on a list of its issuer
        Nanoseconds not_before = std::numeric_limits<Nanoseconds>::min();  ///< of the whole path
        Nanoseconds not_after = std::numeric_limits<Nanoseconds>::max();
    };
    [[nodiscard]] Answer check(const std::vector<Bytes>& ders, bool of_client = false) const;

  private:
    struct Contents;
    std::unique_ptr<Contents> contents_;
};

}  // namespace tlstriage::tls
