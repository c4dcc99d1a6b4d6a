// Evidence and frames to steps.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "ladder/hints.h"
#include "ladder/ladder.h"
#include "ladder/made_frames.h"
#include "support/csv.h"
#include "support/paths.h"
#include "verdict/made_evidence.h"

namespace tlstriage::ladder::test {
namespace {

using evidence::EventKind;

/// SYN, SYN-ACK, ACK, ClientHello; the frames of the evidence that verdict::client_hello() makes.
evidence::Evidence made_hello() {
    evidence::Evidence e;
    verdict::client_hello(e);
    e.add(EventKind::syn, Side::client, verdict::at(0));
    e.add(EventKind::syn_ack, Side::server, verdict::at(10));
    e.add(EventKind::established, Side::client, verdict::at(11));
    e.add(EventKind::client_hello, Side::client, verdict::at(20));
    return e;
}

FlowFrames frames_of_hello() {
    return {
        .frames = {
            frame({.at = 0, .sequence = 99, .flags = syn}),
            frame({.at = 10, .side = Side::server, .sequence = 7, .acks = 100, .flags = syn | ack}),
            frame({.at = 11, .sequence = 100, .acks = 8}),
            frame({.at = 20, .sequence = 100, .length = 200, .acks = 8})}};
}

std::vector<std::string> titles(const Ladder& ladder) {
    std::vector<std::string> all;
    for (const Step& step : ladder.steps)
        all.push_back(step.title);
    return all;
}

TEST(LadderBuild, NamesTheFramesOfAHandshakeAndTheirTimes) {
    FlowFrames frames = frames_of_hello();
    arrange(frames);
    const Ladder ladder = build(made_hello(), {}, verdict::at(20).time, frames);
    EXPECT_EQ(titles(ladder),
              (std::vector<std::string>{"SYN", "SYN-ACK", "ACK", "ClientHello, no SNI"}));
    EXPECT_EQ(ladder.steps[3].since_start, milliseconds(20));
    EXPECT_EQ(ladder.steps[3].since_previous, milliseconds(9));
    EXPECT_EQ(ladder.steps[1].from, Party::server);
    EXPECT_EQ(ladder.steps[1].to, Party::client);
}

TEST(LadderBuild, TellsTheSameWithoutFrames) {
    const Ladder ladder = build(made_hello(), {}, verdict::at(20).time, {});
    EXPECT_EQ(titles(ladder),
              (std::vector<std::string>{"SYN", "SYN-ACK", "ACK", "ClientHello, no SNI"}));
}

TEST(LadderBuild, MarksTheDecisiveFrameOnceWhereverItIs) {
    for (const std::int64_t ms : {0, 10, 20, 15}) {
        verdict::Verdict verdict;
        verdict.decisive = verdict::at(ms);
        FlowFrames frames = frames_of_hello();
        frames.frames.insert(frames.frames.begin() + 3,
                             frame({.at = 15, .side = Side::server, .sequence = 8, .acks = 100}));
        const Ladder ladder = build(made_hello(), verdict, verdict::at(20).time, frames);
        EXPECT_EQ(std::ranges::count_if(ladder.steps, &Step::decisive), 1) << ms;
        EXPECT_TRUE(std::ranges::any_of(ladder.steps, [&](const Step& step) {
            return step.decisive && step.at == verdict.decisive;
        })) << ms;
    }
}

TEST(LadderBuild, SilenceHasItsLengthAndSaysWhoseTurnItWas) {
    FlowFrames frames = frames_of_hello();
    frames.frames.push_back(frame({.at = 21, .side = Side::server, .sequence = 8, .acks = 300}));
    frames.frames.push_back(frame({.at = 6021, .sequence = 300, .acks = 8, .flags = fin | ack}));
    const Ladder ladder = build(made_hello(), {}, verdict::at(6021).time, frames);
    ASSERT_EQ(ladder.steps.size(), 7U);
    EXPECT_EQ(ladder.steps[4].title, "ACK");
    EXPECT_EQ(ladder.steps[5].kind, StepKind::silence);
    EXPECT_EQ(ladder.steps[5].lasted, seconds(6));
    EXPECT_EQ(ladder.steps[5].title, "6.0 s of silence, the server's turn");
    EXPECT_EQ(ladder.steps[6].since_previous, seconds(6));
}

TEST(LadderBuild, SilenceAfterBytesThatNobodyAcknowledged) {
    const Ladder ladder = build(made_hello(), {}, verdict::at(10'020).time, frames_of_hello());
    ASSERT_EQ(ladder.steps.back().kind, StepKind::silence);
    EXPECT_EQ(ladder.steps.back().title,
              "nothing more in the 10.0 s until the capture ends, not acknowledged");
}

TEST(LadderBuild, NoSilenceBehindAReset) {
    FlowFrames frames = frames_of_hello();
    frames.frames.push_back(frame({.at = 30, .side = Side::server, .sequence = 8, .flags = rst}));
    const Ladder ladder = build(made_hello(), {}, verdict::at(90'000).time, frames);
    EXPECT_EQ(ladder.steps.back().title, "RST");
}

TEST(LadderBuild, ResetWithAnotherTtlSaysSo) {
    evidence::Evidence e = made_hello();
    e.side(Side::server).data_hops = 61;
    e.client.address = e.server.address =
        IpAddress::v4(std::array<std::uint8_t, 4>{1, 2, 3, 4}.data());
    FlowFrames frames = frames_of_hello();
    Frame reset = frame({.at = 30, .side = Side::server, .sequence = 8, .flags = rst});
    reset.segment.hops = 39;
    frames.frames.push_back(reset);
    const Ladder ladder = build(e, {}, verdict::at(30).time, frames);
    ASSERT_EQ(ladder.steps.back().details.size(), 1U);
    EXPECT_EQ(ladder.steps.back().details[0], "TTL 39, but the server's data came with 61");
}

TEST(LadderBuild, TooManyStepsKeepTheirEndsAndTheDecisiveOne) {
    FlowFrames frames = frames_of_hello();
    for (std::int64_t i = 0; i < 1000; ++i)
        frames.frames.push_back(frame({.at = 100 + i, .sequence = 100, .length = 200}));
    arrange(frames);
    verdict::Verdict verdict;
    verdict.decisive = verdict::at(600);
    const Ladder ladder = build(made_hello(), verdict, verdict::at(1100).time, frames);
    EXPECT_LE(ladder.steps.size(), max_steps + 3);
    EXPECT_EQ(ladder.steps.front().title, "SYN");
    EXPECT_EQ(ladder.steps.back().at, verdict::at(1099));
    EXPECT_EQ(std::ranges::count_if(ladder.steps, &Step::decisive), 1);
    EXPECT_EQ(std::ranges::count(ladder.steps, StepKind::left_out, &Step::kind), 2);
}

/// Every cause and word that a rule names as an alternative, read from the rules themselves.
TEST(LadderHints, EveryAlternativeAndNoteHasOne) {
    std::size_t found = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(tlstriage::test::source_root() / "src/verdict")) {
        const std::string text = tlstriage::test::read_file(entry.path());
        const std::regex alternatives(R"(alternatives(?: = \{|\.push_back\()[^;]*;)");
        for (std::sregex_iterator at(text.begin(), text.end(), alternatives), end; at != end;
             ++at) {
            const std::string statement = at->str();
            const std::regex word(R"((?:Cause|Word)::(\w+))");
            for (std::sregex_iterator w(statement.begin(), statement.end(), word); w != end; ++w) {
                EXPECT_FALSE(hint((*w)[1].str()).empty()) << (*w)[1];
                ++found;
            }
        }
    }
    EXPECT_GE(found, 8U);
}

}  // namespace
}  // namespace tlstriage::ladder::test
