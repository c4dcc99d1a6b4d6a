#include "frame_builder.h"

#include <algorithm>
#include <cstring>

namespace tlstriage::generate {
namespace {

constexpr std::size_t shortest_frame = 60;  // IEEE 802.3 §4A.4.2, without the check sequence
constexpr std::size_t ethernet_length = 14;
constexpr std::size_t vlan_length = 4;
constexpr std::size_t tcp_length = 20;
constexpr std::uint8_t tcp_protocol = 6;

enum class Options { none, syn, timestamps };

Options options_of(const Flow& flow, const Segment& segment) {
    if ((segment.flags & tcp_flag::syn) != 0) return Options::syn;
    // A SYN that is refused finds no connection whose options could be used.
    const bool no_connection = (segment.flags & tcp_flag::rst) != 0 && segment.sequence == 0;
    return flow.timestamps && !no_connection ? Options::timestamps : Options::none;
}

std::size_t options_length(const Flow& flow, const Segment& segment) {
    switch (options_of(flow, segment)) {
        case Options::none: return 0;
        case Options::syn: return flow.timestamps ? 20 : 12;
        case Options::timestamps: break;
    }
    return 12;
}

// A cursor over memory that is known to be large enough (longest_frame).
class Cursor {
  public:
    explicit Cursor(std::uint8_t* at) : at_(at) {}
    void u8(std::size_t value) { *at_++ = static_cast<std::uint8_t>(value); }
    void u16(std::size_t value) {
        u8(value >> 8);
        u8(value);
    }
    void u32(std::size_t value) {
        u16(value >> 16);
        u16(value);
    }
    void bytes(std::span<const std::uint8_t> data) {
        std::memcpy(at_, data.data(), data.size());
        at_ += data.size();
    }
    std::uint8_t* at() const { return at_; }

  private:
    std::uint8_t* at_;
};

// Ones' complement sum of 16-bit words (RFC 1071), eight bytes a step; in host order throughout.
std::uint64_t add_words(std::uint64_t sum, const std::uint8_t* data, std::size_t length) {
    for (; length >= 8; data += 8, length -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, data, 8);
        sum += word & 0xffffffff;
        sum += word >> 32;
    }
    std::uint64_t rest = 0;
    std::memcpy(&rest, data, length);
    return sum + (rest & 0xffffffff) + (rest >> 32);
}

void store_checksum(std::uint64_t sum, std::uint8_t* out) {
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    const auto checksum = static_cast<std::uint16_t>(~sum);
    std::memcpy(out, &checksum, 2);
}

void write_options(Cursor& cursor, Flow& flow, const Segment& segment) {
    Host& sender = flow.host(segment.side);
    const Host& receiver = flow.host(peer_of(segment.side));
    const auto timestamp = [&] {
        const auto milliseconds = static_cast<std::uint64_t>(segment.time / 1'000'000);
        sender.last_timestamp = static_cast<std::uint32_t>(sender.timestamp_base + milliseconds);
        cursor.u16(0x080a);
        cursor.u32(sender.last_timestamp);
        cursor.u32((segment.flags & tcp_flag::ack) != 0 ? receiver.last_timestamp : 0);
    };
    switch (options_of(flow, segment)) {
        case Options::none: break;
        case Options::timestamps:
            cursor.u16(0x0101);
            timestamp();
            break;
        case Options::syn:
            cursor.u16(0x0204);
            cursor.u16(flow.mss);
            if (flow.timestamps) {  // as Linux orders them
                cursor.u16(0x0402);
                timestamp();
                cursor.u32(0x01030300U + sender.window_shift);
            } else {  // as Windows does
                cursor.u32(0x01030300U + sender.window_shift);
                cursor.u32(0x01010402);
            }
            break;
    }
}

void write_ethernet(Cursor& cursor, const Flow& flow, Side side) {
    cursor.bytes(flow.host(peer_of(side)).mac);
    cursor.bytes(flow.host(side).mac);
    for (std::uint8_t i = 0; i < flow.vlan_count; ++i) {
        cursor.u16(i + 1 < flow.vlan_count ? 0x88a8 : 0x8100);
        cursor.u16(flow.vlans[i]);
    }
    cursor.u16(flow.ipv6 ? 0x86dd : 0x0800);
}

// Linux leaves the ID of SYN-ACKs and resets 0.
std::uint16_t next_ip_id(Host& sender, const Segment& segment) {
    const bool without =
        (segment.flags & tcp_flag::rst) != 0 ||
        (segment.flags & (tcp_flag::syn | tcp_flag::ack)) == (tcp_flag::syn | tcp_flag::ack);
    return without && sender.hop_limit <= 64 ? std::uint16_t{0} : sender.ip_id++;
}

// The answer is the sum over the pseudo header of RFC 9293 §3.1.
std::uint64_t write_ip(Cursor& cursor, Flow& flow, const Segment& segment, std::size_t length) {
    Host& sender = flow.host(segment.side);
    const Host& receiver = flow.host(peer_of(segment.side));
    const std::size_t address_length = flow.ipv6 ? 16 : 4;
    if (flow.ipv6) {
        cursor.u32(0x60000000U + (sender.initial_sequence & 0xfffff));
        cursor.u16(length);
        cursor.u8(tcp_protocol);
        cursor.u8(sender.hop_limit);
    } else {
        std::uint8_t* start = cursor.at();
        cursor.u16(0x4500);
        cursor.u16(20 + length);
        cursor.u16(next_ip_id(sender, segment));
        cursor.u16(0x4000);  // don't fragment
        cursor.u8(sender.hop_limit);
        cursor.u8(tcp_protocol);
        cursor.u16(0);
        std::uint64_t sum = add_words(0, start, 12);
        sum = add_words(add_words(sum, sender.address.data(), 4), receiver.address.data(), 4);
        store_checksum(sum, start + 10);
    }
    cursor.bytes(std::span(sender.address).first(address_length));
    cursor.bytes(std::span(receiver.address).first(address_length));
    const std::array<std::uint8_t, 4> rest{0, tcp_protocol, static_cast<std::uint8_t>(length >> 8),
                                           static_cast<std::uint8_t>(length)};
    return add_words(0, rest.data(), 4) + add_words(0, sender.address.data(), address_length) +
           add_words(0, receiver.address.data(), address_length);
}

}  // namespace

