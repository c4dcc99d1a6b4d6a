// A live run's windows: whatever they are cut into, each flow is judged once, and as in one piece.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "consumer.h"
#include "dataplane/oracle.h"
#include "engine/engine.h"
#include "report/flow_report.h"
#include "support/csv.h"
#include "support/paths.h"
#include "support/traces.h"

namespace tlstriage::test {
namespace {

using engine::PeriodEnd;

/// Feeds a trace in windows of `packets` packets, and gathers the rows of all.
class Periods {
  public:
    explicit Periods(const std::string& path) : trace_(path), files_{path} {
        dataplane::Piece& piece = trace_.piece;
        for (unsigned shard = 0; shard < engine::shard_count; ++shard) {
            for (const wire::Packet& packet : piece.packets(shard))
                packets_.push_back({packet, shard});
        }
        std::ranges::stable_sort(packets_, {}, [](const Placed& p) { return p.packet.frame; });
        engine_.archive().see(piece.first_time(), piece.first_time());
    }

    void consume(std::size_t count) {
        for (; count > 0 && next_ < packets_.size(); --count, ++next_) {
            const Placed& placed = packets_[next_];
            now_ = std::max(now_, placed.packet.time);
            engine_.shard(placed.shard).consume({&placed.packet, 1}, {.shedding = shedding});
        }
    }
    [[nodiscard]] bool done() const { return next_ == packets_.size(); }

    /// The rows of the flows that left.
    CsvTable end(bool last, bool lost = false, Nanoseconds idle = seconds(3600)) {
        const engine::Records records = engine_.end_period(
            {.now = now_, .idle_timeout = idle, .last = last, .frames_lost = lost},
            engine::run_serially);
        const ScratchFolder folder;
        report::FlowReport flows(files_, folder.path(), report::TableFormat::csv, 1);
        const auto judgement = engine::judge(records, {}, engine::run_serially, flows.handlers());
        names += judgement.names.size();
        flows.finish();
        engine_.forget_period();
        return CsvTable(read_file(folder.path() / "flows.csv"));
    }
    void pass(Nanoseconds time) { now_ += time; }
    [[nodiscard]] engine::Engine& engine() { return engine_; }

    std::size_t names = 0;  ///< rows of dns.csv so far
    engine::Shedding shedding = engine::Shedding::nothing;

  private:
    struct Placed {
        wire::Packet packet;
        unsigned shard;
    };

