// Reading for a few flows that a person names: what concerns those alone is analysed.
#pragma once

#include <functional>
#include <optional>

#include "cli/reading.h"
#include "engine/focus.h"
#include "report/selection.h"

namespace tlstriage::cli {

/// What a judgement of a reading found.
struct Found {
    std::size_t flows = 0;  ///< of those that are meant
    bool sure = true;       ///< and their verdicts are those that the whole captures give
};

/// The two readings that flows named by id or frame take cost little more than a walk each,
/// whatever else the captures hold.
class FocusedReading {
  public:
    /// Judges what was read. `focus`: null where all was analysed.
    using Judge = std::function<Found(dataplane::RunResult& run, const engine::Focus* focus)>;

    /// Borrows all of these.
    FocusedReading(const dataplane::RunPlan& plan, const capture::Inputs& inputs,
                   const dataplane::Executor& executor)
        : plan_(plan), inputs_(inputs), executor_(executor) {}

    /// Reads what concerns the flows alone where that is enough, and else all; has `judge` called
    /// for each, and returns the last one. Where the flows were found so, the places of frames that
    /// may belong to them are noted in it.
    dataplane::RunResult read(const report::Selection& selection, bool progress_bar,
                              const Judge& judge);

  private:
    /// Empty when the selection does not name flows by id or frame, or one was not found so.
    std::optional<dataplane::RunResult> read_near(const report::Selection& selection,
                                                  bool progress_bar);
    dataplane::RunResult read_all(bool progress_bar);
    dataplane::RunResult read_focused(bool progress_bar);

    const dataplane::RunPlan& plan_;
    const capture::Inputs& inputs_;
    const dataplane::Executor& executor_;
    std::optional<engine::Focus> focus_;
    bool narrow_ = false;  ///< the focus has been narrowed to the flows
};

}  // namespace tlstriage::cli
