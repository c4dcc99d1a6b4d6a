// Spoilt captures: whatever the bytes, records lie inside them, in order, and nothing is told
// twice.
#include <gtest/gtest.h>

#include <random>

#include "capture_bytes.h"
#include "walk_bytes.h"

namespace tlstriage::capture::test {
namespace {

Buffer pcap_sample() {
    Buffer bytes = pcap_header();
    for (std::uint32_t i = 0; i < 120; ++i) {
        PcapRecord record;
        record.seconds += i;
        record.data = payload(i % 90);
        bytes = bytes + pcap_record(record);
    }
    return bytes;
}

Buffer pcapng_sample() {
    Buffer bytes = section() + interface() + interface(101, option(9, {9}));
    for (std::uint32_t i = 0; i < 120; ++i) {
        Packet packet;
        packet.interface = i % 2;
        packet.data = payload(i % 90);
        bytes = bytes + enhanced_packet(packet);
        if (i % 20 == 0) bytes = bytes + simple_packet(payload(20), 20) + block(4, payload(12));
        if (i % 50 == 0) bytes = bytes + block(5, Writer().u32(0).u64(0).buffer);
        if (i == 60) bytes = bytes + section(Order::big) + interface(1, {}, Order::big) + section();
        if (i == 60) bytes = bytes + interface() + interface(113);
    }
    return bytes;
}

void spoil(Buffer& bytes, std::mt19937& random) {
    const std::size_t header = 24;
    const auto place = [&] { return header + random() % (bytes.size() - header); };
    for (auto spots = random() % 6 + 1; spots != 0; --spots) {
        const std::size_t at = place();
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random() % 4) {
            case 0: bytes[at] = static_cast<std::uint8_t>(random()); break;
            case 1: bytes[at] = random() % 2 == 0 ? 0x00 : 0xff; break;
            case 2: bytes.insert(from, random() % 40, 0x55); break;
            default:
                bytes.erase(from, from + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                             random() % 40, bytes.size() - at - 1)));
        }
    }
}

TEST(Mutation, RecordsLieInsideAndInOrder) {
    std::mt19937 random(11);
    const Buffer samples[] = {pcap_sample(), pcapng_sample()};
    for (int i = 0; i < 2000; ++i) {
        SCOPED_TRACE(i);
        Buffer bytes = samples[i % 2];
        spoil(bytes, random);
        const std::size_t window = i % 4 < 2 ? walk_window : 64 + random() % 4000;
        std::uint64_t end = 0;
        MemorySource source(bytes);
        const WalkResult result = walk(
            source,
            [&](const Record& record, std::uint64_t /*frame*/, std::uint64_t offset) {
                ASSERT_GE(offset, end);
                const auto at = static_cast<std::size_t>(record.data - bytes.data());
                ASSERT_GE(at, offset);
                ASSERT_LE(record.captured, bytes.size() - at);
                ASSERT_GE(record.wire_length, record.captured);
                end = at + record.captured;
            },
            window);
        ASSERT_EQ(result.bytes, bytes.size());
        std::uint64_t lost_until = 0;
        for (const Damage& damage : result.damages) {
            ASSERT_GT(damage.bytes, 0U);
            ASSERT_TRUE(damage.offset > lost_until || &damage == result.damages.data());
            lost_until = damage.offset + damage.bytes;
        }
        ASSERT_LE(lost_until, bytes.size());
        ASSERT_EQ(result.cut.value_or(CutEnd{bytes.size(), 0}).offset +
                      result.cut.value_or(CutEnd{}).bytes,
                  bytes.size());
    }
}

}  // namespace
}  // namespace tlstriage::capture::test
