#include "cli/finding_flows.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>

#include "cli/focused_reading.h"

namespace tlstriage::cli {
namespace {

class Choosing {
  public:
    /// `focus`: of the reading, null where all was analysed.
    Choosing(const report::Selection& selection, const std::vector<std::string>& files,
             const Pseudonyms& pseudonyms, const engine::Focus* focus)
        : selection_(selection), files_(files), pseudonyms_(pseudonyms), focus_(focus) {}

    engine::OnJudged handlers() {
        return {.flows = engine::one_by_one(
                    [this](const engine::JudgedBatch& batch, const engine::JudgedFlow& flow) {
                        add(batch, flow);
                    }),
                .end_round = [this](std::size_t batches) {
                    for (auto& batch : std::span(batches_).first(batches)) {
                        std::ranges::move(batch, std::back_inserter(flows));
                        batch.clear();
                    }
                }};
    }

    /// Whether some flow may have another verdict where not all was analysed.
    [[nodiscard]] bool rests_on_others() const { return rests_on_others_; }

    std::vector<carve::ChosenFlow> flows;

  private:
    void add(const engine::JudgedBatch& batch, const engine::JudgedFlow& flow) {
        const report::Row row{flow.evidence, flow.verdict, files_, report::measure(flow.evidence)};
        if (!selection_.matches(row)) return;
        if (focus_ != nullptr && focus_->rests_on_others(flow)) rests_on_others_ = true;
        batches_[batch.index].push_back(
            carve::choose(flow, pseudonyms_.addresses, pseudonyms_.names));
    }

    const report::Selection& selection_;
    const std::vector<std::string>& files_;
    const Pseudonyms& pseudonyms_;
    const engine::Focus* focus_;
    std::atomic<bool> rests_on_others_ = false;
    std::array<std::vector<carve::ChosenFlow>, engine::round_batches> batches_;
};

}  // namespace

FoundFlows FindingFlows::find(const report::Selection& selection,
                              const Pseudonyms& pseudonyms) const {
    // The maps of pseudonyms are one for all, and grow.
    const bool serially = pseudonyms.addresses != nullptr;
    const engine::Parallel parallel =
        serially ? engine::Parallel(engine::run_serially) : executor_.parallel();
    std::vector<carve::ChosenFlow> flows;
    const auto judge = [&](dataplane::RunResult& run, const engine::Focus* focus) {
        read_twice_.restore(run.files);
        Choosing choosing(selection, run.files, pseudonyms, focus);
        run.engine->judge(parallel, choosing.handlers());
        flows = std::move(choosing.flows);
        return Found{flows.size(), !choosing.rests_on_others()};
    };
    FocusedReading reading(plan_, inputs_, executor_);
    dataplane::RunResult run = reading.read(selection, progress_bar_, judge);
    return {std::move(run), std::move(flows)};
}

}  // namespace tlstriage::cli
