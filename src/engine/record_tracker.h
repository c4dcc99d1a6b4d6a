// Follows TLS records of a settled direction by arithmetic, without touching their bodies.
#pragma once

#include <cstdint>

#include "flow/sequence.h"
#include "tls/record.h"
#include "tls/record_stream.h"

namespace tlstriage::engine {

/// Knows where the next record header is. A header that is lost, or split over segments, ends that
/// knowledge until a segment begins with a plausible one.
class RecordTracker {
  public:
    /// The next header is at `sequence`.
    void start_at(std::uint32_t sequence) {
        next_header_ = sequence;
        known_ = true;
    }

    /// A segment's payload; calls on_header(RecordHeader) for each header that begins in it.
    template <class OnHeader>
    void segment(std::uint32_t sequence, Bytes data, std::uint32_t length, OnHeader&& on_header) {
        if (known_ && flow::distance(sequence + length, next_header_) <= 0) return;
        if (known_ && flow::distance(sequence, next_header_) > 0) known_ = false;
        if (!known_) {
            if (!tls::RecordStream::resumes_at(data)) return;
            start_at(sequence);
        }
        auto offset = static_cast<std::uint32_t>(next_header_ - sequence);
        while (offset < length) {
            if (data.size() < tls::RecordHeader::size ||
                offset > data.size() - tls::RecordHeader::size) {
                known_ = false;
                return;
            }
            const tls::RecordHeader header = tls::RecordHeader::read(data.data() + offset);
            if (!header.plausible()) {
                known_ = false;
                return;
            }
            on_header(header);
            offset += static_cast<std::uint32_t>(tls::RecordHeader::size) + header.length;
        }
        next_header_ = sequence + offset;
    }

    /// All members in turn, for who keeps this elsewhere and reads it back.
    template <class Self, class Io>
    static void members(Self& self, Io& io) {
        io(self.next_header_, self.known_);
    }

  private:
    std::uint32_t next_header_ = 0;
    bool known_ = false;
};

}  // namespace tlstriage::engine
