#include "message_collector.h"

#include <algorithm>

#include "flow/reassembler.h"
#include "sense/sensor.h"
#include "tls/messages.h"

namespace tlstriage::bench {
namespace {

/// Sink of the reassembler and handler of the records.
class Collector {
  public:
    explicit Collector(Messages& messages) : messages_(messages) {}

    void bytes(Bytes data, Moment at) {
        if (first_.empty()) {
            first_.assign(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                           data.size(), sense::sensed_bytes)));
        }
        records_.bytes(data, at, *this);
    }
    void cut(std::uint64_t count, Moment at) { records_.gap(count, at, *this); }
    void lost(std::uint64_t count, Moment at) { records_.gap(count, at, *this); }

    bool expects_clear_handshake() const { return clear_; }
    void on_handshake(tls::HandshakeType type, Bytes body, bool whole, Moment) {
        if (!whole) return;
        if (type == tls::HandshakeType::client_hello) {
            messages_.client_hellos.emplace_back(body.begin(), body.end());
        } else if (type == tls::HandshakeType::certificate) {
            add_chain(body);
        }
    }
    void on_ssl2_hello(Bytes, bool, Moment) {}
    void on_alert(std::uint8_t, std::uint8_t, Moment) {}
    void on_record(const tls::RecordHeader& header, Moment) {
        if (header.type == tls::ContentType::change_cipher_spec) clear_ = false;
    }
    void on_out_of_sync(Moment) {}

    [[nodiscard]] const Message& first() const { return first_; }

  private:
    void add_chain(Bytes body) {
        std::vector<Bytes> ders;
        if (!tls::parse_certificates(body, ders) || ders.empty()) return;
        auto& chain = messages_.chains.emplace_back();
        for (const Bytes der : ders)
            chain.emplace_back(der.begin(), der.end());
    }

    Messages& messages_;
    tls::RecordStream records_;
    Message first_;
    bool clear_ = true;
};

}  // namespace

void collect_messages(const std::vector<flow::Segment>& direction, Messages& messages) {
    Collector collector(messages);
    flow::Reassembler stream;
    for (const flow::Segment& segment : direction) {
        if (segment.has(wire::tcp_flag::syn)) stream.start_at(segment.sequence + 1);
        if (segment.length == 0) continue;
        stream.segment(segment.data_sequence(), segment.data, segment.length, segment.at,
                       collector);
    }
    stream.finish(collector);
    if (collector.first().empty() || direction.empty()) return;
    const flow::Segment& begin = direction.front();
    const bool client = begin.has(wire::tcp_flag::syn) && !begin.has(wire::tcp_flag::ack);
    (client ? messages.first_bytes_client : messages.first_bytes_server)
        .push_back(collector.first());
}

}  // namespace tlstriage::bench
