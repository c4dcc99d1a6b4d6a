// What PcapngWriter and PcapWriter write, as our own reader (which is checked against tshark) sees
// it.
#include "capture/pcapng_writer.h"

#include <gtest/gtest.h>

#include "capture/pcapng_options.h"

namespace tlstriage::capture {
namespace {

struct Seen {
    std::vector<Nanoseconds> times;
    std::vector<std::string> frames;
    std::vector<std::uint32_t> wire_lengths;
    std::optional<Format> format;
};

Seen read(const std::string& file) {
    Seen seen;
    const Bytes window = as_bytes(file);
    seen.format = Format::detect(window);
    if (!seen.format) return seen;
    std::size_t position = seen.format->header_length();
    Record record;
    for (;;) {
        const Step step = seen.format->step(window, position, record);
        bool damaged = step == Step::damaged;
        if (step == Step::control) {
            position += seen.format->apply(window.subspan(position), damaged);
        }
        if (step == Step::record) {
            seen.times.push_back(record.time);
            seen.frames.emplace_back(as_text({record.data, record.captured}));
            seen.wire_lengths.push_back(record.wire_length);
        }
        EXPECT_FALSE(damaged) << "at " << position;
        if (damaged || step == Step::partial) break;
    }
    EXPECT_EQ(position, file.size());
    return seen;
}

Record record_of(const std::string& frame, Nanoseconds time, std::uint32_t wire_length) {
    Record record;
    record.data = as_bytes(frame).data();
    record.captured = static_cast<std::uint32_t>(frame.size());
    record.wire_length = wire_length;
    record.time = time;
    return record;
}

constexpr Nanoseconds some_time = 1'763'935'686'000'000'001;

TEST(PcapngWriter, IsReadAsItWasWritten) {
    std::string out;
    PcapngWriter writer(out);
    writer.section_header("tests", "a comment");
    Interface nanosecond;
    nanosecond.nanoseconds_per_tick = 1;
    Interface odd;  // 2^-10 s
    odd.ticks_per_second = 1024;
    odd.nanoseconds_per_tick = 0;
    Interface shifted;
    shifted.offset_seconds = -10;
    const std::vector<KeptOption> named{{pcapng::option_interface_name, "eth0"}};
    const std::uint32_t first = writer.interface_description(nanosecond, named);
    const std::uint32_t second = writer.interface_description(odd, {});
    const std::uint32_t third = writer.interface_description(shifted, {});
    const std::string frame = "frame";
    const std::vector<std::string> comments{"one", std::string(70'000, 'x')};
    writer.decryption_secrets("CLIENT_RANDOM 00 11\n");
    const std::vector<std::pair<IpAddress, std::string>> names{{IpAddress{}, "a.test"}};
    writer.name_resolution(names);
    writer.packet(record_of(frame, some_time, 60), first, as_bytes(frame), {}, comments);
    writer.packet(record_of(frame, some_time, 60), second, as_bytes(frame).first(2), {}, {});
    writer.packet(record_of(frame, some_time - 1, 60), third, as_bytes(frame), {}, {});
    const std::vector<std::string> notes{"tlstriage-note", "other", "tlstriage-more"};
    writer.interface_statistics(first, some_time - 5, some_time + 7, notes);

    const Seen seen = read(out);
    ASSERT_TRUE(seen.format);
    EXPECT_EQ(seen.times, (std::vector<Nanoseconds>{some_time, some_time, some_time - 1}));
    EXPECT_EQ(seen.frames, (std::vector<std::string>{"frame", "fr", "frame"}));
    EXPECT_EQ(seen.wire_lengths, (std::vector<std::uint32_t>{60, 60, 60}));
    const auto& interfaces = seen.format->interfaces();
    ASSERT_EQ(interfaces.size(), 3U);
    EXPECT_EQ(interfaces[0].ticks_per_second, 1'000'000'000U);
    EXPECT_EQ(interfaces[0].capture_start, some_time - 5);
    EXPECT_EQ(interfaces[0].capture_end, some_time + 7);
    EXPECT_EQ(interfaces[2].ticks_per_second, 1'000'000U);
    EXPECT_EQ(interfaces[2].offset_seconds, -10);
    EXPECT_EQ(seen.format->notes(), (std::vector<std::string>{"tlstriage-note", "tlstriage-more"}));
}

TEST(PcapWriter, IsReadAsItWasWritten) {
    for (const bool nanoseconds : {false, true}) {
        std::string out;
        PcapWriter writer(out);
        writer.file_header(LinkType::raw, 96, nanoseconds);
        const std::string frame = "frame";
        writer.packet(record_of(frame, some_time + 998, 60), as_bytes(frame));
        const Seen seen = read(out);
        ASSERT_TRUE(seen.format);
        const Nanoseconds kept = nanoseconds ? some_time + 998 : some_time - 1;
        EXPECT_EQ(seen.times, std::vector<Nanoseconds>{kept});
        EXPECT_EQ(seen.frames, std::vector<std::string>{"frame"});
        EXPECT_EQ(seen.format->interfaces()[0].link, LinkType::raw);
        EXPECT_EQ(seen.format->interfaces()[0].snap_length, 96U);
    }
}

}  // namespace
}  // namespace tlstriage::capture
