// Captures that the tests cut and split, by a reader and writer of their own: µs pcap, Ethernet.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tlstriage::test {

struct PcapFrame {
    std::uint32_t seconds = 0;
    std::uint32_t microseconds = 0;
    std::string bytes;
};

/// Of a little-endian µs pcap. Throws std::runtime_error when it is none.
std::vector<PcapFrame> read_pcap(const std::string& path);
void write_pcap(const std::string& path, const std::vector<PcapFrame>& frames);

}  // namespace tlstriage::test
