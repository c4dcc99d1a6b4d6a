// What a direction's bytes in order mean: the sink of its reassembly and the handler of its
// records.
#pragma once

#include "evidence/collector.h"

namespace tlstriage::evidence {

/// Made for one call, over one lane of one flow.
class StreamReader {
  public:
    StreamReader(Collector& collector, Evidence& evidence, Conversation& conversation,
                 std::uint8_t lane)
        : collector_(collector), evidence_(evidence), conversation_(conversation), lane_(lane) {}

    // Sink of flow::Reassembler
    void bytes(Bytes data, Moment at);
    void cut(std::uint64_t count, Moment at);
    void lost(std::uint64_t count, Moment at);
    /// The direction is over.
    void finish(Moment at);

    // Handler of tls::RecordStream
    [[nodiscard]] bool expects_clear_handshake() const;
    void on_handshake(tls::HandshakeType type, Bytes body, bool whole, Moment at);
    void on_ssl2_hello(Bytes message, bool whole, Moment at);
    void on_alert(std::uint8_t level, std::uint8_t description, Moment at);
    void on_record(const tls::RecordHeader& header, Moment at);
    void on_out_of_sync(Moment at) {
        if (!own().no_record.seen()) own().no_record = at;
    }

  private:
    [[nodiscard]] Side side() const { return evidence_.side_of_lane(lane_); }
    [[nodiscard]] SideEvidence& own() { return evidence_.side(side()); }
    [[nodiscard]] const SideEvidence& own() const { return evidence_.side(side()); }
    [[nodiscard]] Direction& direction() { return conversation_.directions[lane_]; }

    void in_order(Bytes data, Moment at);
    void read_dns(Bytes data, Moment at);
    void sense(Bytes data, Moment at, bool last_chance);
    [[nodiscard]] sense::Protocol identify(Bytes first);
    void decide(sense::Protocol protocol, Bytes first, Moment at);
    void begin_tls(sense::Protocol protocol, Bytes first, Moment at);
    void begin_plaintext(sense::Protocol protocol, Bytes first, Moment at);
    void skip_proxy_header(Bytes first, Moment at);
    void watch_for_tls(Bytes data, Moment at);
    void follow_dialogue(sense::Protocol protocol, Bytes data, Moment at);
    void note_step(const plain::DialogueEvent& event, Moment at);
    void begin_inside(Bytes rest, Moment at);
    void read_http_response(Bytes data, Moment at);
    void missing(std::uint64_t count, Moment at);
    void note_hole_before_fin();

    /// Takes the name out of it.
    void read_client_hello(tls::ClientHello& hello, bool whole, Moment at);
    void read_server_hello(Bytes body, bool whole, Moment at);
    void read_certificate(Bytes body, bool whole, Moment at);
    void note_authority(const tls::Chain& chain);
    void note_application_record(const tls::RecordHeader& header, Moment at);

    Collector& collector_;
    Evidence& evidence_;
    Conversation& conversation_;
    std::uint8_t lane_;
};

}  // namespace tlstriage::evidence
