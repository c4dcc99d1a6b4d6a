// What we read in the streams of the corpus against what tshark read.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "corpus/explained.h"
#include "corpus/streams.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

std::string spaced(std::string text) {
    std::ranges::replace(text, ',', ' ');
    return text;
}

std::string none_is_empty(const std::string& text) {
    return text == "none" ? "" : text;
}

/// tshark's "side:level:name", with a name that it lacks written as we write it.
std::string alert_name(const std::string& alert) {
    const auto colon = alert.rfind(':') + 1;
    const bool number =
        colon < alert.size() && alert.find_first_not_of("0123456789", colon) == std::string::npos;
    return number ? alert.substr(0, colon) + "alert_" + alert.substr(colon) : alert;
}

/// The alert a row is about: the first fatal one, or else the first that is no close_notify.
std::string alert_of(std::string alerts) {
    std::ranges::replace(alerts, ';', ' ');
    std::istringstream words(alerts);
    std::string first;
    for (std::string word; words >> word;) {
        if (word.find(":fatal:") != word.npos) return word;
        if (first.empty() && word.find(":close_notify") == word.npos) first = word;
    }
    return first;
}

/// TLS was seen by tshark: the stream must have a row.
bool has_tls(const Streams& streams, const Stream& stream) {
    const auto yes = [&](const char* column) {
        const std::string& value = streams.truth(stream, column);
        return !value.empty() && value != "0";
    };
    return yes("client_hello") || yes("server_hello") || yes("app_data") ||
           streams.truth(stream, "kind_heuristic") == "midstream_tls";
}

struct Fact {
    const char* field;
    std::string ours;
    std::string tshark;
};

std::vector<Fact> facts_of(const Streams& streams, const Stream& stream) {
    const auto ours = [&](const char* column) { return streams.ours(stream, column); };
    const auto truth = [&](const char* column) { return streams.truth(stream, column); };
    if (stream.row == nullptr) return {{"row", "no", "yes"}};
    std::string alert = ours("alert_sender") + ":" + ours("alert_level") + ":" + ours("alert");
    if (alert == "::") alert.clear();
    return {
        {"row", "yes", "yes"},
        {"sni", lower(ours("sni")), lower(truth("sni"))},
        {"alpn_offered", ours("alpn_offered"), spaced(truth("alpn_offered"))},
        {"version", ours("version"), truth("negotiated_version")},
        {"cipher", ours("cipher"), truth("cipher")},
        {"alert", alert, alert_name(alert_of(truth("alerts")))},
        {"rst_sender", ours("rst_sender"), none_is_empty(truth("rst_from"))},
        {"fin_sender", ours("fin_sender"), none_is_empty(truth("fin_from"))},
    };
}

struct Score {
    int agree = 0;
    int differ = 0;
};

/// What tshark takes for a healthy session must not be called failed.
void compare_health(const Streams& streams, const Stream& stream, Explained& explained) {
    if (streams.truth(stream, "kind_heuristic") != "ok" || stream.row == nullptr) return;
    if (streams.ours(stream, "outcome") != "failed") return;
    const std::string cause = streams.ours(stream, "cause");
    EXPECT_TRUE(explained.has(streams.name(stream), "healthy", cause, "ok"))
        << "not explained: " << Explained::line(streams.name(stream), "healthy", cause, "ok");
}

TEST(Corpus, FactsAreThoseOfTshark) {
    if (const std::string missing = Streams::missing(); !missing.empty()) {
        GTEST_SKIP() << missing;
    }
    const Streams& streams = Streams::get();
    Explained explained(source_root() / "tests/corpus/differences.csv");
    std::map<std::string, Score> scores;
    for (const Stream& stream : streams.all()) {
        compare_health(streams, stream, explained);
        if (stream.row == nullptr && !has_tls(streams, stream)) continue;
        for (const Fact& fact : facts_of(streams, stream)) {
            if (fact.ours.empty() && fact.tshark.empty()) continue;
            const bool same = fact.ours == fact.tshark;
            ++(same ? scores[fact.field].agree : scores[fact.field].differ);
            if (same) continue;
            const std::string name = streams.name(stream);
            EXPECT_TRUE(explained.has(name, fact.field, fact.ours, fact.tshark))
                << "not explained: " << Explained::line(name, fact.field, fact.ours, fact.tshark);
        }
    }
    EXPECT_EQ(explained.unused(), "") << "differences that are gone";
    for (const auto& [field, score] : scores) {
        std::cout << field << ": " << score.agree << " agree, " << score.differ << " differ\n";
        EXPECT_GE(score.agree * 100, (score.agree + score.differ) * 97) << field;
    }
    // Fewer would mean that streams were not found.
    EXPECT_GT(scores["row"].agree, 2000);
    EXPECT_GT(scores["sni"].agree, 1500);
    EXPECT_GT(scores["rst_sender"].agree, 700);
}

}  // namespace
}  // namespace tlstriage::test
