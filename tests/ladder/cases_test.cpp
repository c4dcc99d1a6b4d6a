// Every capture of pcaps/: the ladder of each of its flows has the frame that the answer names.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "capture/walk.h"
#include "ladder/frames.h"
#include "ladder/terminal.h"
#include "report/format.h"
#include "run.h"
#include "support/csv.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

struct Explained {
    evidence::Evidence evidence;
    verdict::Verdict verdict;
    Nanoseconds capture_end;
};

/// All flows of a capture with their ladders, by first frame.
class Case {
  public:
    explicit Case(const std::string& capture)
        : inputs_(capture::collect({capture})),
          result_(dataplane::run({}, inputs_, executor_, {})) {
        result_.engine->judge(
            executor_.parallel(),
            {.flows = engine::one_by_one(
                 [&](const engine::JudgedBatch&, const engine::JudgedFlow& flow) {
                     flows_.push_back({flow.evidence, flow.verdict, flow.history.capture_end});
                 }),
             .end_round = [](std::size_t) {}});
        std::vector<ladder::FrameCollector::Flow> wanted;
        for (const Explained& flow : flows_)
            wanted.push_back({&flow.evidence, &flow.verdict});
        ladder::FrameCollector collector(wanted);
        collector.begin_file(0, 0);
        const auto source = capture::open(inputs_.traces.at(0).input);
        capture::walk(*source, [&](const capture::Record& record, std::uint64_t frame,
                                   std::uint64_t) { return collector.take(record, frame); });
        const auto frames = collector.finish();
        for (std::size_t i = 0; i < flows_.size(); ++i) {
            ladders_.push_back(ladder::build(flows_[i].evidence, flows_[i].verdict,
                                             flows_[i].capture_end, frames[i]));
        }
    }

    [[nodiscard]] std::size_t size() const { return flows_.size(); }
    [[nodiscard]] const Explained& flow(std::size_t i) const { return flows_[i]; }
    [[nodiscard]] const ladder::Ladder& ladder(std::size_t i) const { return ladders_[i]; }
    [[nodiscard]] std::string diagram(std::size_t i, const report::TerminalStyle& style) const {
        const report::Row row{flows_[i].evidence, flows_[i].verdict, result_.files,
                              report::measure(flows_[i].evidence)};
        return ladder::diagram(row, ladders_[i], "carve", style);
    }

  private:
    dataplane::Executor executor_{1};
    capture::Inputs inputs_;
    dataplane::RunResult result_;
    std::vector<Explained> flows_;
    std::vector<ladder::Ladder> ladders_;
};

class ExplainedCase : public testing::TestWithParam<std::string> {};

TEST_P(ExplainedCase, HasTheDecisiveFrame) {
    const auto folder = source_root() / "pcaps" / GetParam();
    const auto expected = nlohmann::json::parse(read_file(folder / "expected.json"));
    const Case explained(capture_in(folder));
    ASSERT_EQ(explained.size(), expected.at("flows").size());
    for (std::size_t i = 0; i < explained.size(); ++i) {
        std::vector<const ladder::Step*> decisive;
        for (const ladder::Step& step : explained.ladder(i).steps) {
            EXPECT_FALSE(step.title.empty());
            if (step.decisive) decisive.push_back(&step);
        }
        const auto first = explained.flow(i).evidence.first.frame;
        for (const auto& flow : expected.at("flows")) {
            if (flow.at("first_frame") != first) continue;
            std::vector<nlohmann::json> right{flow.value("decisive_frame", nlohmann::json())};
            if (flow.contains("also_right")) {
                right.push_back(flow.at("also_right").value("decisive_frame", right[0]));
            }
            if (!right[0].is_number()) continue;
            ASSERT_EQ(decisive.size(), 1U);
            EXPECT_NE(std::ranges::find(right, nlohmann::json(decisive[0]->at.frame)), right.end())
                << decisive[0]->at.frame << ", right is " << right[0];
        }
        for (const ladder::Hint& candidate : explained.ladder(i).candidates)
            EXPECT_FALSE(candidate.text.empty()) << candidate.name;
        for (const ladder::Hint& note : explained.ladder(i).notes)
            EXPECT_FALSE(note.text.empty()) << note.name;
    }
}

/// The columns of a line, where each character but UTF-8's later bytes takes one: nothing else is
/// in these captures.
std::size_t columns(std::string_view line) {
    return static_cast<std::size_t>(std::ranges::count_if(
        line, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

TEST_P(ExplainedCase, FitsTheWidthAndPlainTerminals) {
    const Case explained(capture_in(source_root() / "pcaps" / GetParam()));
    for (std::size_t i = 0; i < explained.size(); ++i) {
        for (const unsigned width : {60U, 80U, 132U, 200U}) {
            for (const bool unicode : {false, true}) {
                const std::string drawn =
                    explained.diagram(i, {.color = false, .unicode = unicode, .width = width});
                for (std::size_t at = 0; at < drawn.size();) {
                    const std::size_t end = drawn.find('\n', at);
                    const std::string_view line(drawn.data() + at, end - at);
                    EXPECT_LE(columns(line), width) << line;
                    EXPECT_FALSE(line.ends_with(' ')) << line;
                    at = end + 1;
                }
                const bool ascii = std::ranges::all_of(
                    drawn, [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); });
                EXPECT_TRUE(unicode || ascii);
                EXPECT_EQ(drawn.find('\x1b'), drawn.npos);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Pcaps, ExplainedCase, testing::ValuesIn(case_names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace tlstriage::test
