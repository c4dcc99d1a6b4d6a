#include "wire/defragmenter.h"

#include <algorithm>
#include <array>
#include <list>
#include <map>
#include <unordered_map>
#include <utility>

#include "wire/flow_hash.h"

namespace tlstriage::wire {
namespace {

constexpr Nanoseconds lifetime = seconds(30);
/// Kept against max_bytes for each datagram and piece beside their bytes: about what the containers
/// cost.
constexpr std::size_t datagram_overhead = 320;
constexpr std::size_t piece_overhead = 96;
constexpr std::size_t longest_datagram = 0xffff;

/// RFC 791 §2.3, RFC 8200 §4.5. No padding, so that it can be hashed as it lies.
struct Key {
    std::array<std::uint8_t, 32> addresses{};
    std::uint32_t identification = 0;
    std::uint16_t protocol = 0;  ///< IPv4 only: IPv6 identifies by addresses alone
    std::uint16_t version = 0;
    friend bool operator==(const Key&, const Key&) = default;
};
static_assert(std::has_unique_object_representations_v<Key>);

struct KeyHash {
    std::size_t operator()(const Key& key) const { return XXH3_64bits(&key, sizeof key); }
};

/// A fragment taken apart.
struct Fragment {
    Key key;
    Bytes header;                    ///< what stands in front of the payload once it is whole
    std::uint8_t next_header = 0;    ///< IPv6: of the payload
    std::size_t next_header_at = 0;  ///< IPv6: where in `header` to put it
    Bytes payload;
    std::size_t offset = 0;  ///< bytes
    bool last = false;
};

std::optional<Fragment> read_v4(Bytes ip) {
    if (ip.size() < 20) return {};
    const std::size_t header = (ip[0] & 0x0fU) * 4U;
    if (header < 20 || header > ip.size()) return {};
    const unsigned flags_and_offset = load_big<std::uint16_t>(ip.data() + 6);
    Fragment fragment;
    fragment.key.version = 4;
    fragment.key.protocol = ip[9];
    fragment.key.identification = load_big<std::uint16_t>(ip.data() + 4);
    std::copy_n(ip.data() + 12, 8, fragment.key.addresses.begin());
    fragment.header = ip.first(header);
    fragment.payload = ip.subspan(header);
    fragment.offset = (flags_and_offset & 0x1fffU) * 8U;
    fragment.last = (flags_and_offset & 0x2000U) == 0;
    return fragment;
}

/// Finds the fragment header behind the per-fragment headers: hop-by-hop, destination options and
/// routing (RFC 8200 §4.5), and whatever else decode() walked over on its way.
std::optional<Fragment> read_v6(Bytes ip) {
    constexpr std::uint8_t fragment_header = 44;
    constexpr std::uint8_t authentication = 51;
    if (ip.size() < 40) return {};
    std::size_t next_header_at = 6;
    std::size_t at = 40;
    while (ip[next_header_at] != fragment_header) {
        if (ip.size() - at < 2) return {};
        const bool in_words = ip[next_header_at] == authentication;
        const std::size_t length = ip[at + 1] * (in_words ? 4U : 8U) + 8U;
        if (ip.size() - at < length) return {};
        next_header_at = at;
        at += length;
    }
    if (ip.size() - at < 8) return {};
    const unsigned offset_and_flags = load_big<std::uint16_t>(ip.data() + at + 2);
    Fragment fragment;
    fragment.key.version = 6;
    fragment.key.identification = load_big<std::uint32_t>(ip.data() + at + 4);
    std::copy_n(ip.data() + 8, 32, fragment.key.addresses.begin());
    fragment.header = ip.first(at);
    fragment.next_header = ip[at];
    fragment.next_header_at = next_header_at;
    fragment.payload = ip.subspan(at + 8);
    fragment.offset = offset_and_flags & 0xfff8U;
    fragment.last = (offset_and_flags & 1U) == 0;
    return fragment;
}

std::optional<Fragment> read(Bytes ip) {
    if (ip.empty()) return {};
    return ip[0] >> 4U == 4 ? read_v4(ip) : read_v6(ip);
}

struct Datagram {
    Nanoseconds begun = 0;
    std::list<Key>::iterator age;      ///< its place among the datagrams by age
    std::vector<std::uint8_t> header;  ///< of the fragment with offset 0
    std::optional<std::size_t> total;  ///< payload bytes, once the last fragment came
    std::size_t kept = 0;              ///< payload bytes in `pieces`
    std::size_t end = 0;               ///< where the furthest piece ends
    std::map<std::size_t, std::vector<std::uint8_t>> pieces;  ///< by offset, disjoint

