// The records of several traces in order of time.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "capture/record_reader.h"
#include "capture/source.h"

namespace tlstriage::carve {

/// A trace that is read, and what the analysis said of it.
struct TraceToRead {
    capture::Input input;
    std::uint32_t file = 0;     ///< its number in the run
    std::uint32_t archive = 0;  ///< what it belongs to
    Nanoseconds first_packet = 0;
    Nanoseconds archive_begin = 0;  ///< span of the archive
    Nanoseconds archive_end = 0;
    /// Where the frames are that may be wanted; null: anywhere.
    const std::vector<capture::Place>* places = nullptr;
};

/// Reads traces, given by first packet, packet by packet; those of one time by their order. Only
/// traces whose turn has come are open. Within a trace the order is the file's. What can't be
/// opened is left out: the analysis has told of it.
class TraceMerge {
  public:
    explicit TraceMerge(std::span<const TraceToRead> traces) : traces_(traces) {}

    /// Moves on to the next packet; false at the end.
    bool next();
    [[nodiscard]] const TraceToRead& trace() const { return traces_[open_[current_].trace]; }
    [[nodiscard]] const capture::Record& record() const { return open_[current_].reader->record(); }
    [[nodiscard]] const capture::Interface& interface() const {
        return open_[current_].reader->format().interfaces()[record().interface_id];
    }
    /// What a pcapng says beside, of that interface and of the record.
    [[nodiscard]] std::span<const capture::KeptOption> interface_options() const {
        return open_[current_].reader->interface_options();
    }
    [[nodiscard]] std::vector<capture::KeptOption> packet_options() const {
        return open_[current_].reader->packet_options();
    }
    /// Of the record.
    [[nodiscard]] Moment at() const { return {record().time, open_[current_].reader->frame()}; }

  private:
    struct Open {
        std::size_t trace = 0;
        std::unique_ptr<capture::RecordReader> reader;
    };

    void open_next();

    std::span<const TraceToRead> traces_;
    std::size_t next_ = 0;  ///< trace to be opened
    std::vector<Open> open_;
    std::size_t current_ = 0;  ///< in open_
    bool begun_ = false;
};

}  // namespace tlstriage::carve
