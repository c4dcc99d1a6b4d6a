// The flows that carve is to write: read, judged and chosen.
#pragma once

#include <vector>

#include "carve/chosen_flow.h"
#include "cli/read_twice.h"
#include "cli/reading.h"
#include "report/selection.h"

namespace tlstriage::cli {

/// What was read, and the flows that are wanted of it, in the order of rows.
struct FoundFlows {
    dataplane::RunResult run;
    std::vector<carve::ChosenFlow> flows;
};

/// What stands for real addresses and names; null where those stay.
struct Pseudonyms {
    carve::AddressMap* addresses = nullptr;
    carve::NameMap* names = nullptr;
};

class FindingFlows {
  public:
    /// Borrows all of these.
    FindingFlows(const dataplane::RunPlan& plan, const capture::Inputs& inputs,
                 const dataplane::Executor& executor, const ReadTwice& read_twice,
                 bool progress_bar)
        : plan_(plan),
          inputs_(inputs),
          executor_(executor),
          read_twice_(read_twice),
          progress_bar_(progress_bar) {}

    /// Reads what concerns the flows alone where that gives the same, and else all.
    [[nodiscard]] FoundFlows find(const report::Selection& selection,
                                  const Pseudonyms& pseudonyms) const;

  private:
    const dataplane::RunPlan& plan_;
    const capture::Inputs& inputs_;
    const dataplane::Executor& executor_;
    const ReadTwice& read_twice_;
    bool progress_bar_;
};

}  // namespace tlstriage::cli
