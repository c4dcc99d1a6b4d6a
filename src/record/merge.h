// Several recorded runs as one.
#pragma once

#include <vector>

#include "record/run_record.h"
#include "record/stitch.h"

namespace tlstriage::record {

/// Owns its parts, and borrows their pool. What the parts have of traces and archives is numbered
/// anew, as one run over all their captures would have it; the order of the parts does not matter.
///
/// Until join() the pieces that were captured in one go lie beside one another: so they are
/// written, and so another merge can put a piece between two of them. join() makes archives of
/// them, and joins the flows and lookups that they cut.
class MergedRun {
  public:
    /// Throws std::runtime_error when the parts were made with options that can't be reconciled.
    MergedRun(std::vector<RecordedRun> parts, Pool& pool);

    /// Once.
    void join();

    [[nodiscard]] const Settings& settings() const { return parts_.front().settings; }
    [[nodiscard]] report::RunFacts& facts() { return facts_; }
    // These borrow this object.
    [[nodiscard]] engine::Records records() const;
    [[nodiscard]] std::vector<BorderPlace> borders() const;

  private:
    /// New numbers of what a part has.
    struct Numbers {
        std::vector<std::uint32_t> files;
        std::vector<std::uint32_t> pieces;  ///< by its archives
    };

    void number_traces();
    void number_pieces();
    void renumber();
    void add_up_facts();
    void make_archives();

    std::vector<RecordedRun> parts_;
    Pool& pool_;
    Stitcher stitcher_;
    std::vector<Numbers> numbers_;  ///< by part
    report::RunFacts facts_;
    std::vector<Piece> pieces_;
    std::vector<engine::Archive> archives_;  ///< before join() the pieces
    std::vector<std::uint32_t> archive_of_piece_;
    std::vector<engine::Lookup> lookups_;
    std::vector<engine::EvidenceStore> joined_{engine::shard_count};  ///< by shard
};

}  // namespace tlstriage::record
