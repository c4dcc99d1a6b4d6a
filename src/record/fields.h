// Values to bytes and back, for what a run keeps on disk.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/time.h"

namespace tlstriage::record {

template <class T>
concept Number = std::is_integral_v<T> || std::is_enum_v<T>;

/// The largest value of an enumeration, for the reader. Specialised beside what holds one.
template <class T>
constexpr std::uint64_t last_of = 0;

// A number is 7 bits a byte, lowest first, the top bit saying that more follow. Texts and lists
// begin with their length. A class is its members, which a function visit(io, value) names once for
// both directions.

/// Appends to a string of bytes.
class FieldWriter {
  public:
    explicit FieldWriter(std::string& out) : out_(out) {}

    template <class... T>
    requires(sizeof...(T) > 1) void operator()(const T&... values) { ((*this)(values), ...); }
    template <Number T>
    void operator()(const T& value) {
        auto rest = static_cast<std::uint64_t>(value);
        if (rest <= 0x7f) {
            out_ += static_cast<char>(rest);
            return;
        }
        std::array<char, 10> bytes{};
        std::size_t size = 0;
        for (; rest > 0x7f; rest >>= 7U)
            bytes[size++] = static_cast<char>(rest | 0x80U);
        bytes[size++] = static_cast<char>(rest);
        out_.append(bytes.data(), size);
    }
    void operator()(const Moment& moment) { (*this)(moment.time, moment.frame); }
    void operator()(const IpAddress& address) {
        out_.append(reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size());
    }
    void operator()(const std::string& text) {
        (*this)(text.size());
        out_ += text;
    }
    void operator()(const std::vector<std::uint8_t>& bytes) { this->bytes(bytes); }
    void bytes(Bytes bytes) {
        (*this)(bytes.size());
        out_ += as_text(bytes);
    }
    template <class T>
    void operator()(const std::optional<T>& value) {
        (*this)(value.has_value());
        if (value) (*this)(*value);
    }
    template <class A, class B>
    void operator()(const std::pair<A, B>& pair) {
        (*this)(pair.first, pair.second);
    }
    template <class T, std::size_t size>
    void operator()(const std::array<T, size>& values) {
        for (const T& value : values)
            (*this)(value);
    }
    template <class T>
    void operator()(const std::vector<T>& values) {
        (*this)(values.size());
        for (const T& value : values)
            (*this)(value);
    }
    template <class Key, class T>
    void operator()(const std::map<Key, T>& values) {
        (*this)(values.size());
        for (const auto& [key, value] : values)
            (*this)(key, value);
    }
    template <class T>
    requires std::is_class_v<T>
    void operator()(const T& value) {
        if constexpr (requires { T::members(value, *this); }) {
            T::members(value, *this);
        } else {
            visit(*this, value);
        }
    }
    void time(const Nanoseconds& time) { (*this)(time); }
    template <class T>
    void number(const T& value, std::uint64_t /*most*/) {
        (*this)(value);
    }
    template <class T>
    void enumeration(const T& value, T /*last*/) {
        (*this)(value);
    }

  private:
    std::string& out_;
};

/// Reads what FieldWriter wrote, from bytes that may be anything: the first wrong one poisons it,
/// and zeros and empty values come from then on. Lists grow as their items are read, so a length
/// costs no memory.
class FieldReader {
  public:
    /// `last_frame`: of the longest trace.
    explicit FieldReader(Bytes bytes,
                         std::uint64_t last_frame = std::numeric_limits<std::uint64_t>::max())
        : cursor_(bytes), last_frame_(last_frame) {}

    [[nodiscard]] bool ok() const { return cursor_.ok(); }
    [[nodiscard]] bool empty() const { return cursor_.empty(); }
    void poison() { cursor_.poison(); }

    template <class... T>
    requires(sizeof...(T) > 1) void operator()(T&... values) { ((*this)(values), ...); }
    template <Number T>
    void operator()(T& value) {
        const std::uint64_t number = read_number();
        bool fits = false;
        if constexpr (std::is_enum_v<T>) {
            fits = number <= last_of<T>;
        } else {
            fits = static_cast<std::uint64_t>(static_cast<T>(number)) == number;
        }
        if (!fits) cursor_.poison();
        value = fits ? static_cast<T>(number) : T{};
    }
    void operator()(Moment& moment) {
        (*this)(moment.time, moment.frame);
        check_time(moment.time);
        if (moment.frame > last_frame_) cursor_.poison();
    }
    void check_time(Nanoseconds time) {
        if (!is_capture_time(time)) cursor_.poison();
    }
    void operator()(IpAddress& address) {
        const Bytes bytes = cursor_.take(address.bytes.size());
        if (!bytes.empty()) address = IpAddress::v6(bytes.data());
    }
    void operator()(std::string& text) { text = as_text(bytes()); }
    void operator()(std::vector<std::uint8_t>& value) {
        const Bytes read = bytes();
        value.assign(read.begin(), read.end());
    }
    /// Borrowed from what is read.
    Bytes bytes() {
        std::size_t size = 0;
        (*this)(size);
        return cursor_.take(size);
    }
    template <class T>
    void operator()(std::optional<T>& value) {
        bool there = false;
        (*this)(there);
        value.reset();
        if (there) (*this)(value.emplace());
    }
    template <class A, class B>
    void operator()(std::pair<A, B>& pair) {
        (*this)(pair.first, pair.second);
    }
    template <class T, std::size_t size>
    void operator()(std::array<T, size>& values) {
        for (T& value : values)
            (*this)(value);
    }
    template <class T>
    void operator()(std::vector<T>& values) {
        values.clear();
        std::size_t count = 0;
        for ((*this)(count); count > 0 && ok(); --count)
            (*this)(values.emplace_back());
    }
    template <class Key, class T>
    void operator()(std::map<Key, T>& values) {
        values.clear();
        std::size_t count = 0;
        for ((*this)(count); count > 0 && ok(); --count) {
            Key key{};
            (*this)(key);
            (*this)(values[key]);
        }
    }
    template <class T>
    requires std::is_class_v<T>
    void operator()(T& value) {
        if constexpr (requires { T::members(value, *this); }) {
            T::members(value, *this);
        } else {
            visit(*this, value);
        }
    }
    void time(Nanoseconds& time) {
        (*this)(time);
        check_time(time);
    }
    template <class T>
    void number(T& value, std::uint64_t most) {
        (*this)(value);
        if (value > most) {
            cursor_.poison();
            value = T{};
        }
    }
    template <class T>
    void enumeration(T& value, T last) {
        std::uint64_t number = 0;
        this->number(number, static_cast<std::uint64_t>(last));
        value = static_cast<T>(number);
    }

  private:
    std::uint64_t read_number() {
        std::uint64_t number = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t byte = cursor_.u8();
            number |= std::uint64_t{byte & 0x7fU} << shift;
            if (byte < 0x80) return number;
        }
        cursor_.poison();
        return 0;
    }

    Cursor cursor_;
    std::uint64_t last_frame_;
};

}  // namespace tlstriage::record
