#include "carve/address_map.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace tlstriage::carve {
namespace {

/// Where an address begins to tell one host from another, in bits of its own length; none: it
/// stays.
std::optional<unsigned> first_bit(const IpAddress& address) {
    const auto& bytes = address.bytes;
    if (address.is_v4()) {
        const bool special = bytes[12] == 0 || bytes[12] == 127 || bytes[12] >= 224;
        return special ? std::nullopt : std::optional{0U};
    }
    IpAddress loopback;
    loopback.bytes[15] = 1;
    if (address == IpAddress{} || address == loopback || bytes[0] == 0xff) return std::nullopt;
    const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
    return link_local ? 64 : 0;
}

}  // namespace

struct AddressMap::Cipher {
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();

    Cipher() = default;
    ~Cipher() { EVP_CIPHER_CTX_free(context); }
    Cipher(Cipher&&) = delete;
    Cipher& operator=(Cipher&&) = delete;
};

AnonymizationKey random_key() {
    AnonymizationKey key{};
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) {
        throw std::runtime_error("no random numbers to be had");
    }
    return key;
}

AddressMap::AddressMap(const AnonymizationKey& key) : cipher_(std::make_unique<Cipher>()) {
    if (cipher_->context == nullptr ||
        EVP_EncryptInit_ex(cipher_->context, EVP_aes_128_ecb(), nullptr, key.data(), nullptr) !=
            1 ||
        EVP_CIPHER_CTX_set_padding(cipher_->context, 0) != 1) {
        throw std::runtime_error("AES is not to be had");
    }
    Block padding{};
    std::copy_n(key.begin() + 16, padding.size(), padding.begin());
    padding_ = encrypt(padding);
}

AddressMap::~AddressMap() = default;

AddressMap::Block AddressMap::encrypt(const Block& block) {
    Block out{};
    int length = 0;
    if (EVP_EncryptUpdate(cipher_->context, out.data(), &length, block.data(),
                          static_cast<int>(block.size())) != 1) {
        throw std::runtime_error("AES failed");
    }
    return out;
}

/// Each bit is changed or not by what AES makes of those before it, filled up with the padding.
void AddressMap::scramble(std::uint8_t* bits, unsigned from, unsigned count) {
    Block prefix{};
    std::copy_n(bits, count / 8, prefix.begin());
    const Block original = prefix;
    for (unsigned bit = from; bit < count; ++bit) {
        Block input = padding_;
        const unsigned whole = bit / 8;
        std::copy_n(original.begin(), whole, input.begin());
        const auto mask = static_cast<std::uint8_t>(0xff00U >> bit % 8);
        input[whole] =
            static_cast<std::uint8_t>((original[whole] & mask) | (padding_[whole] & ~mask & 0xffU));
        const unsigned flip = encrypt(input)[0] >> 7U;
        bits[bit / 8] = static_cast<std::uint8_t>(bits[bit / 8] ^ flip << (7 - bit % 8));
    }
}

IpAddress AddressMap::map(const IpAddress& address) {
    const auto from = first_bit(address);
    if (!from) return address;
    const auto known = replaced_.find(address);
    if (known != replaced_.end()) return known->second;
    IpAddress other = address;
    if (address.is_v4()) {
        scramble(&other.bytes[12], *from, 32);
    } else {
        scramble(other.bytes.data(), *from, 128);
    }
    return replaced_[address] = other;
}

std::array<std::uint8_t, 6> AddressMap::map_hardware(Bytes address) {
    std::array<std::uint8_t, 6> other{};
    std::copy_n(address.begin(), other.size(), other.begin());
    constexpr std::uint8_t group = 0x01;
    constexpr std::uint8_t local = 0x02;
    const bool zero = std::ranges::all_of(other, [](std::uint8_t byte) { return byte == 0; });
    if (zero || (other[0] & group) != 0) return other;
    Block block = padding_;
    std::copy_n(other.begin(), other.size(), block.begin());
    std::copy_n(encrypt(block).begin(), other.size(), other.begin());
    other[0] = static_cast<std::uint8_t>((other[0] & ~group & 0xffU) | local);
    return other;
}

}  // namespace tlstriage::carve