    WholeTrace trace_;
    std::vector<std::string> files_;
    engine::Engine engine_{{}};
    std::vector<Placed> packets_;
    std::size_t next_ = 0;
    Nanoseconds now_ = 0;
};

std::size_t column(const CsvTable& table, const std::string& name) {
    const auto& header = table.header();
    return static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
}

/// Rows by flow_id.
using Rows = std::map<std::string, CsvTable::Row>;

void gather(const CsvTable& table, Rows& rows) {
    for (const CsvTable::Row& row : table.rows()) {
        const bool fresh = rows.emplace(row.front(), row).second;
        EXPECT_TRUE(fresh) << "a second row of flow " << row.front();
    }
}

Rows in_windows(const std::string& path, std::size_t packets) {
    Periods periods(path);
    Rows rows;
    while (!periods.done()) {
        periods.consume(packets);
        gather(periods.end(periods.done()), rows);
    }
    return rows;
}

TEST(Periods, CapturesInWindowsGiveTheirRows) {
    for (const std::string& name : case_names()) {
        const std::string path = capture_in(source_root() / "pcaps" / name);
        Rows whole;
        gather(CsvTable(oracle_csv(path)), whole);
        for (const std::size_t packets : {3U, 40U})
            EXPECT_EQ(in_windows(path, packets), whole) << name;
    }
}

TEST(Periods, ManyFlowsInWindowsAreJudgedOnceEach) {
    const std::string& path = small_mixed().path;
    const CsvTable table(oracle_csv(path));
    Rows whole;
    gather(table, whole);
    const Rows rows = in_windows(path, 500);
    ASSERT_EQ(rows.size(), whole.size());
    // What later flows of the same server tell is not known yet when a window ends.
    const std::size_t outcome = column(table, "outcome");
    const std::size_t alert = column(table, "alert");
    for (const auto& [id, row] : whole) {
        ASSERT_TRUE(rows.contains(id)) << id;
        EXPECT_EQ(rows.at(id)[outcome], row[outcome]) << id;
        EXPECT_EQ(rows.at(id)[alert], row[alert]) << id;
    }
}

TEST(Periods, SilentFlowsEndAndWhatFollowsBeginsNoOther) {
    Periods periods(capture_in(source_root() / "pcaps" / "ok_tls13_http2"));
    periods.consume(12);  // in the middle of the session
    EXPECT_TRUE(periods.end(false, false, seconds(120)).rows().empty());
    periods.pass(seconds(121));
    EXPECT_EQ(periods.end(false, false, seconds(120)).rows().size(), 1U);
    periods.consume(1000);
    EXPECT_TRUE(periods.end(true).rows().empty());
    EXPECT_EQ(periods.engine().counts().flows, 1U);
}

TEST(Periods, LostFramesLeaveInferredCausesOpen) {
    const auto verdict_with_loss = [](const std::string& name, bool lost) {
        Periods periods(capture_in(source_root() / "pcaps" / name));
        periods.consume(1000);
        const CsvTable table = periods.end(true, lost);
        EXPECT_EQ(table.rows().size(), 1U) << name;
        const CsvTable::Row& row = table.rows().front();
        return row[column(table, "outcome")] + " " + row[column(table, "cause")];
    };
    EXPECT_EQ(verdict_with_loss("tcp_syn_timeout", false), "failed syn_timeout");
    EXPECT_EQ(verdict_with_loss("tcp_syn_timeout", true), "incomplete capture_loss");
    // The alert was seen, whatever else was not.
    EXPECT_EQ(verdict_with_loss("certificate_expired_tls12", true), "failed certificate_expired");
    EXPECT_EQ(verdict_with_loss("ok_tls13_http2", true), "ok none");
}

TEST(Periods, SheddingSparesHandshakes) {
    Periods periods(small_mixed().path);
    Rows whole;
    const CsvTable table(oracle_csv(small_mixed().path));
    gather(table, whole);
    periods.shedding = engine::Shedding::settled_data;
    periods.consume(~std::size_t{0});
    Rows rows;
    gather(periods.end(true), rows);
    EXPECT_GT(periods.engine().counts().shed_settled, 0U);
    EXPECT_EQ(periods.engine().counts().shed_new, 0U);
    ASSERT_EQ(rows.size(), whole.size());
    const std::size_t outcome = column(table, "outcome");
    const std::size_t cause = column(table, "cause");
    for (const auto& [id, row] : whole) {
        EXPECT_EQ(rows.at(id)[outcome], row[outcome]) << id;
        EXPECT_EQ(rows.at(id)[cause], row[cause]) << id;
    }
}

TEST(Periods, NewFlowsAreShedLast) {
    Periods periods(small_mixed().path);
    periods.consume(2000);
    const std::uint64_t known = periods.engine().counts().flows;
    periods.shedding = engine::Shedding::new_flows;
    periods.consume(2000);
    EXPECT_EQ(periods.engine().counts().flows, known);
    EXPECT_GT(periods.engine().counts().shed_new, 0U);
}

TEST(Periods, ALookupIsReportedOnce) {
    Periods periods(capture_in(source_root() / "pcaps" / "dns_nxdomain"));
    while (!periods.done()) {
        periods.consume(1);
        periods.end(periods.done());
    }
    EXPECT_GT(periods.names, 0U);
    const std::size_t once = periods.names;
    Periods whole(capture_in(source_root() / "pcaps" / "dns_nxdomain"));
    whole.consume(1000);
    whole.end(true);
    EXPECT_EQ(once, whole.names);
}

}  // namespace
}  // namespace tlstriage::test
