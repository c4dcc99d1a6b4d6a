// Reads back packed evidence (packed_layout.h).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "evidence/moment_table.h"
#include "evidence/packed.h"
#include "evidence/packed_layout.h"

namespace tlstriage::evidence {

/// From bytes that may be anything: what is wrong is told once, by done(). Members that are read
/// beyond the end come from the trailer, at most up to the brink, and nothing leads back from
/// there.
class Unpacker {
  public:
    explicit Unpacker(Bytes bytes) {
        const auto places = shared_places(bytes);
        constexpr std::size_t least = sizeof(TrailerOffset) + trailer_head;
        const std::size_t room = places && places->offset >= least ? places->offset : 0;
        const std::size_t offset = room > 0 ? load_native<TrailerOffset>(bytes.data()) : 0;
        if (offset < sizeof(TrailerOffset) || offset > room - trailer_head) {
            begin(Bytes(nothing).first(0), nothing);
            good_ = false;
            return;
        }
        begin(bytes.first(offset).subspan(sizeof(TrailerOffset)),
              bytes.subspan(offset, room - offset));
        addresses_ = bytes.subspan(room);
        shared_ = *places;
    }

    [[nodiscard]] bool done() const { return good_ && at_ == end_ && address_ == shared_.count; }

    void first(Moment& moment) const { moment = moments_.at(0); }

    template <class... T>
    [[gnu::always_inline]] void sparse(T&&... members) {
        const auto present = load_native<std::uint64_t>(at_);
        const std::uint8_t* at = std::min(at_ + mask_bytes(sizeof...(T)), brink_);
        unsigned bit = sizeof...(T);
        (get_if(present >> --bit & 1U, members, at), ...);
        at_ = at;
    }
    template <class... T>
    void rare(T&... members) {
        std::uint8_t any = 0;
        whole(any);
        if (any == 0) {
            ((members = T{}), ...);
        } else {
            sparse(members...);
        }
    }
    template <class... T>
    void whole(T&... members) {
        constexpr std::size_t size = (size_of<T> + ...);
        const Bytes bytes = take(size);
        if (bytes.empty()) return;
        const std::uint8_t* at = bytes.data();
        (get(members, at), ...);
    }

