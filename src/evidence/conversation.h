// The parsing state of a flow whose handshake is not settled yet.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "evidence/evidence.h"
#include "flow/reassembler.h"
#include "flow/segment.h"
#include "plain/dialogue.h"
#include "plain/tds_framing.h"
#include "tls/record_stream.h"

namespace tlstriage::evidence {

/// Recognises frames that the capture holds twice (verdicts.md §1): the last few of a direction.
class DuplicateFilter {
  public:
    /// Whether `segment` repeats one of at most 20 ms ago; remembers it.
    bool repeats(const flow::Segment& segment);

    /// All members in turn, for who keeps this elsewhere and reads it back.
    template <class Self, class Io>
    static void members(Self& self, Io& io) {
        io(self.seen_, self.next_);
    }

  private:
    struct Seen {
        std::uint64_t content = 0;  ///< hash of header fields and payload
        std::uint64_t where = 0;    ///< interface, VLAN, TTL
        Nanoseconds time = 0;

        template <class Self, class Io>
        static void members(Self& self, Io& io) {
            io(self.content, self.where);
            io.time(self.time);
        }
    };
    std::array<Seen, 8> seen_{};
    std::uint8_t next_ = 0;
};

/// What a direction's bytes are taken for.
enum class Speech : std::uint8_t {
    undecided,  ///< too few bytes yet: they wait in `prefix`
    tls,
    plain,  ///< another protocol, watched for an upgrade to TLS
    ended,  ///< not looked at any more
};

struct Direction {
    flow::Reassembler stream;
    tls::RecordStream records;
    DuplicateFilter duplicates;
    plain::TdsFraming tds;
    std::vector<std::uint8_t> prefix;
    Moment prefix_at;  ///< of its first byte
    Speech speech = Speech::undecided;
    std::uint16_t tries = 0;  ///< segments looked at in vain for TLS

    /// As new, but for its memory.
    void clear() {
        stream.clear();
        records.clear();
        duplicates = {};
        tds = {};
        prefix.clear();
        prefix_at = {};
        speech = Speech::undecided;
        tries = 0;
    }
};

struct Conversation {
    std::array<Direction, 2> directions;  ///< by lane: 0 is what the lower end of the FlowKey sends
    plain::Dialogue dialogue;
    bool tds_framed = false;                        ///< TLS comes inside TDS packets
    std::vector<std::uint8_t> certificate_request;  ///< the message's body, for the answer to it

    /// Bytes that wait in reassembly.
    [[nodiscard]] std::size_t held_bytes() const {
        return directions[0].stream.held_bytes() + directions[1].stream.held_bytes();
    }
    void clear() {
        for (Direction& direction : directions)
            direction.clear();
        dialogue.clear();
        tds_framed = false;
        certificate_request.clear();
    }
};

}  // namespace tlstriage::evidence
