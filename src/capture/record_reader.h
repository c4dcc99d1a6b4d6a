// A trace's records one at a time, for whoever reads several traces in step (walk.h calls back).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "capture/kept_options.h"
#include "capture/place.h"
#include "capture/walk.h"

namespace tlstriage::capture {

class RecordReader {
  public:
    /// With `places` the records there alone, which are in order and were found when the trace was
    /// read before; they must outlive this.
    explicit RecordReader(std::unique_ptr<Source> source,
                          std::optional<std::span<const Place>> places = {})
        : source_(std::move(source)),
          walker_(*source_, walk_window),
          more_(walker_.begin()),
          places_(places) {}

    /// Moves on to the next packet; false at the end.
    bool next();
    /// Valid until the next call of next().
    [[nodiscard]] const Record& record() const { return record_; }
    /// Its number, as Wireshark counts.
    [[nodiscard]] std::uint64_t frame() const { return walker_.result.frames; }
    [[nodiscard]] const Format& format() const { return *walker_.result.format; }

    /// What a pcapng says beside of the record's interface, and of the record.
    [[nodiscard]] std::span<const KeptOption> interface_options() const;
    [[nodiscard]] std::vector<KeptOption> packet_options() const;

  private:
    bool next_place();
    void control();

    std::unique_ptr<Source> source_;
    Walker walker_;
    Record record_;
    Bytes block_;  ///< that the record is in
    bool more_;
    std::optional<std::span<const Place>> places_;            ///< those to come
    std::vector<std::vector<KeptOption>> interface_options_;  ///< by Record::interface_id
    std::size_t option_bytes_ = 0;                            ///< in them
};

}  // namespace tlstriage::capture
