// What decides, by a key, which text stands for which.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "carve/address_map.h"

namespace tlstriage::carve {

class KeyedPermutation {
  public:
    using Digest = std::array<std::uint8_t, 32>;

    /// Another key for each `purpose`.
    KeyedPermutation(const AnonymizationKey& key, std::string_view purpose);

    /// HMAC-SHA-256 (RFC 2104) of `what` and `text`. Throws std::runtime_error.
    [[nodiscard]] Digest digest(std::string_view what, std::string_view text) const;
    /// Replaces symbols, lower-case letters and digits, in their places: digits by digits, letters
    /// by the first `letters` of the alphabet, of which they have to be. A permutation of all such
    /// texts, another one for each `tweak`.
    void permute(std::string& symbols, unsigned letters, std::string_view tweak) const;

  private:
    AnonymizationKey key_;
};

}  // namespace tlstriage::carve
