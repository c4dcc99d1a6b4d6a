// Streams of the corpus that end by a clear fatal alert, or by a reset, before application data.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "corpus/streams.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

/// Who tshark says ended it: the sender of the first fatal alert, or else of the first reset; empty
/// when neither was before application data.
std::string ender(const Streams& streams, const Stream& stream) {
    if (streams.truth(stream, "app_data") == "1") return {};
    std::string alerts = streams.truth(stream, "alerts");
    std::ranges::replace(alerts, ';', ' ');
    std::istringstream words(alerts);
    for (std::string word; words >> word;) {
        if (word.find(":fatal:") != word.npos) return word.substr(0, word.find(':'));
    }
    const std::string& reset = streams.truth(stream, "rst_from");
    return reset == "none" ? "" : reset;
}

std::string verdict_of(const Streams& streams, const Stream& stream) {
    return streams.ours(stream, "outcome") + " " + streams.ours(stream, "cause") + " " +
           streams.ours(stream, "actor");
}

/// Verdicts other than `failed` by the alert's or reset's sender, as ends.csv explains them.
struct Exception {
    std::string verdict;
    bool right = false;
    bool used = false;
};

std::map<std::string, Exception> read_exceptions() {
    const CsvTable table = read_csv(source_root() / "tests/corpus/ends.csv");
    std::map<std::string, Exception> exceptions;
    for (const CsvTable::Row& row : table.rows()) {
        const auto cell = [&](const char* column) { return table.cell(row, column); };
        EXPECT_FALSE(cell("frame").empty()) << cell("file");
        EXPECT_GE(cell("reason").size(), 20U) << cell("file");
        EXPECT_TRUE(cell("judged") == "right" || cell("judged") == "wrong") << cell("file");
        exceptions[cell("file") + " " + cell("tcp_stream")] = {cell("verdict"),
                                                               cell("judged") == "right"};
    }
    return exceptions;
}

TEST(CorpusEnds, AlertsAndResetsAreBlamedOnTheirSenders) {
    if (const std::string missing = Streams::missing(); !missing.empty()) {
        GTEST_SKIP() << missing;
    }
    const Streams& streams = Streams::get();
    auto exceptions = read_exceptions();
    int right = 0;
    int wrong = 0;
    for (const Stream& stream : streams.all()) {
        const std::string actor = ender(streams, stream);
        if (actor.empty() || stream.row == nullptr) continue;
        if (streams.ours(stream, "outcome") == "failed" && streams.ours(stream, "actor") == actor) {
            ++right;
            continue;
        }
        const std::string name = streams.name(stream);
        const auto listed = exceptions.find(name);
        const bool known =
            listed != exceptions.end() && listed->second.verdict == verdict_of(streams, stream);
        EXPECT_TRUE(known) << "not explained: " << name << ": " << verdict_of(streams, stream)
                           << ", ended by " << actor;
        if (known) listed->second.used = true;
        ++(known && listed->second.right ? right : wrong);
    }
    for (const auto& [name, exception] : exceptions) {
        EXPECT_TRUE(exception.used) << "gone: " << name << ": " << exception.verdict;
    }
    std::cout << "alerts and resets before data: " << right << " right, " << wrong << " wrong\n";
    EXPECT_GE(right * 100, (right + wrong) * 95);
    EXPECT_GT(right, 200);
}

}  // namespace
}  // namespace tlstriage::test
