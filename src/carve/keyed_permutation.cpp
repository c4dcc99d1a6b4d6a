#include "carve/keyed_permutation.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "base/bytes.h"

namespace tlstriage::carve {

KeyedPermutation::KeyedPermutation(const AnonymizationKey& key, std::string_view purpose)
    : key_(key) {
    key_ = digest(purpose, {});
}

KeyedPermutation::Digest KeyedPermutation::digest(std::string_view what,
                                                  std::string_view text) const {
    std::string input(what);
    input.append(1, '\0').append(text);
    Digest out{};
    unsigned length = 0;
    if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), as_bytes(input).data(),
             input.size(), out.data(), &length) == nullptr) {
        throw std::runtime_error("HMAC failed");
    }
    return out;
}

/// A Feistel network whose halves are added to place by place: a permutation whatever the digests.
void KeyedPermutation::permute(std::string& symbols, unsigned letters,
                               std::string_view tweak) const {
    constexpr unsigned rounds = 8;
    const std::size_t half = symbols.size() / 2;
    for (unsigned round = 0; round < rounds; ++round) {
        const bool first = round % 2 == 0;
        const std::size_t begin = first ? 0 : half;
        const std::size_t end = first ? half : symbols.size();
        std::string input(1, static_cast<char>('0' + round));
        input.append(tweak).append(1, '\0');
        input.append(first ? symbols.substr(half) : symbols.substr(0, half));
        const Digest add = digest("word", input);
        for (std::size_t i = begin; i < end; ++i) {
            const bool is_digit = symbols[i] >= '0' && symbols[i] <= '9';
            const char zero = is_digit ? '0' : 'a';
            const unsigned radix = is_digit ? 10 : letters;
            const unsigned value =
                static_cast<unsigned>(symbols[i] - zero) + add[(i - begin) % add.size()];
            symbols[i] = static_cast<char>(zero + static_cast<char>(value % radix));
        }
    }
}

}  // namespace tlstriage::carve