std::size_t FrameBuilder::length(const Flow& flow, const Segment& segment) {
    const std::size_t headers =
        ethernet_length + flow.vlan_count * vlan_length + (flow.ipv6 ? 40U : 20U) + tcp_length;
    return std::max(shortest_frame, headers + options_length(flow, segment) + segment.length);
}

std::size_t FrameBuilder::build(Flow& flow, const Segment& segment, std::uint8_t* out) const {
    const Host& sender = flow.host(segment.side);
    const Host& receiver = flow.host(peer_of(segment.side));
    const std::size_t options = options_length(flow, segment);
    const std::size_t tcp_total = tcp_length + options + segment.length;
    const bool syn = (segment.flags & tcp_flag::syn) != 0;
    const bool acknowledges = (segment.flags & tcp_flag::ack) != 0;
    const bool no_window = (segment.flags & tcp_flag::rst) != 0;

    Cursor cursor(out);
    write_ethernet(cursor, flow, segment.side);
    const std::uint64_t pseudo_sum = write_ip(cursor, flow, segment, tcp_total);
    std::uint8_t* tcp = cursor.at();
    cursor.u16(sender.port);
    cursor.u16(receiver.port);
    cursor.u32(sender.initial_sequence + segment.sequence);
    cursor.u32(acknowledges ? receiver.initial_sequence + segment.acknowledged : 0U);
    cursor.u8((tcp_length + options) / 4 << 4);
    cursor.u8(segment.flags);
    cursor.u16(no_window ? 0U : syn ? 64240U : sender.window);
    cursor.u32(0);  // checksum, urgent pointer
    write_options(cursor, flow, segment);
    if (segment.length > 0) {
        flow.stream(segment.side).copy(segment.position(), {cursor.at(), segment.length}, pool_);
    }
    store_checksum(add_words(pseudo_sum, tcp, tcp_total), tcp + 16);

    const auto used = static_cast<std::size_t>(tcp + tcp_total - out);
    const std::size_t total = std::max(used, shortest_frame);
    std::memset(out + used, 0, total - used);
    return total;
}

}  // namespace tlstriage::generate
