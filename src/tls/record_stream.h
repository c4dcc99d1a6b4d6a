// One direction's bytes to TLS records and clear handshake messages.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "base/time.h"
#include "tls/messages.h"
#include "tls/record.h"

namespace tlstriage::tls {

/// Splits a direction's byte stream into records. Bodies of encrypted and application records are
/// skipped by arithmetic; only clear handshake messages are put together, up to max_message.
/// Survives gaps: one inside a body whose length is known costs that body alone; otherwise parsing
/// stops until a segment begins with a plausible record header.
///
/// The Handler is called in stream order, each Moment being that of the byte that completed it:
///   bool expects_clear_handshake();                   may this side's handshake records be clear?
///   void on_handshake(HandshakeType, Bytes body, bool whole, Moment);
///   void on_ssl2_hello(Bytes message, bool whole, Moment);
///   void on_alert(std::uint8_t level, std::uint8_t description, Moment);          clear
///   void on_record(const RecordHeader&, Moment);      every other record, when it is complete
///   void on_out_of_sync(Moment);                      bytes that are no record header
/// A handler that has to know where messages stand in the stream may have two more:
///   void on_clear(Bytes);     part of the data that belongs to the next messages that are told
///   void on_unread(Bytes);    part of it that may be clear and is not read, after a gap
class RecordStream {
  public:
    static constexpr std::size_t max_message = 512 * 1024;

    /// As new, but for its memory.
    void clear() {
        std::vector<std::uint8_t> kept = std::move(message_);
        kept.clear();
        *this = RecordStream{};
        message_ = std::move(kept);
    }

    /// The stream begins with an SSLv2 CLIENT-HELLO (two-byte header, RFC 5246 §E.2).
    void expect_ssl2() { state_ = State::ssl2; }

    template <class Handler>
    void bytes(Bytes data, Moment at, Handler& handler) {
        while (!data.empty()) {
            switch (state_) {
                case State::header: data = read_header(data, at, handler); break;
                case State::body: data = read_body(data, at, handler); break;
                case State::ssl2: data = read_ssl2(data, at, handler); break;
                case State::lost:
                    if (!resumes_at(data)) return tell_unread(data, handler);
                    state_ = State::header;
                    break;
            }
        }
    }

    /// `count` bytes of the stream are missing here.
    template <class Handler>
    void gap(std::uint64_t count, Moment at, Handler& handler) {
        give_up_message(count, at, handler);
        if (state_ == State::body && count < body_left_) {
            body_left_ -= static_cast<std::uint32_t>(count);
            return;
        }
        if (state_ == State::body && count == body_left_) {
            body_left_ = 0;
            end_record(at, handler);
            return;
        }
        state_ = State::lost;
        header_have_ = 0;
    }

    /// The stream is over: hands out what there is of an unfinished message.
    template <class Handler>
    void end(Moment at, Handler& handler) {
        give_up_message(0, at, handler);
    }

    /// Bytes until the next record header, when that is known (for skipping by arithmetic).
    [[nodiscard]] bool at_known_place() const {
        return state_ == State::body || (state_ == State::header && header_have_ == 0);
    }
    [[nodiscard]] std::uint32_t bytes_to_next_header() const {
        return state_ == State::body ? body_left_ : 0;
    }
    /// Whether the last byte seen lies inside a record.
    [[nodiscard]] bool inside_record() const {
        return state_ == State::body || state_ == State::ssl2 || header_have_ != 0;
    }

    /// Whether records seem to begin at `data`: a plausible header, followed by another one when
    /// the data reaches that far.
    static bool resumes_at(Bytes data) {
        if (data.size() < RecordHeader::size) return false;
        const RecordHeader first = RecordHeader::read(data.data());
        if (!first.plausible() || first.length == 0) return false;
        const Bytes behind = data.size() - RecordHeader::size > first.length
                                 ? data.subspan(RecordHeader::size + first.length)
                                 : Bytes{};
        return behind.size() < RecordHeader::size || RecordHeader::read(behind.data()).plausible();
    }

    /// All members in turn, for who keeps this elsewhere and reads it back.
    template <class Self, class Io>
    static void members(Self& self, Io& io) {
        io(self.message_, self.message_skip_, self.body_left_);
        io.enumeration(self.header_.type, ContentType{255});
        io(self.header_.version, self.header_.length);
        io.enumeration(self.state_, State::lost);
        io.enumeration(self.body_, Body::alert);
        io(self.header_bytes_, self.alert_bytes_, self.alert_have_);
        io.number(self.header_have_, RecordHeader::size - 1);
    }

  private:
    enum class State : std::uint8_t { header, body, ssl2, lost };
    enum class Body : std::uint8_t { skip, undecided, handshake, alert };

    template <class Handler>
    Bytes read_header(Bytes data, Moment at, Handler& handler) {
        std::size_t take = RecordHeader::size;
        if (header_have_ == 0 && data.size() >= take) {
            header_ = RecordHeader::read(data.data());
        } else {
            take = std::min(RecordHeader::size - header_have_, data.size());
            std::copy_n(data.begin(), take, header_bytes_.begin() + header_have_);
            header_have_ = static_cast<std::uint8_t>(header_have_ + take);
            if (header_have_ < RecordHeader::size) return {};
            header_have_ = 0;
            header_ = RecordHeader::read(header_bytes_.data());
        }
        if (!header_.plausible()) {
            state_ = State::lost;
            handler.on_out_of_sync(at);
            tell_unread(data.subspan(take), handler);
            return {};
        }
        begin_record(at, handler);
        return data.subspan(take);
    }

    template <class Handler>
    static void tell_unread(Bytes data, Handler& handler) {
        if constexpr (requires { handler.on_unread(data); }) handler.on_unread(data);
    }

