// Reading for a few flows that a person names: what concerns those alone is analysed.
#pragma once

#include <optional>

#include "cli/reading.h"
#include "engine/focus.h"
#include "report/selection.h"

namespace tlstriage::cli {

/// The two readings of read() cost little more than a walk each, whatever else the captures hold.
class FocusedReading {
  public:
    /// Borrows all of these.
    FocusedReading(const dataplane::RunPlan& plan, const capture::Inputs& inputs,
                   const dataplane::Executor& executor)
        : plan_(plan), inputs_(inputs), executor_(executor) {}

    /// Empty when the selection does not name flows by id or frame, or one was not found so: then
    /// all has to be read.
    std::optional<dataplane::RunResult> read(const report::Selection& selection, bool progress_bar);
    /// All is analysed. Where read() has found the flows their frames' places are noted as there.
    dataplane::RunResult read_all(bool progress_bar);
    /// Of what read() gave.
    [[nodiscard]] const engine::Focus& focus() const { return *focus_; }

  private:
    dataplane::RunResult read_focused(bool progress_bar);

    const dataplane::RunPlan& plan_;
    const capture::Inputs& inputs_;
    const dataplane::Executor& executor_;
    std::optional<engine::Focus> focus_;
    bool narrow_ = false;  ///< the focus has been narrowed to the flows
};

}  // namespace tlstriage::cli
