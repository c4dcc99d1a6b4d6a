#include "rewriting/rewriting.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/bytes.h"

namespace tlstriage::rewriting {
namespace {

// Ones' complement sums of differences, as RFC 1624 eqn. 3 has them: ~old + new for each word.
using Change = std::uint32_t;

std::uint16_t folded(Change sum) {
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

void store16(std::uint16_t value, std::uint8_t* at) {
    const std::uint16_t big = byte_swapped(value);
    std::memcpy(at, &big, 2);
}

void store32(std::uint32_t value, std::uint8_t* at) {
    const std::uint32_t big = byte_swapped(value);
    std::memcpy(at, &big, 4);
}

Change change_of(std::uint16_t from, std::uint16_t to) {
    return static_cast<std::uint16_t>(~from) + Change{to};
}

Change put_word(std::uint16_t value, std::uint8_t* at) {
    const Change change = change_of(load_big<std::uint16_t>(at), value);
    store16(value, at);
    return change;
}

Change put_bytes(const std::uint8_t* from, std::size_t count, std::uint8_t* at) {
    Change change = 0;
    std::size_t i = 0;
    for (; i + 1 < count; i += 2)
        change += put_word(load_big<std::uint16_t>(from + i), at + i);
    if (i < count) {  // the sum takes a last byte as if a zero came behind it
        const auto word = [](std::uint8_t byte) { return static_cast<std::uint16_t>(byte << 8U); };
        change += change_of(word(at[i]), word(from[i]));
        at[i] = from[i];
    }
    return change;
}

Change put_text(const std::vector<std::uint8_t>& text, std::uint8_t* at) {
    constexpr std::size_t part = 4096;  // even, and too little for a sum to wrap
    Change change = 0;
    for (std::size_t i = 0; i < text.size(); i += part)
        change += folded(put_bytes(&text[i], std::min(part, text.size() - i), at + i));
    return change;
}

Change advance32(std::uint32_t by, std::uint8_t* at) {
    std::array<std::uint8_t, 4> value{};
    store32(load_big<std::uint32_t>(at) + by, value.data());
    return put_bytes(value.data(), value.size(), at);
}

Change fill(const Field& field, const CopyValues& values, std::uint8_t* at) {
    switch (field.kind) {
        case Field::Kind::address_v4:
            return put_bytes(values.addresses[field.variable].data(), 4, at);
        case Field::Kind::address_v6:
            return put_bytes(values.addresses[field.variable].data(), 16, at);
        case Field::Kind::hardware_address:
            return put_bytes(values.addresses[field.variable].data(), 6, at);
        case Field::Kind::port: return put_word(values.ports[field.variable], at);
        case Field::Kind::sequence: return advance32(values.sequences[field.variable], at);
        case Field::Kind::text: return put_text(values.texts[field.variable], at);
        case Field::Kind::timestamp: break;
    }
    return advance32(values.timestamps[field.variable], at);
}

class Sums {
  public:
    void add(Change change, ChecksumMask even, ChecksumMask odd) {
        add_to(change, even);
        // A sum over swapped bytes is the swapped sum: RFC 1071 §2 (B).
        if (odd != 0) add_to(byte_swapped(folded(change)), odd);
    }
    [[nodiscard]] Change of(std::size_t checksum) const { return sums_[checksum]; }

  private:
    void add_to(Change change, unsigned mask) {
        const std::uint16_t word = folded(change);
        for (; mask != 0; mask &= mask - 1)
            sums_[static_cast<std::size_t>(std::countr_zero(mask))] += word;
    }

    std::array<Change, most_checksums> sums_{};
};

}  // namespace

void rewrite(const FramePlan& plan, const CopyValues& values, std::span<std::uint8_t> frame) {
    Sums sums;
    for (const Field& field : plan.fields) {
        const Change change = fill(field, values, frame.data() + field.offset);
        sums.add(change, field.covered_even, field.covered_odd);
    }
    // From the inside out: an outer checksum covers inner ones.
    for (std::size_t i = plan.checksums.size(); i-- > 0;) {
        const Checksum& checksum = plan.checksums[i];
        std::uint8_t* const at = frame.data() + checksum.offset;
        const auto old_sum = static_cast<std::uint16_t>(~load_big<std::uint16_t>(at));
        auto value = static_cast<std::uint16_t>(~folded(old_sum + sums.of(i)));
        if (checksum.zero_is_none && value == 0) value = 0xffff;
        sums.add(put_word(value, at), checksum.covered_even, checksum.covered_odd);
    }
}

}  // namespace tlstriage::rewriting
