// Which flows a person means: conditions, short forms, rows of a flows.csv.
#include "report/selection.h"

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

#include "report/format.h"

namespace tlstriage::report {
namespace {

IpAddress v4(std::uint8_t last) {
    const std::array<std::uint8_t, 4> bytes{192, 0, 2, last};
    return IpAddress::v4(bytes.data());
}

/// A row about a connection to expired.example.com that took 1.5 ms.
struct Made {
    evidence::Evidence evidence;
    verdict::Verdict verdict;
    std::vector<std::string> files{"a,b.pcap"};

    Made() {
        evidence.client = {v4(1), 50'000};
        evidence.server = {v4(2), 443};
        evidence.first = {1'763'935'686'000'000'001, 3};  // 2025-11-23T22:08:06.000000001Z
        evidence.last = {evidence.first.time + 1'500'000, 9};
        evidence.client_hello.emplace();
        static const evidence::HelloShape shape;
        evidence.client_hello->shape = &shape;
        evidence.client_hello->server_name = "Expired.example.com";
        verdict.cause = verdict::Cause::certificate_expired;
        verdict.decisive = {evidence.last.time, 8};
    }
    [[nodiscard]] Row row() const { return {evidence, verdict, files, measure(evidence)}; }
};

bool holds(const std::string& where) {
    Selection selection;
    selection.add_where(where);
    return selection.matches(Made().row());
}

template <class Choose>
std::string refusal(Choose choose) {
    try {
        choose();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return {};
}

TEST(Selection, WithoutChoicesAllFlowsAreMeant) {
    const Selection selection;
    EXPECT_TRUE(selection.empty());
    EXPECT_TRUE(selection.matches(Made().row()));
}

TEST(Selection, ConditionsOnWords) {
    EXPECT_TRUE(holds("cause=certificate_expired,sni=*.example.com"));
    EXPECT_FALSE(holds("cause=certificate_expired,sni=*.example.org"));
    EXPECT_TRUE(holds("sni=EXPIRED.example.co?"));
    EXPECT_FALSE(holds("sni=example.com"));
    EXPECT_TRUE(holds("sni~example"));
    EXPECT_FALSE(holds("sni!~example"));
    EXPECT_TRUE(holds("cause!=syn_timeout|unreachable"));
    EXPECT_FALSE(holds("cause!=certificate_expired|unreachable"));
    EXPECT_TRUE(holds("cause = unreachable | certificate_expired"));
    EXPECT_TRUE(holds("file=a\\,b.pcap"));
    EXPECT_FALSE(holds("file=a\\*"));
    EXPECT_TRUE(holds("vlan=,dns_name="));
    EXPECT_FALSE(holds("sni="));
    EXPECT_TRUE(holds("sni!="));
    EXPECT_TRUE(holds("sni=*e*e*.com*"));
}

TEST(Selection, ConditionsOnNumbersAndTimes) {
    EXPECT_TRUE(holds("duration_ms=1.5,server_port=443"));
    EXPECT_TRUE(holds("duration_ms>1.4,duration_ms<1.6,duration_ms>=1.500,duration_ms<=1.5"));
    EXPECT_FALSE(holds("duration_ms>1.5"));
    EXPECT_FALSE(holds("server_port!=443"));
    EXPECT_TRUE(holds("server_port=44?"));
    EXPECT_FALSE(holds("tcp_connect_ms<5")) << "an empty cell is neither below nor above";
    EXPECT_FALSE(holds("tcp_connect_ms>=0"));
    EXPECT_TRUE(holds("start_time>2025-11-23,start_time<2025-11-24"));
    EXPECT_TRUE(holds("start_time>=2025-11-23T22:08:06.000000001Z"));
    EXPECT_FALSE(holds("start_time>2025-11-23T22:08:06.000000001Z"));
    EXPECT_TRUE(holds("start_time<=2025-11-23 22:08:07"));
    EXPECT_TRUE(holds("start_time=2025-11-23*"));
}

TEST(Selection, ShortForms) {
    const Made made;
    Selection selection;
    selection.choose_cause("unreachable");
    EXPECT_FALSE(selection.matches(made.row()));
    selection.choose_cause("certificate_expired");
    selection.choose_sni("*.example.com");
    selection.choose_client("192.0.2.1");
    selection.choose_server("192.0.2.9");
    EXPECT_FALSE(selection.matches(made.row()));
    selection.choose_server("192.0.2.2:443");
    EXPECT_TRUE(selection.matches(made.row()));
    Selection other;
    other.choose_server("192.0.2.2:8443");
    EXPECT_FALSE(other.matches(made.row()));
    EXPECT_NO_THROW(other.choose_server("[2001:db8::1]:443"));
    EXPECT_NO_THROW(other.choose_server("2001:db8::1"));
}

TEST(Selection, FramesMeanTheirFlow) {
    const Made made;
    const FlowKey ends = FlowKey::between(made.evidence.server, made.evidence.client);
    const auto chosen = [&](Nanoseconds after, const FlowKey& key) {
        Selection selection;
        selection.choose_frame({{made.evidence.first.time + after, 5}, key});
        return selection.matches(made.row());
    };
    EXPECT_TRUE(chosen(0, ends));
    EXPECT_TRUE(chosen(1'500'000, ends));
    EXPECT_FALSE(chosen(1'500'001, ends));
    EXPECT_FALSE(chosen(-1, ends));
    EXPECT_FALSE(chosen(0, {}));
}

TEST(Selection, RowsAreIdsOrLinesOfATable) {
    const Made made;
    const std::string id = flow_id(made.evidence);
    const auto chosen = [&](const std::string& text) {
        std::istringstream rows(text);
        Selection selection;
        selection.choose_rows(rows);
        return selection.matches(made.row());
    };
    EXPECT_TRUE(chosen(id + "\n"));
    EXPECT_TRUE(chosen("0000000000000000\r\n" + id + "\r\n"));
    EXPECT_TRUE(chosen("flow_id,file\r\n" + id + ",x\r\n"));
    EXPECT_TRUE(chosen("file,flow_id\n\"a \"\"b\"\", c\"," + id + "\n"));
    EXPECT_TRUE(chosen("{\"file\":\"x\",\"flow_id\":\"" + id + "\"}\n"));
    EXPECT_FALSE(chosen("0000000000000000\n"));
    EXPECT_FALSE(chosen("")) << "no rows mean no flows, not all of them";
    EXPECT_NE(refusal([&] { chosen("hello\n"); }), "");
    EXPECT_NE(refusal([&] { chosen("flow_id,file\nx,y\n"); }), "");
    EXPECT_NE(refusal([&] { chosen("{\"flow_id\":7}\n"); }), "");
    EXPECT_NE(refusal([&] { chosen("\"" + id + "\n"); }), "");
}

TEST(Selection, SaysWhatItDoesNotUnderstand) {
    const auto where = [](const std::string& text) { return refusal([&] { holds(text); }); };
    EXPECT_NE(where("colour=red").find("flow_id, file, first_frame"), std::string::npos);
    EXPECT_NE(where("cause"), "");
    EXPECT_NE(where(""), "");
    EXPECT_NE(where("cause=x,"), "");
    EXPECT_NE(where("sni<3").find("words"), std::string::npos);
    EXPECT_NE(where("vlan<x").find("no number"), std::string::npos);
    EXPECT_NE(where("vlan<3x"), "");
    EXPECT_NE(where("start_time<yesterday").find("no time"), std::string::npos);
    EXPECT_NE(where("start_time<2025-13-01"), "");
    EXPECT_NE(where("start_time<2025"), "");
    EXPECT_NE(where("start_time<99999999999999"), "");
    Selection selection;
    EXPECT_NE(refusal([&] { selection.choose_cause("certificate"); }).find("certificate_expired"),
              std::string::npos);
    EXPECT_NE(refusal([&] { selection.choose_flow("12"); }), "");
    for (const char* const end : {"example.com", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536",
                                  "192.0.2.1:4x", "[2001:db8::1", ""}) {
        EXPECT_NE(refusal([&] { selection.choose_client(end); }), "") << end;
    }
    EXPECT_EQ(where("\x1b[31m=x").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace tlstriage::report