    template <class Handler>
    void begin_record(Moment at, Handler& handler) {
        state_ = State::body;
        body_left_ = header_.length;
        body_ = Body::skip;
        if (header_.type == ContentType::alert && header_.length == 2) {
            body_ = Body::alert;
            alert_have_ = 0;
        } else if (header_.type == ContentType::handshake) {
            body_ = handler.expects_clear_handshake() ? Body::handshake : Body::undecided;
        }
        if (body_left_ == 0) end_record(at, handler);
    }

    template <class Handler>
    Bytes read_body(Bytes data, Moment at, Handler& handler) {
        const std::size_t take = std::min<std::size_t>(body_left_, data.size());
        const Bytes part = data.first(take);
        if (body_ == Body::undecided) {
            body_ = is_second_client_hello(part) ? Body::handshake : Body::skip;
        }
        if (body_ == Body::handshake) {
            read_messages(part, at, handler);
        } else if (body_ == Body::alert) {
            for (const std::uint8_t byte : part)
                alert_bytes_[alert_have_++ & 1U] = byte;
        }
        body_left_ -= static_cast<std::uint32_t>(take);
        if (body_left_ == 0) end_record(at, handler);
        return data.subspan(take);
    }

    template <class Handler>
    void end_record(Moment at, Handler& handler) {
        state_ = State::header;
        if (body_ == Body::alert && alert_have_ == 2) {
            handler.on_alert(alert_bytes_[0], alert_bytes_[1], at);
        } else if (body_ != Body::handshake) {
            handler.on_record(header_, at);
        }
    }

    /// After ChangeCipherSpec a handshake record is encrypted, unless it is the ClientHello that
    /// answers a HelloRetryRequest the capture does not have.
    [[nodiscard]] bool is_second_client_hello(Bytes part) const {
        return part.size() >= 4 && part[0] == 1 && part[1] == 0 &&
               load_big<std::uint16_t>(&part[2]) + 4 == header_.length;
    }

    //  struct { HandshakeType msg_type; uint24 length; ... } Handshake
    template <class Handler>
    void read_messages(Bytes part, Moment at, Handler& handler) {
        if (message_skip_ > 0) {
            const std::size_t skipped = std::min<std::size_t>(message_skip_, part.size());
            message_skip_ -= static_cast<std::uint32_t>(skipped);
            tell_unread(part.first(skipped), handler);
            part = part.subspan(skipped);
        }
        if (part.empty()) return;
        if constexpr (requires { handler.on_clear(part); }) handler.on_clear(part);
        if (!message_.empty()) {
            message_.insert(message_.end(), part.begin(), part.end());
            part = message_;
        }
        while (part.size() >= 4) {
            const std::size_t length =
                std::size_t{part[1]} << 16U | load_big<std::uint16_t>(&part[2]);
            if (part.size() - 4 < length) break;
            handler.on_handshake(static_cast<HandshakeType>(part[0]), part.subspan(4, length), true,
                                 at);
            part = part.subspan(4 + length);
        }
        if (message_.empty()) {
            if (!part.empty()) message_.assign(part.begin(), part.end());
        } else {  // of which `part` is the end
            message_.erase(message_.begin(),
                           message_.end() - static_cast<std::ptrdiff_t>(part.size()));
        }
        if (message_.size() > max_message) give_up_message(0, at, handler);
    }

    template <class Handler>
    void give_up_message(std::uint64_t missing, Moment at, Handler& handler) {
        if (state_ == State::ssl2) {
            if (message_.size() > 2) handler.on_ssl2_hello(Bytes(message_).subspan(2), false, at);
            message_.clear();
            return;
        }
        if (message_.size() >= 4) {
            const std::size_t length =
                std::size_t{message_[1]} << 16U | load_big<std::uint16_t>(&message_[2]);
            const std::size_t left = length - std::min(length, message_.size() - 4);
            handler.on_handshake(static_cast<HandshakeType>(message_[0]),
                                 Bytes(message_).subspan(4), false, at);
            message_skip_ =
                static_cast<std::uint32_t>(left - std::min<std::uint64_t>(left, missing));
        } else if (message_skip_ > 0) {
            message_skip_ -=
                static_cast<std::uint32_t>(std::min<std::uint64_t>(message_skip_, missing));
        } else if (missing > 0 && state_ == State::body && body_ == Body::handshake) {
            body_ = Body::skip;  // where the next message begins in this record is not known
        }
        message_.clear();
    }

    template <class Handler>
    Bytes read_ssl2(Bytes data, Moment at, Handler& handler) {
        message_.push_back(data[0]);
        data = data.subspan(1);
        if (message_.size() >= 2) {
            const std::size_t length = 2 + (load_big<std::uint16_t>(message_.data()) & 0x7fffU);
            const std::size_t take =
                std::min(length - std::min(length, message_.size()), data.size());
            message_.insert(message_.end(), data.begin(), data.begin() + static_cast<long>(take));
            data = data.subspan(take);
            if (message_.size() >= length) {
                handler.on_ssl2_hello(Bytes(message_).subspan(2), true, at);
                message_.clear();
                state_ = State::header;
            }
        }
        return data;
    }

    std::vector<std::uint8_t> message_;  ///< a message's beginning, its header included
    std::uint32_t message_skip_ = 0;     ///< bytes left of a message that was given up
    std::uint32_t body_left_ = 0;
    RecordHeader header_;
    State state_ = State::header;
    Body body_ = Body::skip;
    std::array<std::uint8_t, RecordHeader::size> header_bytes_{};
    std::uint8_t header_have_ = 0;
    std::array<std::uint8_t, 2> alert_bytes_{};
    std::uint8_t alert_have_ = 0;
};

}  // namespace tlstriage::tls
