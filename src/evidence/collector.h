// Fills a flow's Evidence from its segments.
#pragma once

#include <utility>
#include <vector>

#include "evidence/conversation.h"
#include "evidence/evidence.h"
#include "evidence/hello_shapes.h"
#include "sense/sensor.h"
#include "tls/certificate.h"

namespace tlstriage::evidence {

/// What is left to do with a flow after a segment.
enum class Progress : std::uint8_t {
    open,           ///< keep feeding
    settled,        ///< application data went both ways: only its end is of interest now
    duplicate,      ///< the capture holds this frame twice: it was not used
    uninteresting,  ///< speaks something that is not TLS and never turns into it
};

/// A DNS message out of a TCP stream (RFC 7766 §8).
struct DnsOverTcp {
    Side sender;
    std::vector<std::uint8_t> message;
    Moment at;
};

/// Feeds segments through reassembly, sensing and TLS parsing into Evidence. One for each shard: it
/// owns the cache of hello shapes; that of certificates is the run's. A Conversation and its
/// Evidence are passed in together, always the same pair.
class Collector {
  public:
    Collector(const sense::Database& database, tls::ChainCache& chains);

    /// A segment on `lane` (0: sent by the lower end of the FlowKey), in capture order. When its
    /// bytes prove that the client was guessed wrongly, the evidence's sides are swapped.
    Progress segment(Evidence& evidence, Conversation& conversation, const flow::Segment& segment,
                     std::uint8_t lane);

    /// DNS messages that the last call of segment() completed.
    [[nodiscard]] bool has_dns() const { return !dns_.empty(); }
    std::vector<DnsOverTcp> take_dns() { return std::exchange(dns_, {}); }

    /// Gives up the holes of both directions, so that nothing waits in reassembly.
    void pass_holes(Evidence& evidence, Conversation& conversation);

    /// The flow has ended or is not followed any more: what waits is read, and losses are noted.
    void finish(Evidence& evidence, Conversation& conversation);

    [[nodiscard]] HelloShapes& shapes() { return shapes_; }

  private:
    friend class StreamReader;

    sense::Sensor sensor_;
    tls::ChainCache& chains_;
    HelloShapes shapes_;
    tls::ClientHello hello_;   ///< scratch, as is the next
    std::vector<Bytes> ders_;  ///< of a Certificate message
    std::vector<DnsOverTcp> dns_;
};

/// Notes the flags of a segment on its side: SYN, ACK, FIN, RST. Also for settled flows.
void note_flags(Evidence& evidence, const flow::Segment& segment, Side side);

}  // namespace tlstriage::evidence
