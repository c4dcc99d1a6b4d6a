// Several recorded runs as one.
#pragma once

#include <vector>

#include "record/run_record.h"
#include "record/stitch.h"

namespace tlstriage::record {

/// Owns its parts, whose pool it borrows. What the parts have of files and archives is numbered
/// anew, as one run over all their captures would have. The order of the parts does not matter.
class MergedRun {
  public:
    /// Throws std::runtime_error when the parts were made with options that can't be reconciled.
    explicit MergedRun(std::vector<RecordedRun> parts);

    [[nodiscard]] const Settings& settings() const { return parts_.front().settings; }
    [[nodiscard]] report::RunFacts& facts() { return facts_; }
    // These borrow this object.
    [[nodiscard]] engine::Records records() const;
    [[nodiscard]] std::vector<BorderPlace> borders() const;

  private:
    /// New numbers of what a part has.
    struct Numbers {
        std::vector<std::uint32_t> files;
        std::vector<std::uint32_t> archives;
    };

    void number_traces();
    void number_archives();
    void add_up_facts();
    void renumber();
    static void renumber(engine::Border& border, const Numbers& numbers);
    void stitch();

    std::vector<RecordedRun> parts_;
    Stitcher stitcher_;
    std::vector<Numbers> numbers_;  ///< by part
    report::RunFacts facts_;
    std::vector<engine::Archive> archives_;
    std::vector<engine::Lookup> lookups_;
};

}  // namespace tlstriage::record
