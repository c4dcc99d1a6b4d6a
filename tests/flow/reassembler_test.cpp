// Every split, reordering and duplicate of a short stream against its plain bytes.
#include "flow/reassembler.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <string>

namespace tlstriage::flow {
namespace {

/// Writes down what it gets: bytes as they are, "[n]" for n lost, "<n>" for n cut.
struct Sink {
    std::string text;
    std::vector<Moment> moments;

    void bytes(Bytes data, Moment at) {
        text += as_text(data);
        moments.push_back(at);
    }
    void cut(std::uint64_t count, Moment) { text += "<" + std::to_string(count) + ">"; }
    void lost(std::uint64_t count, Moment) { text += "[" + std::to_string(count) + "]"; }
};

constexpr std::string_view stream = "abcdefgh";

struct Part {
    std::uint32_t begin;
    std::uint32_t end;
};

Moment at(std::uint64_t frame) {
    return {milliseconds(static_cast<std::int64_t>(frame)), frame};
}

/// Cuts the stream where `mask` has a bit.
std::vector<Part> cut(unsigned mask) {
    std::vector<Part> parts;
    std::uint32_t begin = 0;
    for (std::uint32_t i = 1; i <= stream.size(); ++i) {
        if (i < stream.size() && (mask >> (i - 1) & 1U) == 0) continue;
        parts.push_back({begin, i});
        begin = i;
    }
    return parts;
}

Arrival send(Reassembler& reassembler, Sink& sink, std::uint32_t first, Part part,
             std::uint64_t frame) {
    const Bytes data = as_bytes(stream.substr(part.begin, part.end - part.begin));
    return reassembler.segment(first + part.begin, data, part.end - part.begin, at(frame), sink);
}

/// Sequence numbers that wrap inside the stream, and others that do not.
constexpr std::uint32_t firsts[] = {1, 1000, 0xfffffffcU, 0xffffffffU, 0x7ffffffdU};

TEST(Reassembler, EverySplitInEveryOrder) {
    for (const std::uint32_t first : firsts) {
        for (unsigned mask = 0; mask < 1U << (stream.size() - 1); ++mask) {
            const auto parts = cut(mask);
            if (parts.size() > 5) continue;  // 5! orders are enough
            std::vector<std::size_t> order(parts.size());
            std::iota(order.begin(), order.end(), 0U);
            do {
                Reassembler reassembler;
                Sink sink;
                reassembler.start_at(first);
                std::uint64_t frame = 0;
                for (const std::size_t i : order)
                    send(reassembler, sink, first, parts[i], ++frame);
                ASSERT_EQ(sink.text, stream);
                ASSERT_FALSE(reassembler.has_hole());
                ASSERT_EQ(reassembler.held_bytes(), 0U);
                ASSERT_EQ(reassembler.next(), static_cast<std::uint32_t>(first + stream.size()));
                ASSERT_TRUE(std::ranges::is_sorted(sink.moments)) << "time runs backwards";
            } while (std::ranges::next_permutation(order).found);
        }
    }
}

TEST(Reassembler, OverlapsAndDuplicatesByChance) {
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        const std::uint32_t first = firsts[random() % std::size(firsts)];
        Reassembler reassembler;
        Sink sink;
        reassembler.start_at(first);
        std::uint64_t frame = 0;
        for (auto count = random() % 6; count > 0; --count) {
            const auto begin = static_cast<std::uint32_t>(random() % stream.size());
            const auto end =
                begin + 1 + static_cast<std::uint32_t>(random() % (stream.size() - begin));
            send(reassembler, sink, first, {begin, end}, ++frame);
        }
        ASSERT_TRUE(stream.starts_with(sink.text)) << sink.text;
        send(reassembler, sink, first, {0, static_cast<std::uint32_t>(stream.size())}, ++frame);
        ASSERT_EQ(sink.text, stream);
    }
}

TEST(Reassembler, TheFirstCopyOfAByteCounts) {
    Reassembler reassembler;
    Sink sink;
    reassembler.start_at(100);
    reassembler.segment(100, as_bytes("abcd"), 4, at(1), sink);
    EXPECT_EQ(reassembler.segment(102, as_bytes("XYef"), 4, at(2), sink), Arrival::new_data);
    EXPECT_EQ(sink.text, "abcdef");
    EXPECT_EQ(reassembler.segment(100, as_bytes("QQQQQQ"), 6, at(3), sink),
              Arrival::retransmission);
    EXPECT_EQ(sink.text, "abcdef");
}

TEST(Reassembler, SaysWhatASegmentBrought) {
    Reassembler reassembler;
    Sink sink;
    reassembler.start_at(100);
    EXPECT_EQ(reassembler.segment(100, as_bytes("ab"), 2, at(1), sink), Arrival::new_data);
    EXPECT_EQ(reassembler.segment(104, as_bytes("ef"), 2, at(2), sink), Arrival::held);
    EXPECT_EQ(reassembler.segment(104, as_bytes("ef"), 2, at(3), sink), Arrival::retransmission);
    EXPECT_EQ(reassembler.segment(101, as_bytes("b"), 1, at(4), sink), Arrival::keepalive);
    EXPECT_TRUE(reassembler.has_hole());
    EXPECT_EQ(reassembler.held_bytes(), 2U);
}

/// As far away as numbers can be: neither ahead nor behind.
TEST(Reassembler, TakesHalfOfAllNumbersAwayForKnown) {
    Reassembler reassembler;
    Sink sink;
    reassembler.start_at(100);
    EXPECT_EQ(reassembler.segment(100U + 0x80000000U, as_bytes("ab"), 2, at(1), sink),
              Arrival::retransmission);
    EXPECT_EQ(sink.text, "");
}

TEST(Reassembler, PassesOverAHoleThatThePeerAcknowledged) {
    Reassembler reassembler;
    Sink sink;
    reassembler.start_at(100);
    reassembler.segment(100, as_bytes("ab"), 2, at(1), sink);
    reassembler.segment(105, as_bytes("fg"), 2, at(2), sink);
    reassembler.acknowledged(107, at(3), sink);
    EXPECT_EQ(sink.text, "ab") << "it may still come";
    reassembler.acknowledged(107, at(100), sink);
    EXPECT_EQ(sink.text, "ab[3]fg");
}

TEST(Reassembler, KeepsAHoleThatNobodyAcknowledged) {
    Reassembler reassembler;
    Sink sink;
    reassembler.start_at(100);
    reassembler.segment(100, as_bytes("ab"), 2, at(1), sink);
    reassembler.segment(105, as_bytes("fg"), 2, at(2), sink);
    reassembler.acknowledged(102, at(10'000), sink);
    EXPECT_EQ(sink.text, "ab");
    reassembler.segment(102, as_bytes("cde"), 3, at(10'001), sink);
    EXPECT_EQ(sink.text, "abcdefg");
}

TEST(Reassembler, FinishDeliversWhatWaits) {
    Reassembler reassembler;
    Sink sink;
    reassembler.start_at(100);
    reassembler.segment(103, as_bytes("de"), 2, at(1), sink);
    reassembler.segment(107, as_bytes("hi"), 2, at(2), sink);
    reassembler.finish(sink);
    EXPECT_EQ(sink.text, "[3]de[2]hi");
}

TEST(Reassembler, TellsBytesThatTheCaptureCut) {
    Reassembler reassembler;
    Sink sink;
    reassembler.start_at(100);
    reassembler.segment(100, as_bytes("ab"), 5, at(1), sink);
    reassembler.segment(105, as_bytes("f"), 1, at(2), sink);
    EXPECT_EQ(sink.text, "ab<3>f");
}

TEST(Reassembler, TellsATailThatIsMissing) {
    Reassembler reassembler;
    Sink sink;
    reassembler.start_at(100);
    reassembler.segment(100, as_bytes("ab"), 2, at(1), sink);
    reassembler.acknowledged(102, at(2), sink);
    EXPECT_EQ(reassembler.missing_tail(), 0U);
    reassembler.acknowledged(110, at(3), sink);
    EXPECT_EQ(reassembler.missing_tail(), 8U);
}

TEST(Reassembler, BeginsInTheMiddle) {
    Reassembler reassembler;
    Sink sink;
    EXPECT_FALSE(reassembler.started());
    reassembler.segment(777, as_bytes("xy"), 2, at(1), sink);
    reassembler.segment(779, as_bytes("z"), 1, at(2), sink);
    EXPECT_EQ(sink.text, "xyz");
}

TEST(Reassembler, HoldsNoMoreThanItsLimit) {
    Reassembler reassembler;
    Sink sink;
    reassembler.start_at(0);
    const std::string block(1000, 'x');
    for (std::uint32_t i = 0; i < 2 * Reassembler::max_held / 1000; ++i) {
        reassembler.segment(1 + i * 1000, as_bytes(block), 1000, at(1 + i), sink);
        ASSERT_LE(reassembler.held_bytes(), Reassembler::max_held);
    }
    EXPECT_TRUE(sink.text.starts_with("[1]xxx")) << "the hole was not passed over";
}

}  // namespace
}  // namespace tlstriage::flow
