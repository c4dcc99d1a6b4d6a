// Writes evidence as packed bytes (packed_layout.h).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "evidence/moment_table.h"
#include "evidence/packed.h"
#include "evidence/packed_layout.h"

namespace tlstriage::evidence {

/// There must be room for all of it (room_to_pack).
class Packer {
  public:
    explicit Packer(std::uint8_t* begin) : begin_(begin), at_(begin + sizeof(TrailerOffset)) {}

    /// After the last member: the end of the bytes.
    std::uint8_t* finish() {
        const auto offset = static_cast<TrailerOffset>(at_ - begin_);
        std::memcpy(begin_, &offset, sizeof(offset));
        put_moments();
        put(addresses_.data(), address_count_ * sizeof(addresses_[0]));
        *at_++ = static_cast<std::uint8_t>(address_kinds_ << 4U | address_count_);
        return at_;
    }

    /// The flow's first Moment; before any other.
    void first(const Moment& moment) { moments_.add(moment); }

    /// Members of which many are zero. Inline, or else each would be a pointer on the stack.
    template <class... T>
    [[gnu::always_inline]] void sparse(const T&... members) {
        constexpr std::size_t mask_size = mask_bytes(sizeof...(T));
        std::uint8_t* at = at_ + mask_size;
        std::uint64_t present = 0;
        ((present = 2 * present + (put_if_any(members, at) ? 1 : 0)), ...);
        std::memcpy(at_, &present, mask_size);
        at_ = at;
    }
    /// Members that are all zero most of the time.
    template <class... T>
    void rare(const T&... members) {
        const bool any = (unsigned{is_any(members)} | ...) != 0;
        *at_++ = any ? 1 : 0;
        if (any) sparse(members...);
    }
    /// Members of what is small.
    template <class... T>
    void whole(const T&... members) {
        (put_whole(members), ...);
    }

    void operator()(const std::string& text) {
        whole(static_cast<TextSize>(text.size()));
        put(text.data(), static_cast<TextSize>(text.size()));
    }
    void operator()(const IpAddress& address) {
        const std::uint8_t size = address.is_v4() ? 4 : 16;
        *at_++ = size;
        put(address.bytes.data() + 16 - size, size);
    }
    template <class T>
    void operator()(const std::optional<T>& value) {
        *at_++ = value ? 1 : 0;
        if (value) (*this)(*value);
    }
    template <class T>
    void operator()(const std::vector<T>& values, std::size_t /*most*/) {
        *at_++ = static_cast<std::uint8_t>(values.size());
        for (const T& value : values)
            (*this)(value);
    }
    template <class T>
    requires std::is_class_v<T>
    void operator()(const T& value) { visit(*this, value); }

    void events(const std::vector<Event>& events) {
        *at_++ = static_cast<std::uint8_t>(events.size());
        for (const Event& event : events) {
            auto bits = static_cast<unsigned>(event.kind);
            if (event.side == Side::server) bits |= EventBits::server;
            if (event.detail != 0) bits |= EventBits::detail;
            *at_++ = static_cast<std::uint8_t>(bits);
            *at_++ = place_of(event.at);
            if (event.detail != 0) put(&event.detail, sizeof(event.detail));
        }
    }

  private:
    static bool is_any(const Moment& moment) { return moment.seen(); }
    template <Number T>
    static bool is_any(const T& value) {
        return value != T{};
    }

    // Each writes its member if it is not zero, and returns whether it is.

    /// What is zero is written too, and then overwritten.
    template <Number T>
    static bool put_if_any(const T& value, std::uint8_t*& at) {
        const bool any = value != T{};
        if constexpr (std::is_same_v<T, bool>) return any;
        std::memcpy(at, &value, sizeof(value));
        at += any ? sizeof(value) : 0;
        return any;
    }
    template <class T>
    static bool put_if_any(const Relative<T>& member, std::uint8_t*& at) {
        return put_if_any(member.value - member.to, at);
    }
    template <Number T>
    static bool put_if_any(const std::optional<T>& value, std::uint8_t*& at) {
        if (value) {
            std::memcpy(at, &*value, sizeof(T));
            at += sizeof(T);
        }
        return value.has_value();
    }
    bool put_if_any(const Moment& moment, std::uint8_t*& at) {
        if (moment.seen()) *at++ = place_of(moment);
        return moment.seen();
    }
    template <class T>
    bool put_if_any(const T* const& shared, std::uint8_t*& /*at*/) {
        if (shared == nullptr) return false;
        if constexpr (std::is_same_v<T, tls::Chain>) address_kinds_ |= 1U << address_count_;
        addresses_.at(address_count_++) = std::bit_cast<std::uintptr_t>(shared);
        return true;
    }

    template <Number T>
    void put_whole(const T& value) {
        put(&value, sizeof(value));
    }
    void put_whole(const Moment& moment) { *at_++ = place_of(moment); }

    std::uint8_t place_of(const Moment& moment) {
        std::uint8_t& place = lately_[moment.frame % lately_.size()];
        if (moments_.at(place) != moment) place = moments_.add(moment);
        return place;
    }
    void put_moments() {
        const Moment first = moments_.at(0);
        const std::uint8_t form = form_of(first);
        put(&first, sizeof(first));
        *at_++ = static_cast<std::uint8_t>(moments_.size() - 1);
        *at_++ = form;
        const auto [bytes, time_bits] = moment_forms[form];
        for (std::size_t place = 1; place < moments_.size(); ++place) {
            const Distance d = distance(first, moments_.at(place));
            const std::uint64_t low = bytes > sizeof(low) ? d.time : d.frames << time_bits | d.time;
            std::memcpy(at_, &low, sizeof(low));
            if (bytes > sizeof(low)) std::memcpy(at_ + sizeof(low), &d.frames, sizeof(d.frames));
            at_ += bytes;
        }
    }
    /// The smallest one that holds the farthest Moment.
    [[nodiscard]] std::uint8_t form_of(const Moment& first) const {
        Distance all;
        for (std::size_t place = 1; place < moments_.size(); ++place) {
            const Distance d = distance(first, moments_.at(place));
            all.time |= d.time;
            all.frames |= d.frames;
        }
        std::uint8_t form = 0;
        while (!moment_forms[form].holds(all))
            ++form;
        return form;
    }
    void put(const void* bytes, std::size_t count) {
        std::memcpy(at_, bytes, count);
        at_ += count;
    }

    std::uint8_t* begin_;
    std::uint8_t* at_;
    MomentTable moments_;
    std::array<std::uint8_t, 64> lately_{};  ///< places, by the frame's low bits
    std::array<std::uint64_t, max_shared> addresses_{};
    unsigned address_count_ = 0;
    unsigned address_kinds_ = 0;
};

}  // namespace tlstriage::evidence