    [[nodiscard]] std::size_t cost() const {
        return datagram_overhead + header.size() + kept + pieces.size() * piece_overhead;
    }
    void keep(Bytes bytes, std::size_t offset);
    void take(const Fragment& fragment);
    [[nodiscard]] bool complete() const { return !header.empty() && total && kept == *total; }
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> whole() const;
};

/// Keeps those of the bytes that are not there yet.
void Datagram::keep(Bytes bytes, std::size_t offset) {
    auto next = pieces.upper_bound(offset);
    std::size_t covered = 0;
    if (next != pieces.begin()) {
        const auto& [begin, piece] = *std::prev(next);
        covered = begin + piece.size();
    }
    const std::size_t stop = offset + bytes.size();
    for (std::size_t at = std::max(offset, covered); at < stop;) {
        const std::size_t gap_end = next == pieces.end() ? stop : std::min(stop, next->first);
        if (gap_end > at) {
            const Bytes piece = bytes.subspan(at - offset, gap_end - at);
            pieces.emplace_hint(next, at, std::vector<std::uint8_t>(piece.begin(), piece.end()));
            kept += piece.size();
        }
        if (next == pieces.end()) break;
        at = std::max(gap_end, next->first + next->second.size());
        ++next;
    }
    end = std::max(end, stop);
}

void Datagram::take(const Fragment& fragment) {
    Bytes payload = fragment.payload;
    if (fragment.offset == 0 && header.empty()) {
        header.assign(fragment.header.begin(), fragment.header.end());
        if (fragment.key.version == 6) header[fragment.next_header_at] = fragment.next_header;
    }
    // The first word on the length holds, as the first value of a byte does.
    const std::size_t stop = fragment.offset + payload.size();
    if (fragment.last && !total && stop >= end) total = stop;
    if (total) {
        if (fragment.offset >= *total) return;
        payload = payload.first(std::min(payload.size(), *total - fragment.offset));
    }
    keep(payload, fragment.offset);
}

std::optional<std::vector<std::uint8_t>> Datagram::whole() const {
    const bool v4 = header[0] >> 4U == 4;
    // What the length field counts: all of it (IPv4), or all behind the fixed header (IPv6).
    const std::size_t length = header.size() + *total - (v4 ? 0U : 40U);
    if (length > longest_datagram) return {};
    std::vector<std::uint8_t> packet;
    packet.reserve(header.size() + *total);
    packet = header;
    for (const auto& [offset, piece] : pieces) {
        packet.insert(packet.end(), piece.begin(), piece.end());
    }
    const std::size_t field = v4 ? 2 : 4;
    packet[field] = static_cast<std::uint8_t>(length >> 8U);
    packet[field + 1] = static_cast<std::uint8_t>(length);
    if (v4) packet[6] = packet[7] = 0;  // the header's checksum stays as it was: nobody asks for it
    return packet;
}

}  // namespace

struct Defragmenter::Table {
    std::size_t max_bytes = 0;
    std::size_t bytes = 0;
    std::unordered_map<Key, Datagram, KeyHash> datagrams;
    std::list<Key> by_age;  ///< oldest first
    Counts counts;

    using Place = std::unordered_map<Key, Datagram, KeyHash>::iterator;

    void forget(Place place) {
        bytes -= place->second.cost();
        by_age.erase(place->second.age);
        datagrams.erase(place);
    }
    void give_up(Place place) {
        ++counts.given_up;
        forget(place);
    }
    void expire(Nanoseconds now) {
        while (!by_age.empty()) {
            const auto oldest = datagrams.find(by_age.front());
            if (now - oldest->second.begun <= lifetime) return;
            give_up(oldest);
        }
    }
    Place find_or_begin(const Key& key, Nanoseconds now) {
        auto place = datagrams.find(key);
        // Captures that were read one after the other may go back in time, so that an old one need
        // not be at the front.
        if (place != datagrams.end() && now - place->second.begun > lifetime) {
            give_up(place);
            place = datagrams.end();
        }
        if (place == datagrams.end()) {
            place = datagrams.emplace(key, Datagram{}).first;
            place->second.begun = now;
            place->second.age = by_age.insert(by_age.end(), key);
            bytes += place->second.cost();
        }
        return place;
    }
};

Defragmenter::Defragmenter(std::size_t max_bytes) : table_(std::make_unique<Table>()) {
    table_->max_bytes = max_bytes;
}
Defragmenter::~Defragmenter() = default;
Defragmenter::Defragmenter(Defragmenter&&) noexcept = default;
Defragmenter& Defragmenter::operator=(Defragmenter&&) noexcept = default;

std::optional<std::vector<std::uint8_t>> Defragmenter::add(const Packet& packet) {
    Table& table = *table_;
    ++table.counts.fragments;
    table.expire(packet.time);
    const auto fragment = read({packet.network, packet.captured});
    // More than a datagram can hold: the "ping of death".
    if (!fragment || fragment->payload.size() > longest_datagram - fragment->offset) return {};

    const auto place = table.find_or_begin(fragment->key, packet.time);
    Datagram& datagram = place->second;
    table.bytes -= datagram.cost();
    datagram.take(*fragment);
    table.bytes += datagram.cost();
    if (datagram.complete()) {
        auto whole = datagram.whole();
        if (!whole) {
            table.give_up(place);
            return {};
        }
        ++table.counts.reassembled;
        table.forget(place);
        return whole;
    }
    while (table.bytes > table.max_bytes && !table.by_age.empty()) {
        table.give_up(table.datagrams.find(table.by_age.front()));
    }
    return {};
}

void Defragmenter::clear() {
    table_->counts.given_up += table_->datagrams.size();
    table_->datagrams.clear();
    table_->by_age.clear();
    table_->bytes = 0;
}

const Defragmenter::Counts& Defragmenter::counts() const {
    return table_->counts;
}

}  // namespace tlstriage::wire
