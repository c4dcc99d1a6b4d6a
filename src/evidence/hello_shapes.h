// Texts and fingerprints of a ClientHello, computed once for each shape of it.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "evidence/evidence.h"
#include "tls/messages.h"

namespace tlstriage::evidence {

/// Interns HelloShapes by a 128-bit hash of everything they are made from, and keeps them. One
/// owner.
class HelloShapes {
  public:
    /// Valid as long as this object.
    const HelloShape* shape(const tls::ClientHello& hello);

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
    std::vector<std::uint16_t> key_;
};

}  // namespace tlstriage::evidence
