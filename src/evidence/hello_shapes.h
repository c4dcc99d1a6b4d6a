// Texts and fingerprints of a ClientHello, computed once for each shape of it.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "evidence/evidence.h"
#include "tls/messages.h"

namespace tlstriage::evidence {

/// Interns HelloShapes by a 128-bit hash of everything they are made from, and keeps them until
/// keep(). One owner.
class HelloShapes {
  public:
    /// Valid as long as this object, and as long as keep() is told of it.
    const HelloShape* shape(const tls::ClientHello& hello);

    [[nodiscard]] std::size_t size() const { return shapes_.size(); }
    /// Drops all others.
    void keep(const std::unordered_set<const HelloShape*>& used);

  private:
    struct Key {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const { return key.low; }
    };

    std::unordered_map<Key, HelloShape, Hash> shapes_;  ///< its nodes never move
    std::vector<std::uint16_t> key_;                    ///< scratch
};

}  // namespace tlstriage::evidence
