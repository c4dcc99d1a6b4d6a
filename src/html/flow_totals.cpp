#include "html/flow_totals.h"

#include <algorithm>

#include "html/flow_columns.h"
#include "html/page_text.h"

namespace tlstriage::html {
namespace {

constexpr std::array step_columns{Flow::tcp_connect_ms,  Flow::client_hello_ms,
                                  Flow::server_hello_ms, Flow::certificate_ms,
                                  Flow::finished_ms,     Flow::handshake_ms};
static_assert(step_columns.size() == steps.size());

constexpr std::size_t failed = 1;
constexpr std::size_t incomplete = 2;
constexpr std::size_t most_causes = 1000;
constexpr std::size_t most_of_word = 100;

/// The words of causes and flow ids go into command lines: they are what they should be, or the
/// file is not ours.
bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= most_of_word &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == text.npos;
}

class Counter {
  public:
    Counter(const TableReader& reader, const std::set<std::string, std::less<>>& pinned,
            FlowTotals& totals)
        : reader_(reader), pinned_(pinned), totals_(totals) {}

    void count() {
        const std::size_t outcome = outcome_of_row();
        const std::size_t cause = cause_of_row(outcome);
        ++totals_.by_outcome[outcome];
        CauseTotal& total = totals_.causes[cause];
        ++total.flows;
        if (!cell(Flow::reason).empty()) total.reasons.add(word(Flow::reason));
        const auto start = reader_.time(place(Flow::start_time));
        if (!start) reader_.fail("no start_time");
        totals_.time_line.add(*start, cause);
        count_spans();
        count_words(outcome);
        check_numbers();
        keep(outcome, total.cause);
    }

  private:
    [[nodiscard]] std::string_view cell(Flow column) const { return reader_.cell(place(column)); }
    [[nodiscard]] std::string word(Flow column) const {
        return page_text(cell(column), most_of_word);
    }

    [[nodiscard]] std::size_t outcome_of_row() const {
        const auto found = std::ranges::find(outcomes, cell(Flow::outcome));
        if (found == outcomes.end())
            reader_.fail("outcome is none of ok, failed, incomplete, not_tls");
        return static_cast<std::size_t>(found - outcomes.begin());
    }

    std::size_t cause_of_row(std::size_t outcome) {
        auto& causes = totals_.causes;
        const std::string_view cause = cell(Flow::cause);
        const auto found = std::ranges::find_if(causes, [&](const CauseTotal& total) {
            return total.outcome == outcome && total.cause == cause;
        });
        if (found != causes.end()) return static_cast<std::size_t>(found - causes.begin());
        if (!is_word(cause)) reader_.fail("cause is no word");
        if (causes.size() == most_causes) reader_.fail("more causes than there are");
        causes.push_back(
            {.outcome = outcome, .cause = std::string(cause), .flows = 0, .reasons = {}});
        return causes.size() - 1;
    }

    void count_spans() {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (const auto span = reader_.milliseconds(place(step_columns[i])))
                totals_.spans[i].add(*span);
            if (cell(Flow::slowest_step) == steps[i]) ++totals_.slowest[i];
        }
    }

    void count_words(std::size_t outcome) {
        const auto add = [&](Tally& tally, Flow column) {
            if (!cell(column).empty()) tally.add(word(column));
        };
        add(totals_.versions, Flow::version);
        add(totals_.ciphers, Flow::cipher);
        add(totals_.groups, Flow::group);
        add(totals_.alpns, Flow::alpn);
        add(totals_.alerts, Flow::alert);
        if (outcome == failed) add(totals_.actors, Flow::actor);
    }

    void check_numbers() const {
        for (const Flow column : {Flow::first_frame, Flow::last_frame, Flow::decisive_frame,
                                  Flow::client_port, Flow::server_port})
            static_cast<void>(reader_.count(place(column)));
        if (!is_word(cell(Flow::flow_id))) reader_.fail("flow_id is no word");
    }

    void keep(std::size_t outcome, std::string_view cause) {
        server_ = cell(Flow::server_ip);
        server_ += ' ';
        server_ += cell(Flow::server_port);
        FlowSample& sample =
            outcome == failed || outcome == incomplete ? totals_.troubled : totals_.others;
        sample.offer(cause, server_, pinned_.contains(cell(Flow::flow_id)), [this] {
            FlowSample::Cells cells;
            cells.reserve(flow_columns.size());
            for (std::size_t i = 0; i < flow_columns.size(); ++i)
                cells.push_back(page_text(reader_.cell(i), most_of_cell));
            return cells;
        });
    }

    const TableReader& reader_;
    const std::set<std::string, std::less<>>& pinned_;
    FlowTotals& totals_;
    std::string server_;
};

}  // namespace

FlowTotals count_flows(const std::filesystem::path& folder, const Limits& limits,
                       const std::set<std::string, std::less<>>& pinned) {
    std::vector<std::string> names;
    names.reserve(flow_columns.size());
    for (const FlowColumn& column : flow_columns)
        names.emplace_back(column.name);
    TableReader reader(folder, "flows", names);
    FlowTotals totals(limits);
    Counter counter(reader, pinned, totals);
    while (reader.next())
        counter.count();
    totals.rows = reader.rows();
    return totals;
}

}  // namespace tlstriage::html
