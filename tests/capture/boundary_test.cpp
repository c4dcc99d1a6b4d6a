// Guessed boundaries against the true ones, in files made to mislead.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "capture_bytes.h"
#include "corpus.h"
#include "walk_bytes.h"

namespace tlstriage::capture::test {
namespace {

/// Random cuts a file; TLSTRIAGE_CUTS asks for more.
int cuts() {
    const char* const given = std::getenv("TLSTRIAGE_CUTS");
    return given != nullptr ? std::atoi(given) : 400;
}

struct Trace {
    Buffer bytes;
    std::vector<std::size_t> starts;  ///< of records or blocks, in order
};

void append(Trace& trace, const Buffer& record) {
    trace.starts.push_back(trace.bytes.size());
    trace.bytes.insert(trace.bytes.end(), record.begin(), record.end());
}

enum class Kind : std::uint8_t { pcap, pcapng };

Buffer one_packet(Kind kind, std::uint32_t second, const Buffer& data) {
    if (kind == Kind::pcap) {
        PcapRecord record;
        record.seconds += second;
        record.data = data;
        return pcap_record(record);
    }
    Packet packet;
    packet.ticks += second * std::uint64_t{1'000'000};
    packet.data = data;
    return enhanced_packet(packet);
}

/// Packets that carry a stream of whole records of the same format, times and all: a download of
/// a capture, seen in segments of up to `longest` bytes.
Trace carrying_itself(Kind kind, std::size_t longest, std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_int_distribution<std::size_t> inner_size(40, 1500);
    std::uniform_int_distribution<std::size_t> outer_size(60, longest);
    Trace trace;
    trace.bytes = kind == Kind::pcap ? pcap_header() : section() + interface();
    Buffer stream;
    std::size_t used = 0;
    const Buffer headers = payload(54);
    for (std::uint32_t second = 0; trace.bytes.size() < size; ++second) {
        const std::size_t want = outer_size(random);
        while (stream.size() - used < want) {
            const Buffer inner = one_packet(kind, second, payload(inner_size(random)));
            stream.insert(stream.end(), inner.begin(), inner.end());
        }
        const auto from = stream.begin() + static_cast<std::ptrdiff_t>(used);
        const Buffer part(from, from + static_cast<std::ptrdiff_t>(want));
        used += want;
        append(trace, one_packet(kind, second, headers + part));
    }
    return trace;
}

Trace of_records(const Walked& walked, Bytes bytes) {
    Trace trace;
    trace.bytes.assign(bytes.begin(), bytes.end());
    for (const Seen& seen : walked.seen)
        trace.starts.push_back(seen.offset);
    return trace;
}

int count_wrong(const Trace& trace, Nanoseconds near) {
    std::optional<Format> format = Format::detect(trace.bytes);
    if (format->kind() == Format::Kind::pcapng) {  // know the first interface
        bool damaged = false;
        std::size_t position = format->apply(trace.bytes, damaged);
        position += format->apply(Bytes(trace.bytes).subspan(position), damaged);
        EXPECT_EQ(position, trace.starts.front());
    }
    std::mt19937 random(7);
    const auto starts = [&](std::size_t from) {
        const auto next = std::ranges::lower_bound(trace.starts, from);
        return next == trace.starts.end() ? trace.bytes.size() : *next;
    };
    std::uniform_int_distribution<std::size_t> place(trace.starts[1], trace.bytes.size());
    int wrong = 0;
    for (int i = 0; i < cuts(); ++i) {
        const std::size_t cut = place(random);
        const std::size_t found = format->find_boundary(trace.bytes, cut, near);
        // A last block has no chain behind it: pcapng may say "none".
        if (found != starts(cut) && found != trace.bytes.size()) ++wrong;
        if (found == trace.bytes.size() && trace.bytes.size() - starts(cut) > (64U << 10U)) ++wrong;
    }
    return wrong;
}

TEST(Boundary, InPcapThatCarriesPcap) {
    for (const std::size_t longest : {1448U, 9000U, 65'400U}) {
        const Trace trace = carrying_itself(Kind::pcap, longest, 8U << 20U, 1);
        EXPECT_EQ(count_wrong(trace, seconds(1'700'000'000)), 0) << longest;
        // Where no time is known, random bytes may send a chain into the middle of a carried
        // capture.
        EXPECT_LE(count_wrong(trace, 0), cuts() / 50 + 3) << longest << ", no time known";
    }
}

TEST(Boundary, InPcapngThatCarriesPcapng) {
    for (const std::size_t longest : {1448U, 9000U, 65'400U}) {
        const Trace trace = carrying_itself(Kind::pcapng, longest, 8U << 20U, 2);
        EXPECT_EQ(count_wrong(trace, seconds(1'700'000'000)), 0) << longest;
    }
}

TEST(Boundary, InRandomPayload) {
    std::mt19937 random(3);
    Trace trace;
    trace.bytes = pcap_header();
    for (std::uint32_t i = 0; i < 3000; ++i) {
        Buffer data(random() % 1500 + 1);
        for (auto& byte : data)
            byte = static_cast<std::uint8_t>(random());
        append(trace, one_packet(Kind::pcap, i, data));
    }
    EXPECT_EQ(count_wrong(trace, seconds(1'700'000'000)), 0);
}

TEST(Boundary, NoneInNoise) {
    const Format format = *Format::detect(pcap_header());
    EXPECT_EQ(format.find_boundary(Buffer(1U << 20U), 5000, 0), std::size_t{1} << 20U);
    EXPECT_EQ(format.resynchronise(Buffer(1U << 20U, 0xff), 5000, 0), std::size_t{1} << 20U);
    EXPECT_EQ(format.find_boundary({}, 0, 0), 0U);
}

TEST(Boundary, InRealCaptures) {
    namespace fs = std::filesystem;
    if (!fs::exists(corpus() / "files")) {
        GTEST_SKIP() << "NO CORPUS at " << corpus() << ": set TLSTRIAGE_CORPUS";
    }
    int files = 0;
    int wrong = 0;
    for (const auto& entry : fs::recursive_directory_iterator(corpus() / "files")) {
        if (!entry.is_regular_file() || entry.file_size() < 200'000) continue;
        const auto source = open({entry.path().string(), ""});
        const Bytes bytes = source->window(std::size_t{1} << 30U);
        const Walked walked = walk_bytes(bytes);
        if (walked.result.error.empty() && walked.result.damages.empty() && !walked.result.cut &&
            walked.result.format->kind() == Format::Kind::pcap) {
            const int here = count_wrong(of_records(walked, bytes), walked.seen[0].record.time);
            EXPECT_EQ(here, 0) << entry.path();
            wrong += here;
            ++files;
        }
    }
    EXPECT_GT(files, 20);
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace tlstriage::capture::test
