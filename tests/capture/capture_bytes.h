// Captures built by hand, byte by byte, from the formats' own descriptions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace tlstriage::capture::test {

using Buffer = std::vector<std::uint8_t>;

enum class Order : std::uint8_t { little, big };

/// Appends integers in a byte order.
class Writer {
  public:
    explicit Writer(Order order = Order::little) : order_(order) {}

    Writer& u16(std::uint16_t value) { return integer(value, 2); }
    Writer& u32(std::uint32_t value) { return integer(value, 4); }
    Writer& u64(std::uint64_t value) { return integer(value, 8); }
    Writer& bytes(Bytes more) {
        buffer.insert(buffer.end(), more.begin(), more.end());
        return *this;
    }
    Writer& pad() {
        while (buffer.size() % 4 != 0)
            buffer.push_back(0);
        return *this;
    }

    Buffer buffer;

  private:
    Writer& integer(std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) {
            const unsigned shift = 8 * (order_ == Order::little ? i : size - 1 - i);
            buffer.push_back(static_cast<std::uint8_t>(value >> shift));
        }
        return *this;
    }
    Order order_;
};

inline Buffer operator+(Buffer left, const Buffer& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

inline Buffer payload(std::size_t size) {
    Buffer bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>(0x40 + i % 64);
    return bytes;
}

// pcap (https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap).

struct PcapHeader {
    std::uint32_t magic = 0xa1b2c3d4;
    Order order = Order::little;
    std::uint16_t major = 2;
    std::uint32_t snap_length = 262'144;
    std::uint32_t link = 1;
};

inline Buffer pcap_header(const PcapHeader& h = {}) {
    return Writer(h.order)
        .u32(h.magic)
        .u16(h.major)
        .u16(4)
        .u32(0)
        .u32(0)
        .u32(h.snap_length)
        .u32(h.link)
        .buffer;
}

struct PcapRecord {
    std::uint32_t seconds = 1'700'000'000;
    std::uint32_t fraction = 5;
    Buffer data = payload(60);
    std::int64_t wire = -1;  ///< -1: as captured
    Buffer extra = {};       ///< behind the four fields (modified pcap)
    Order order = Order::little;
};

inline Buffer pcap_record(const PcapRecord& r = {}) {
    const auto captured = static_cast<std::uint32_t>(r.data.size());
    return Writer(r.order)
        .u32(r.seconds)
        .u32(r.fraction)
        .u32(captured)
        .u32(r.wire < 0 ? captured : static_cast<std::uint32_t>(r.wire))
        .bytes(r.extra)
        .bytes(r.data)
        .buffer;
}

// pcapng (draft-ietf-opsawg-pcapng).

inline Buffer block(std::uint32_t type, const Buffer& body, Order order = Order::little) {
    const Buffer padded = Writer().bytes(body).pad().buffer;
    const auto length = static_cast<std::uint32_t>(padded.size() + 12);
    return Writer(order).u32(type).u32(length).bytes(padded).u32(length).buffer;
}

inline Buffer option(std::uint16_t code, const Buffer& value, Order order = Order::little) {
    return Writer(order)
        .u16(code)
        .u16(static_cast<std::uint16_t>(value.size()))
        .bytes(value)
        .pad()
        .buffer;
}

inline Buffer section(Order order = Order::little, std::uint16_t major = 1) {
    return block(0x0a0d0d0a,
                 Writer(order).u32(0x1a2b3c4d).u16(major).u16(0).u64(~std::uint64_t{0}).buffer,
                 order);
}

inline Buffer interface(std::uint16_t link = 1, const Buffer& options = {},
                        Order order = Order::little, std::uint32_t snap_length = 262'144) {
    return block(1, Writer(order).u16(link).u16(0).u32(snap_length).bytes(options).buffer, order);
}

struct Packet {
    std::uint32_t interface = 0;
    std::uint64_t ticks = 1'700'000'000'000'005;
    Buffer data = payload(60);
    std::int64_t wire = -1;
    Buffer options = {};
    Order order = Order::little;
};

inline Buffer enhanced_packet(const Packet& p = {}) {
    const auto captured = static_cast<std::uint32_t>(p.data.size());
    return block(6,
                 Writer(p.order)
                     .u32(p.interface)
                     .u32(static_cast<std::uint32_t>(p.ticks >> 32U))
                     .u32(static_cast<std::uint32_t>(p.ticks))
                     .u32(captured)
                     .u32(p.wire < 0 ? captured : static_cast<std::uint32_t>(p.wire))
                     .bytes(p.data)
                     .pad()
                     .bytes(p.options)
                     .buffer,
                 p.order);
}

inline Buffer simple_packet(const Buffer& data, std::uint32_t original) {
    return block(3, Writer().u32(original).bytes(data).buffer);
}

}  // namespace tlstriage::capture::test
