#include "cli/focused_reading.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace tlstriage::cli {
namespace {

/// For more flows than these all is read at once.
constexpr std::size_t most_flows = 1000;

std::vector<std::uint64_t> identities_of(const report::Selection& selection) {
    std::vector<std::uint64_t> identities;
    for (const std::string& id : selection.flow_ids()) {
        std::uint64_t& identity = identities.emplace_back();
        std::from_chars(id.data(), id.data() + id.size(), identity, 16);
    }
    return identities;
}

std::vector<FlowKey> ends_of(const report::Selection& selection) {
    std::vector<FlowKey> ends;
    for (const report::Selection::Frame& frame : selection.frames())
        ends.push_back(frame.ends);
    return ends;
}

}  // namespace

dataplane::RunResult FocusedReading::read(const report::Selection& selection, bool progress_bar,
                                          const Judge& judge) {
    if (auto run = read_near(selection, progress_bar)) {
        const Found found = judge(*run, &*focus_);
        const std::size_t wanted = std::max<std::size_t>(selection.flow_ids().size(), 1);
        if (found.sure && found.flows >= wanted) return std::move(*run);
    }
    dataplane::RunResult run = read_all(progress_bar);
    judge(run, nullptr);
    return run;
}

std::optional<dataplane::RunResult> FocusedReading::read_near(const report::Selection& selection,
                                                              bool progress_bar) {
    // Kinds of choices are and-ed, so that one kind is enough to know where to look.
    const bool by_id = !selection.flow_ids().empty();
    const std::vector<std::uint64_t> identities = identities_of(selection);
    const std::vector<FlowKey> ends = by_id ? std::vector<FlowKey>{} : ends_of(selection);
    const std::size_t flows = identities.size() + ends.size();
    if (flows == 0 || flows > most_flows || plan_.pcap_port) return std::nullopt;

    focus_.emplace(identities, ends);
    const auto narrow = [&] {
        return focus_->narrow(read_focused(progress_bar).engine->records().lookups);
    };
    narrow_ = narrow();
    if (!narrow_) {
        focus_->look_everywhere();
        narrow_ = narrow();
    }
    if (!narrow_) return std::nullopt;
    return read_focused(progress_bar);
}

dataplane::RunResult FocusedReading::read_all(bool progress_bar) {
    if (!narrow_) return cli::read(plan_, inputs_, executor_, progress_bar);
    focus_->analyse_all();
    return read_focused(progress_bar);
}

dataplane::RunResult FocusedReading::read_focused(bool progress_bar) {
    dataplane::RunPlan plan = plan_;
    plan.limits.focus = &*focus_;
    return cli::read(plan, inputs_, executor_, progress_bar);
}

}  // namespace tlstriage::cli
