// Other addresses in place of real ones: the same one always for the same, and two that share a
// prefix share one of that length afterwards (Crypto-PAn: Xu, Fan, Ammar, Moon, "Prefix-Preserving
// IP Address Anonymization", ICNP 2002).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "base/address.h"

namespace tlstriage::carve {

/// 16 bytes of AES-128 key and 16 of padding, as other programs of Crypto-PAn have them.
using AnonymizationKey = std::array<std::uint8_t, 32>;

/// Bytes from the system's generator. Throws std::runtime_error when there are none.
AnonymizationKey random_key();

class AddressMap {
  public:
    explicit AddressMap(const AnonymizationKey& key);
    ~AddressMap();
    AddressMap(AddressMap&&) = delete;
    AddressMap& operator=(AddressMap&&) = delete;

    /// Addresses that name no single host (unspecified, loopback, multicast) stay; of a link-local
    /// one the interface's part is replaced.
    IpAddress map(const IpAddress& address);
    /// Group addresses and all zeros stay; others become locally administered ones.
    std::array<std::uint8_t, 6> map_hardware(Bytes address);

    /// Whether the address was replaced by another one.
    [[nodiscard]] bool was_real(const IpAddress& address) const {
        return replaced_.contains(address);
    }

  private:
    using Block = std::array<std::uint8_t, 16>;

    Block encrypt(const Block& block);
    void scramble(std::uint8_t* bits, unsigned from, unsigned count);

    struct Cipher;
    std::unique_ptr<Cipher> cipher_;
    Block padding_{};
    struct Hash {
        std::size_t operator()(const IpAddress& address) const {
            return load_native<std::uint64_t>(&address.bytes[8]) * 0x9e3779b97f4a7c15U ^
                   load_native<std::uint64_t>(address.bytes.data());
        }
    };
    std::unordered_map<IpAddress, IpAddress, Hash> replaced_;
};

}  // namespace tlstriage::carve
