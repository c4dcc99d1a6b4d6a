#include "carve/survey.h"

#include <array>
#include <map>
#include <vector>

#include "base/cursor.h"
#include "tls/record.h"
#include "wire/decode.h"
#include "wire/defragmenter.h"

namespace tlstriage::carve {
namespace {

constexpr std::size_t max_fragment_bytes = std::size_t{64} << 20U;
/// As wire::Defragmenter gives a datagram up.
constexpr Nanoseconds longest_wait = seconds(30);

/// What fragments of one datagram have in common (RFC 791 §3.2, RFC 8200 §4.5): version, addresses,
/// protocol (IPv4) and identification.
using DatagramKey = std::array<std::uint8_t, 40>;

std::optional<DatagramKey> datagram_key(const wire::Packet& fragment) {
    DatagramKey key{};
    const std::uint8_t* const ip = fragment.network;
    if (fragment.is_v4()) {
        key[0] = 4;
        key[1] = ip[9];
        std::memcpy(&key[4], ip + 4, 2);
        std::memcpy(&key[8], ip + 12, 8);
        return key;
    }
    // The fragment header may be behind others.
    Cursor cursor(Bytes{ip, fragment.captured});
    cursor.skip(6);
    std::uint8_t next = cursor.u8();
    cursor.skip(33);
    constexpr std::uint8_t fragment_header = 44;
    while (cursor.ok() && next != fragment_header) {
        next = cursor.u8();
        const std::size_t length = cursor.u8();
        cursor.skip(length * 8 + 6);
    }
    cursor.skip(4);
    const std::uint32_t identification = cursor.u32();
    if (!cursor.ok()) return std::nullopt;
    key[0] = 6;
    std::memcpy(&key[4], &identification, 4);
    std::memcpy(&key[8], ip + 8, 32);
    return key;
}

/// The random of a ClientHello that begins in this segment.
std::optional<std::string> client_random(Bytes payload) {
    //  record header; HandshakeType client_hello(1); uint24 length; ProtocolVersion; Random[32]
    Cursor cursor(payload);
    const auto type = static_cast<tls::ContentType>(cursor.u8());
    cursor.skip(4);
    const std::uint8_t message = cursor.u8();
    cursor.skip(5);
    const Bytes random = cursor.take(32);
    if (!cursor.ok() || type != tls::ContentType::handshake || message != 1) return std::nullopt;
    std::string hex;
    for (const std::uint8_t byte : random) {
        hex += "0123456789abcdef"[byte >> 4U];
        hex += "0123456789abcdef"[byte & 15U];
    }
    return hex;
}

class Surveyor {
  public:
    Surveyor(Belonging& belonging, NamePlans* names) : belonging_(belonging), names_(names) {}

    void frame(const TraceToRead& trace, const capture::Record& record, Moment at) {
        if (trace.archive != archive_) {
            defragmenter_.clear();
            waiting_.clear();
            archive_ = trace.archive;
        }
        wire::Packet packet;
        const auto outcome =
            wire::decode(record.link, {record.data, record.captured}, record.wire_length, packet);
        if (outcome == wire::Outcome::fragment) return fragment(trace, packet, at);
        if (outcome != wire::Outcome::tcp) return;
        const Belonging::Found found = belonging_.find(packet, trace.file, trace.archive, at);
        if (names_ != nullptr && found.wanted) names_in(packet, found.flow, at);
        if (found.flow == Belonging::none) return;
        if (auto random = client_random(packet.data())) {
            result.client_randoms.insert(std::move(*random));
        }
    }

    Survey result;

  private:
    struct Waiting {
        Nanoseconds since = 0;
        std::vector<std::pair<std::uint32_t, std::uint64_t>> frames;
    };

    void names_in(const wire::Packet& segment, Belonging::Index flow, Moment at) {
        if (flow != Belonging::none) {
            names_->segment(flow, segment, at);
        } else {
            names_->resolver_segment(segment, at);
        }
    }

    void fragment(const TraceToRead& trace, wire::Packet& packet, Moment at) {
        const auto key = datagram_key(packet);
        if (!key) return;
        packet.time = at.time;
        Waiting& waiting = waiting_[*key];
        if (waiting.frames.empty() || at.time - waiting.since > longest_wait) {
            waiting = {at.time, {}};
        }
        waiting.frames.emplace_back(trace.file, at.frame);
        const auto datagram = defragmenter_.add(packet);
        if (datagram) {
            wire::Packet whole;
            whole.vlan = packet.vlan;
            wire::decode_ip(*datagram, whole);
            if (belonging_.find(whole, trace.file, trace.archive, at).wanted) {
                result.fragments.insert(waiting.frames.begin(), waiting.frames.end());
            }
            waiting_.erase(*key);
        } else if (waiting_.size() > most_waiting) {
            waiting_.clear();
        }
    }

    static constexpr std::size_t most_waiting = 65'536;

    Belonging& belonging_;
    NamePlans* names_;
    wire::Defragmenter defragmenter_{max_fragment_bytes};
    std::map<DatagramKey, Waiting> waiting_;
    std::uint32_t archive_ = 0;
};

}  // namespace

Survey survey(std::span<const TraceToRead> traces, Belonging& belonging, NamePlans* names) {
    Surveyor surveyor(belonging, names);
    TraceMerge merge(traces);
    while (merge.next())
        surveyor.frame(merge.trace(), merge.record(), merge.at());
    if (names != nullptr) names->finish();
    return std::move(surveyor.result);
}

std::string lines_about(std::string_view key_log, const std::unordered_set<std::string>& randoms) {
    std::string lines;
    while (!key_log.empty()) {
        const std::size_t end = std::min(key_log.find('\n'), key_log.size());
        const std::string_view line = key_log.substr(0, end);
        key_log.remove_prefix(std::min(end + 1, key_log.size()));
        // "<label> <client random> <secret>"
        const std::size_t random = std::min(line.find(' '), line.size());
        const std::size_t secret = line.find(' ', std::min(random + 1, line.size()));
        if (secret == std::string_view::npos) continue;
        std::string hex(line.substr(random + 1, secret - random - 1));
        for (char& c : hex)
            c = c >= 'A' && c <= 'F' ? static_cast<char>(c + ('a' - 'A')) : c;
        if (randoms.contains(hex)) lines.append(line).push_back('\n');
    }
    return lines;
}

}  // namespace tlstriage::carve