    void operator()(std::string& text) {
        TextSize size = 0;
        whole(size);
        const Bytes bytes = take(size);
        text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    void operator()(IpAddress& address) {
        std::uint8_t size = 0;
        whole(size);
        const bool v4 = size == 4;
        const Bytes bytes = take(v4 ? 4 : 16);
        if (bytes.empty()) return;
        address = v4 ? IpAddress::v4(bytes.data()) : IpAddress::v6(bytes.data());
    }
    template <class T>
    void operator()(std::optional<T>& value) {
        std::uint8_t there = 0;
        whole(there);
        if (there == 0) {
            value.reset();
            return;
        }
        if (!value) value.emplace();
        (*this)(*value);
    }
    template <class T>
    void operator()(std::vector<T>& values, std::size_t most) {
        values.resize(count_of_list(most));
        for (T& value : values)
            (*this)(value);
    }
    template <class T>
    requires std::is_class_v<T>
    void operator()(T& value) { visit(*this, value); }

    void events(std::vector<Event>& events) {
        events.resize(count_of_list(max_events));
        for (Event& event : events) {
            std::uint8_t bits = 0;
            whole(bits, event.at);
            const auto kind = static_cast<std::uint8_t>(bits & EventBits::kind);
            good_ &= kind < event_kinds.size();
            event.kind = static_cast<EventKind>(kind);
            event.side = (bits & EventBits::server) != 0 ? Side::server : Side::client;
            event.detail = 0;
            if ((bits & EventBits::detail) != 0) whole(event.detail);
        }
    }

  private:
    template <class T>
    static constexpr std::size_t size_of = std::is_same_v<T, Moment> ? 1 : sizeof(T);

    void begin(Bytes members, Bytes trailer) {
        at_ = members.data();
        end_ = at_ + members.size();
        brink_ = end_ + sizeof(std::uint64_t);
        good_ = read_moments(trailer);
    }
    bool read_moments(Bytes trailer) {
        Moment first;
        std::memcpy(&first, trailer.data(), sizeof(first));
        moments_.add(first);
        const std::size_t count = trailer[sizeof(first)];
        const std::uint8_t form = trailer[sizeof(first) + 1];
        if (count >= MomentTable::most || form >= moment_forms.size()) return false;
        const auto [bytes, time_bits] = moment_forms[form];
        if (trailer.size() != trailer_head + count * bytes) return false;
        const std::uint64_t time_mask = ~std::uint64_t{0} >> (64 - time_bits);
        for (std::size_t i = 1; i <= count; ++i) {
            // What it ends with, and in front of that other bytes perhaps.
            const std::uint8_t* const end = trailer.data() + trailer_head + i * bytes;
            const auto last = load_native<std::uint64_t>(end - sizeof(std::uint64_t));
            if (bytes > sizeof(last)) {
                moments_.add(moved(first, {load_native<std::uint64_t>(end - bytes), last}));
            } else {
                const std::uint64_t word = last >> (64 - 8 * bytes);
                moments_.add(moved(first, {word & time_mask, word >> time_bits}));
            }
        }
        return true;
    }

    // Each reads its member if it is there, or else makes it zero.

    template <Number T>
    void get_if(bool there, T& value, const std::uint8_t*& at) {
        if constexpr (std::is_same_v<T, bool>) {
            value = there;
        } else {
            T read{};
            std::memcpy(&read, at, sizeof(read));
            value = there ? read : T{};
            check(value);
            at = std::min(at + (there ? sizeof(T) : 0), brink_);
        }
    }
    template <class T>
    void get_if(bool there, const Relative<T>& member, const std::uint8_t*& at) {
        std::uint32_t difference = 0;
        get_if(there, difference, at);
        member.value = member.to + difference;
    }
    template <Number T>
    void get_if(bool there, std::optional<T>& value, const std::uint8_t*& at) {
        T read{};
        get_if(there, read, at);
        value = there ? std::optional(read) : std::nullopt;
    }
    void get_if(bool there, Moment& moment, const std::uint8_t*& at) {
        if (there) {
            get(moment, at);
            at = std::min(at, brink_);
        } else {
            moment = {};
        }
    }
    template <class T>
    void get_if(bool there, const T*& shared, const std::uint8_t*& /*at*/) {
        constexpr bool chain = std::is_same_v<T, tls::Chain>;
        shared = nullptr;
        if (!there) return;
        good_ &= address_ < shared_.count && shared_.is_chain(address_) == chain;
        if (!good_) return;
        const std::uint8_t* const place = addresses_.data() + address_++ * sizeof(std::uint64_t);
        shared = std::bit_cast<const T*>(load_native<std::uint64_t>(place));
        good_ = shared != nullptr;
    }

    // The bytes are there.

    template <Number T>
    void get(T& value, const std::uint8_t*& at) {
        std::memcpy(&value, at, sizeof(value));
        at += sizeof(value);
        check(value);
    }
    static void get(bool& value, const std::uint8_t*& at) { value = *at++ != 0; }
    void get(Moment& moment, const std::uint8_t*& at) {
        const std::uint8_t place = *at++;
        const bool known = place < moments_.size();
        good_ &= known;
        moment = moments_.at(known ? place : 0);
    }
    template <Number T>
    void check(T value) {
        if constexpr (std::is_enum_v<T>) good_ &= static_cast<std::uint64_t>(value) <= last_of<T>;
    }

    /// Empty when there are fewer.
    Bytes take(std::size_t count) {
        if (at_ > end_ || count > static_cast<std::size_t>(end_ - at_)) {
            at_ = brink_;
            return {};
        }
        const Bytes bytes(at_, count);
        at_ += count;
        return bytes;
    }
    std::size_t count_of_list(std::size_t most) {
        std::uint8_t count = 0;
        whole(count);
        good_ &= count <= most;
        return std::min<std::size_t>(count, most);
    }

    /// In place of a trailer.
    static constexpr std::array<std::uint8_t, trailer_head> nothing{};

    const std::uint8_t* at_ = nullptr;
    const std::uint8_t* end_ = nullptr;
    const std::uint8_t* brink_ = nullptr;
    MomentTable moments_;
    Bytes addresses_;
    SharedPlaces shared_;
    unsigned address_ = 0;
    bool good_ = false;
};

}  // namespace tlstriage::evidence
