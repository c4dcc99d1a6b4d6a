#include "live/pcap_files.h"

#include <array>
#include <cstring>
#include <stdexcept>

#include "support/csv.h"

namespace tlstriage::test {
namespace {

// struct pcap_file_header { u32 magic; u16 major, minor; u32 zone, accuracy, snap_length, link; }
constexpr std::size_t file_header = 24;
// struct pcap_record_header { u32 seconds, microseconds, captured, length; }
constexpr std::size_t record_header = 16;
constexpr std::uint32_t magic = 0xa1b2c3d4;

std::uint32_t load(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

void store(std::uint32_t value, std::string& bytes) {
    std::array<char, sizeof value> raw{};
    std::memcpy(raw.data(), &value, sizeof value);
    bytes.append(raw.data(), raw.size());
}

}  // namespace

std::vector<PcapFrame> read_pcap(const std::string& path) {
    const std::string bytes = read_file(path);
    if (bytes.size() < file_header || load(bytes, 0) != magic)
        throw std::runtime_error(path + " is no little-endian pcap of microseconds");
    std::vector<PcapFrame> frames;
    for (std::size_t at = file_header; at + record_header <= bytes.size();) {
        const std::uint32_t captured = load(bytes, at + 8);
        frames.push_back(
            {load(bytes, at), load(bytes, at + 4), bytes.substr(at + record_header, captured)});
        at += record_header + captured;
    }
    return frames;
}

void write_pcap(const std::string& path, const std::vector<PcapFrame>& frames) {
    std::string bytes;
    // Version 2.4, no zone, no accuracy, 256 KiB, Ethernet.
    for (const std::uint32_t word : {magic, 0x0004'0002U, 0U, 0U, 262'144U, 1U})
        store(word, bytes);
    for (const PcapFrame& frame : frames) {
        const auto length = static_cast<std::uint32_t>(frame.bytes.size());
        for (const std::uint32_t word : {frame.seconds, frame.microseconds, length, length})
            store(word, bytes);
        bytes += frame.bytes;
    }
    write_file(path, bytes);
}

}  // namespace tlstriage::test
