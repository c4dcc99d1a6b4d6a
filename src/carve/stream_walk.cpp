#include "carve/stream_walk.h"

#include <algorithm>

#include "tls/names.h"

namespace tlstriage::carve {
namespace {

using tls::HandshakeType;

/// Clear text is read in parts of so many bytes at most; a name lies within one but by chance.
constexpr std::size_t most_text = 64 * 1024;
constexpr std::size_t tds_header = 8;
/// Record header, message type and the first byte of its length.
constexpr std::size_t enough_for_tls = 7;

bool is_handshake_type(std::uint8_t type) {
    switch (static_cast<HandshakeType>(type)) {
        case HandshakeType::client_hello:
        case HandshakeType::server_hello:
        case HandshakeType::new_session_ticket:
        case HandshakeType::certificate:
        case HandshakeType::server_key_exchange:
        case HandshakeType::certificate_request:
        case HandshakeType::server_hello_done:
        case HandshakeType::client_key_exchange:
        case HandshakeType::certificate_status: return true;
        default: return false;
    }
}

/// A record that begins a handshake message. No dialogue has such bytes in it.
bool begins_tls(Bytes data) {
    if (data.size() < enough_for_tls || data[0] != 0x16) return false;
    const tls::RecordHeader header = tls::RecordHeader::read(data.data());
    if (!header.plausible() || header.length == 0 || !is_handshake_type(data[5])) return false;
    return header.length < 4 || data[6] <= 7;
}

bool is_text(Bytes data) {
    return std::ranges::all_of(data, [](std::uint8_t c) {
        return (c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n' || c == '\t';
    });
}

/// Up to where no name is under way.
std::size_t whole_words(Bytes text) {
    constexpr std::size_t longest_name = 255;
    const auto is_of_name = [](std::uint8_t c) {
        return c == '.' || c == '-' || (c >= '0' && c <= ':') || (c >= 'A' && c <= 'Z') ||
               c == '_' || (c >= 'a' && c <= 'z');
    };
    std::size_t end = text.size();
    while (end > 0 && text.size() - end < longest_name && is_of_name(text[end - 1]))
        --end;
    return text.size() - end < longest_name ? end : text.size();
}

}  // namespace

void StreamWalk::start_at(std::uint32_t sequence) {
    if (next_ > 0) return;
    stream_.start_at(sequence);
    plan_.begin_at(sequence);
    begun_ = true;
    from_the_middle_ = false;
}

void StreamWalk::segment(std::uint32_t sequence, Bytes captured, std::uint32_t length, Moment at) {
    if (!begun_) plan_.begin_at(sequence);
    begun_ = true;
    stream_.segment(sequence, captured, length, at, *this);
}

void StreamWalk::finish() {
    stream_.finish(*this);
    end_clear_text(text_.size());
    records_.end({}, *this);
    forget_pieces();
    plan_.finish(next_);
}

void StreamWalk::bytes(Bytes data, Moment at) {
    const std::uint64_t offset = next_;
    next_ += data.size();
    if (tls_) return records(data, offset, at);
    clear_text(data, at);
}

void StreamWalk::missing(std::uint64_t count, Moment at) {
    blank(next_, count);  // a copy of it may come late
    if (tls_) {
        records_.gap(count, at, *this);
        forget_pieces();
        unreadable_ |= in_tds_;  // where its next packet begins is not known
        // Nor may be where the next message begins in this record.
        if (expects_clear_handshake()) {
            doubtful_end_ = next_ + count + records_.bytes_to_next_header();
        }
    } else {
        end_clear_text(text_.size());
        from_the_middle_ = true;
    }
    next_ += count;
}

void StreamWalk::clear_text(Bytes data, Moment at) {
    const std::size_t searched = text_.size() - std::min(text_.size(), enough_for_tls - 1);
    text_.insert(text_.end(), data.begin(), data.end());
    for (std::size_t i = searched; i + enough_for_tls <= text_.size(); ++i)
        if (begins_tls(Bytes(text_).subspan(i))) return begin_tls(i, at);
    // Another place in records: the house's own sign that some begin here.
    if (from_the_middle_ && text_.size() == data.size() && !is_text(data)) {
        if (tls::RecordStream::resumes_at(data)) return begin_tls(0, at);
        blank(next_ - data.size(), data.size());
        text_.clear();
        return;
    }
    if (text_.size() > most_text) end_clear_text(whole_words(text_));
}

void StreamWalk::end_clear_text(std::size_t count) {
    if (count == 0) return;
    if (from_the_middle_ && !is_text(Bytes(text_).first(count))) {
        blank(next_ - text_.size(), count);
        text_.erase(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(count));
        return;
    }
    std::vector<std::uint8_t> other(text_.begin(),
                                    text_.begin() + static_cast<std::ptrdiff_t>(count));
    tools_.names.mentions({reinterpret_cast<char*>(other.data()), other.size()});
    change(next_ - text_.size(), Bytes(text_).first(count), other);
    text_.erase(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(count));
}

/// TLS begins at a byte of the text that waits.
void StreamWalk::begin_tls(std::size_t at_byte, Moment at) {
    constexpr std::uint8_t pre_login = 0x12;  // MS-TDS §2.2.3.1
    const std::size_t end = text_.size();
    in_tds_ = at_byte >= tds_header && text_[at_byte - tds_header] == pre_login &&
              text_[at_byte - tds_header + 1] <= 1;
    const std::size_t begin = in_tds_ ? at_byte - tds_header : at_byte;
    end_clear_text(begin);
    tls_ = true;
    std::vector<std::uint8_t> rest;
    rest.swap(text_);
    records(rest, next_ - (end - begin), at);
}

void StreamWalk::records(Bytes data, std::uint64_t offset, Moment at) {
    if (unreadable_) return blank(offset, data.size());
    if (offset < doubtful_end_) {
        const auto doubtful = data.first(
            static_cast<std::size_t>(std::min<std::uint64_t>(doubtful_end_ - offset, data.size())));
        const std::uint64_t blanked = tools_.blanked;
        doubtful_ = true;
        read_chunk(doubtful, offset, at);
        if (doubtful_ && blanked == tools_.blanked) blank(offset, doubtful.size());
        data = data.subspan(doubtful.size());
        offset += doubtful.size();
    }
    read_chunk(data, offset, at);
}

void StreamWalk::read_chunk(Bytes data, std::uint64_t offset, Moment at) {
    chunk_ = data;
    chunk_offset_ = offset;
    if (in_tds_) {
        tds_.strip(data, [&](Bytes part) { records_.bytes(part, at, *this); });
    } else {
        records_.bytes(data, at, *this);
    }
}

bool StreamWalk::expects_clear_handshake() const {
    return !change_cipher_spec_ || negotiated_.hello_retry || tls::is_tls13(negotiated_.version);
}

void StreamWalk::on_clear(Bytes part) {
    doubtful_ = false;
    pieces_.push_back({offset_of(part), part.size()});
    clear_.insert(clear_.end(), part.begin(), part.end());
}

void StreamWalk::on_handshake(HandshakeType type, Bytes body, bool whole, Moment) {
    constexpr std::size_t header = 4;
    if (clear_.size() < header + body.size()) return forget_pieces();
    if (type == HandshakeType::server_hello) {
        tls::ServerHello hello;
        tls::parse_server_hello(body, hello);
        negotiated_.hello_retry |= hello.hello_retry_request;
        if (!hello.hello_retry_request) negotiated_.version = hello.version();
    }
    std::vector<std::uint8_t> other(body.begin(), body.end());
    HandshakeNames(tools_.names, tools_.addresses).rewrite(type, other, whole, negotiated_.version);
    std::size_t left = header + body.size();
    std::size_t used = 0;
    while (left > 0) {
        Piece& piece = pieces_.front();
        const std::size_t count = std::min(left, piece.length);
        const std::size_t skipped = used < header ? std::min(header - used, count) : 0;
        const std::size_t from = std::max(used + skipped, header) - header;
        change(piece.offset + skipped, body.subspan(from, count - skipped),
               Bytes(other).subspan(from, count - skipped));
        used += count;
        left -= count;
        piece.offset += count;
        piece.length -= count;
        if (piece.length == 0) pieces_.erase(pieces_.begin());
    }
    clear_.erase(clear_.begin(), clear_.begin() + static_cast<std::ptrdiff_t>(used));
}

void StreamWalk::on_record(const tls::RecordHeader& header, Moment) {
    if (header.type == tls::ContentType::change_cipher_spec) change_cipher_spec_ = true;
}

void StreamWalk::forget_pieces() {
    for (const Piece& piece : pieces_)
        blank(piece.offset, piece.length);
    pieces_.clear();
    clear_.clear();
}

void StreamWalk::change(std::uint64_t offset, Bytes from, Bytes to) {
    if (tools_.memory_left < to.size()) return blank(offset, to.size());
    tools_.memory_left -= std::min(tools_.memory_left, plan_.change(offset, from, to));
}

void StreamWalk::blank(std::uint64_t offset, std::uint64_t length) {
    plan_.blank(offset, length);
    tools_.blanked += length;
}

}  // namespace tlstriage::carve
