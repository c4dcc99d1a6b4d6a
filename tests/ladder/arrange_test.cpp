// What repeats what, as RFC 9293 and RFC 5681 have it.
#include <gtest/gtest.h>

#include "ladder/made_frames.h"

namespace tlstriage::ladder::test {
namespace {

std::vector<Repeat> repeats_of(FlowFrames flow) {
    arrange(flow);
    std::vector<Repeat> repeats;
    for (const Frame& f : flow.frames)
        repeats.push_back(f.repeat);
    return repeats;
}

using enum Repeat;

TEST(LadderArrange, BytesSentBeforeAreARetransmissionOfTheirFrame) {
    FlowFrames flow{.frames = {frame({.at = 0, .sequence = 100, .flags = syn}),
                               frame({.at = 10, .sequence = 101, .length = 50}),
                               frame({.at = 11, .sequence = 151, .length = 50}),
                               frame({.at = 300, .sequence = 151, .length = 50}),
                               frame({.at = 400, .sequence = 201, .length = 50})}};
    arrange(flow);
    EXPECT_EQ(flow.frames[3].repeat, retransmission);
    EXPECT_EQ(flow.frames[3].repeated, 12U);
    EXPECT_EQ(flow.frames[4].repeat, none);
}

TEST(LadderArrange, SynAndFinTakeASequenceNumber) {
    EXPECT_EQ(repeats_of({.frames = {frame({.at = 0, .sequence = 100, .flags = syn}),
                                     frame({.at = 1000, .sequence = 100, .flags = syn}),
                                     frame({.at = 1010, .sequence = 101, .flags = fin | ack}),
                                     frame({.at = 1300, .sequence = 101, .flags = fin | ack})}}),
              (std::vector{none, retransmission, none, retransmission}));
}

TEST(LadderArrange, HoleFilledAtOnceIsDisorderAndLaterARetransmission) {
    EXPECT_EQ(repeats_of({.frames = {frame({.at = 0, .sequence = 100, .length = 10}),
                                     frame({.at = 1, .sequence = 120, .length = 10}),
                                     frame({.at = 2, .sequence = 110, .length = 10}),
                                     frame({.at = 10, .sequence = 150, .length = 10}),
                                     frame({.at = 210, .sequence = 130, .length = 20})}}),
              (std::vector{none, none, out_of_order, none, retransmission}));
    FlowFrames flow{.frames = {frame({.at = 0, .sequence = 100, .length = 10}),
                               frame({.at = 1, .sequence = 120, .length = 10})}};
    arrange(flow);
    EXPECT_EQ(flow.frames[1].missing_before, 10U);
}

TEST(LadderArrange, SequenceNumbersWrap) {
    EXPECT_EQ(repeats_of({.frames = {frame({.at = 0, .sequence = 0xffff'fff0, .length = 32}),
                                     frame({.at = 1, .sequence = 16, .length = 10}),
                                     frame({.at = 300, .sequence = 0xffff'fff0, .length = 32})}}),
              (std::vector{none, none, retransmission}));
}

TEST(LadderArrange, ByteBeforeTheNextIsAKeepAlive) {
    EXPECT_EQ(repeats_of({.frames = {frame({.at = 0, .sequence = 100, .length = 10}),
                                     frame({.at = 9000, .sequence = 109}),
                                     frame({.at = 9010, .sequence = 109, .length = 1})}}),
              (std::vector{none, keep_alive, keep_alive}));
}

TEST(LadderArrange, SameAcknowledgementWhileBytesAreUnderWayIsADuplicate) {
    const auto server = Side::server;
    EXPECT_EQ(
        repeats_of({.frames = {frame({.at = 0, .sequence = 100, .length = 10}),
                               frame({.at = 1, .side = server, .sequence = 7, .acks = 110}),
                               frame({.at = 2, .side = server, .sequence = 7, .acks = 110}),
                               frame({.at = 3, .sequence = 120, .length = 10}),
                               frame({.at = 4, .side = server, .sequence = 7, .acks = 110})}}),
        (std::vector{none, none, none, none, duplicate_acknowledgement}));
}

TEST(LadderArrange, FrameThatTheCaptureHoldsTwiceIsLeftOut) {
    FlowFrames flow{.frames = {frame({.at = 0, .sequence = 100, .length = 10, .id = 5}),
                               frame({.at = 1, .sequence = 100, .length = 10, .id = 5}),
                               frame({.at = 2, .sequence = 110, .length = 10, .id = 6})}};
    arrange(flow);
    EXPECT_EQ(flow.copies, 1U);
    ASSERT_EQ(flow.frames.size(), 2U);
    EXPECT_EQ(flow.frames[1].repeat, none);
}

TEST(LadderArrange, FramesOfSeveralFilesAreInOrderOfTime) {
    FlowFrames flow{.frames = {frame({.at = 0, .sequence = 100, .length = 10}),
                               frame({.at = 20, .sequence = 120, .length = 10}),
                               frame({.at = 10, .sequence = 110, .length = 10, .file = 1})}};
    arrange(flow);
    EXPECT_EQ(flow.frames[1].file, 1U);
    for (const Frame& f : flow.frames)
        EXPECT_EQ(f.repeat, none);
}

}  // namespace
}  // namespace tlstriage::ladder::test
