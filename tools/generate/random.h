// Repeatable random numbers: the same seed gives the same trace on every machine.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace tlstriage::generate {

// xoshiro256** (Blackman and Vigna), seeded through splitmix64. Not std::mt19937: every flow has a
// generator of its own, so a small state that is cheap to seed matters.
class Rng {
  public:
    explicit Rng(std::uint64_t seed, std::uint64_t stream = 0) {
        std::uint64_t mixed = seed ^ (stream * 0x9e3779b97f4a7c15ULL);
        for (auto& word : state_)
            word = splitmix(mixed);
    }

    std::uint64_t next() {
        const std::uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = rotate_left(state_[3], 45);
        return result;
    }

    // 0 ... bound - 1. The bias of the multiply-shift is below 2^-32 for the bounds used here.
    std::uint64_t below(std::uint64_t bound) { return ((next() >> 32) * bound) >> 32; }

    // low ... high, both included. The range is less than 2^32 wide.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
    }

    std::uint16_t u16() { return static_cast<std::uint16_t>(next() >> 48); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(next() >> 32); }
    double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    bool chance(double probability) { return unit() < probability; }
    double exponential(double mean) { return -mean * std::log1p(-unit()); }

    double log_uniform(double low, double high) {
        return low * std::exp(unit() * std::log(high / low));
    }

    void fill(std::span<std::uint8_t> out) {
        for (std::size_t at = 0; at < out.size(); at += 8) {
            const std::uint64_t word = next();
            std::memcpy(out.data() + at, &word, std::min<std::size_t>(8, out.size() - at));
        }
    }

    template <typename Container>
    const auto& pick(const Container& container) {
        return container[below(container.size())];
    }

  private:
    static std::uint64_t rotate_left(std::uint64_t value, int count) {
        return (value << count) | (value >> (64 - count));
    }

    static std::uint64_t splitmix(std::uint64_t& state) {
        std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    std::array<std::uint64_t, 4> state_{};
};

}  // namespace tlstriage::generate
