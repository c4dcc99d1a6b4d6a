// Frames of a flow told one by one.
#pragma once

#include <string>

#include "ladder/frame.h"

namespace tlstriage::ladder::test {

using evidence::Side;

constexpr std::uint8_t syn = wire::tcp_flag::syn;
constexpr std::uint8_t ack = wire::tcp_flag::ack;
constexpr std::uint8_t fin = wire::tcp_flag::fin;
constexpr std::uint8_t rst = wire::tcp_flag::rst;

struct Told {
    std::int64_t at = 0;  ///< ms; the frame's number is one more
    Side side = Side::client;
    std::uint32_t sequence = 0;
    std::uint32_t length = 0;
    std::uint32_t acks = 0;
    std::uint8_t flags = ack;
    std::uint16_t id = 0;
    std::uint32_t file = 0;
};

inline Frame frame(const Told& told) {
    Frame f;
    f.side = told.side;
    f.at = {milliseconds(1000 + told.at), static_cast<std::uint64_t>(told.at + 1)};
    f.file = told.file;
    f.window = 500;
    f.segment.at = f.at;
    f.segment.sequence = told.sequence;
    f.segment.length = told.length;
    f.segment.acknowledgement = told.acks;
    f.segment.flags = told.flags;
    f.segment.ip_id = told.id;
    return f;
}

}  // namespace tlstriage::ladder::test
