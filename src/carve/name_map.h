// Other names in place of real ones, of the same length and in the same letters' and digits'
// places: equal names stay equal, case apart, different ones different, and what lies below one
// domain lies below one afterwards.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "carve/address_map.h"
#include "carve/keyed_permutation.h"
#include "carve/sightings.h"

namespace tlstriage::carve {

/// A label is replaced by a keyed permutation of all labels that have letters, digits and other
/// characters in the same places; which one it is depends on the domain above it. So nothing has to
/// be remembered: the same key gives the same names in any order and in any run.
class NameMap {
  public:
    /// Borrows `addresses`, for those that names hold.
    NameMap(const AnonymizationKey& key, AddressMap& addresses);

    // Each rewrites the text where it is.
    /// A host name, with or without a dot at its end, or an address in text. A last label that many
    /// names end in (`com`, `test`, two letters) stays; so do `*` and the likes of `_tcp`.
    void host(std::span<char> name);
    /// Any text: each word, and host names in it as such; a URI's scheme stays.
    void text(std::span<char> text);
    /// Host names with a dot, and addresses, within a text that otherwise stays.
    void mentions(std::span<char> text);
    /// Bytes that tell something apart: equal ones stay equal.
    void opaque(std::span<std::uint8_t> bytes);

    [[nodiscard]] std::string host_of(std::string_view name) {
        std::string other(name);
        host(other);
        return other;
    }
    /// The names that were replaced.
    [[nodiscard]] const Sightings& replaced() const { return replaced_; }

  private:
    void labels(std::span<char> name);
    void reverse_v4(std::span<char> octets);
    void reverse_v6(std::span<char> nibbles);
    bool address(std::span<char> text);
    void octet(std::span<char> digits, std::uint8_t other, std::string_view prefix);
    void word(std::span<char> word, std::string_view domain);

    KeyedPermutation keyed_;
    AddressMap& addresses_;
    std::unordered_map<std::string, std::string> known_;  ///< words with their domain
    Sightings replaced_;
};

}  // namespace tlstriage::carve
