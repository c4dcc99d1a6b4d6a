// One direction of a flow: from its segments to what is to be written instead of its names.
#pragma once

#include <vector>

#include "carve/handshake_names.h"
#include "carve/name_tools.h"
#include "carve/stream_plan.h"
#include "flow/reassembler.h"
#include "plain/tds_framing.h"
#include "tls/record_stream.h"

namespace tlstriage::carve {

/// What both directions of a flow know of its handshake.
struct Negotiated {
    std::uint16_t version = 0;
    bool hello_retry = false;
};

/// Reads clear text up to where TLS begins, then records. What may hold a name and can't be read,
/// after a gap or because it is cut, is blanked; what is encrypted stays.
class StreamWalk {
  public:
    StreamWalk(NameTools& tools, Negotiated& negotiated, StreamPlan& plan)
        : tools_(tools), negotiated_(negotiated), plan_(plan) {}

    /// The first byte's sequence number, as a SYN tells it.
    void start_at(std::uint32_t sequence);
    void segment(std::uint32_t sequence, Bytes captured, std::uint32_t length, Moment at);
    void finish();

    // Sink of flow::Reassembler
    void bytes(Bytes data, Moment at);
    void cut(std::uint64_t count, Moment at) { missing(count, at); }
    void lost(std::uint64_t count, Moment at) { missing(count, at); }

    // Handler of tls::RecordStream
    [[nodiscard]] bool expects_clear_handshake() const;
    void on_clear(Bytes part);
    void on_unread(Bytes part) { blank(offset_of(part), part.size()); }
    void on_handshake(tls::HandshakeType type, Bytes body, bool whole, Moment at);
    void on_ssl2_hello(Bytes, bool, Moment) {}
    void on_alert(std::uint8_t, std::uint8_t, Moment) {}
    void on_record(const tls::RecordHeader& header, Moment);
    void on_out_of_sync(Moment) {}

  private:
    /// Bytes of the stream that one part of a message fills.
    struct Piece {
        std::uint64_t offset = 0;
        std::size_t length = 0;
    };

    void clear_text(Bytes data, Moment at);
    void end_clear_text(std::size_t count);
    void begin_tls(std::size_t at_byte, Moment at);
    void records(Bytes data, std::uint64_t offset, Moment at);
    void read_chunk(Bytes data, std::uint64_t offset, Moment at);
    void missing(std::uint64_t count, Moment at);
    void forget_pieces();
    void change(std::uint64_t offset, Bytes from, Bytes to);
    void blank(std::uint64_t offset, std::uint64_t length);
    [[nodiscard]] std::uint64_t offset_of(Bytes part) const {
        return chunk_offset_ + static_cast<std::uint64_t>(part.data() - chunk_.data());
    }

    NameTools& tools_;
    Negotiated& negotiated_;
    StreamPlan& plan_;
    flow::Reassembler stream_;
    tls::RecordStream records_;
    plain::TdsFraming tds_;
    std::uint64_t next_ = 0;  ///< offset of the next byte
    bool begun_ = false;
    bool from_the_middle_ = true;  ///< bytes before may have been missed
    bool tls_ = false;
    bool in_tds_ = false;
    bool change_cipher_spec_ = false;
    std::vector<std::uint8_t> text_;   ///< clear text that waits, up to next_
    std::vector<Piece> pieces_;        ///< of messages that are not told yet
    std::vector<std::uint8_t> clear_;  ///< their bytes
    std::uint64_t doubtful_end_ = 0;   ///< up to here a gap may hide where messages begin
    bool doubtful_ = false;            ///< nothing of the chunk was told to be of a message
    bool unreadable_ = false;          ///< all that comes
    Bytes chunk_;                      ///< that is being read
    std::uint64_t chunk_offset_ = 0;
};

}  // namespace tlstriage::carve
