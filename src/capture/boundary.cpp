// Where a record begins, guessed from a place in the middle, so that pieces of a trace can be
// walked at the same time.
#include <algorithm>
#include <vector>

#include "capture/format.h"

namespace tlstriage::capture {

namespace {

/// Bytes before a cut at which the search begins: more than the longest record that an IP packet
/// makes, so that the search does not begin and end in one packet that carries a capture.
constexpr std::size_t run_up = 72U << 10U;
/// Bytes behind a cut within which a search gives up, beyond the longest record: then the piece is
/// better read by the one before it.
constexpr std::size_t search_beyond = 64U << 10U;
/// Bytes that a chain of plausible records must span to be believed, and records in it: more of
/// them where no known time speaks for them.
constexpr std::size_t believable_span = 2U << 10U;
constexpr std::size_t believable_records = 2;
constexpr std::size_t believable_records_of_unknown_time = 16;
/// Times of neighbours in a chain, and of a chain and what was read before, lie within this.
constexpr Nanoseconds near_enough = seconds(7 * 24 * 3600);

bool is_near(Nanoseconds a, Nanoseconds b) {
    const auto high = static_cast<std::uint64_t>(std::max(a, b));
    const auto low = static_cast<std::uint64_t>(std::min(a, b));
    return high - low <= static_cast<std::uint64_t>(near_enough);
}

}  // namespace

/// A place in a window, and what plausible() found there.
struct Format::Place {
    std::size_t position = 0;
    bool swapped = false;  ///< byte order of the section here
    // Found:
    std::size_t length = 0;  ///< of the record or block
    bool whole = false;      ///< all of it is in the window
    bool has_time = false;
    Nanoseconds time = 0;
};

/// What the times of a chain must be near to; they may not matter, as in a trace put together from
/// captures of several years.
struct Format::Times {
    Nanoseconds near = 0;  ///< 0 is unknown
    bool matter = true;
};

/// The places that chains passed which broke later. Another chain that meets one would break too:
/// so each place is walked once.
class Format::Walked {
  public:
    Walked(std::size_t begin, std::size_t end) : begin_(begin), seen_(end - begin) {}

    [[nodiscard]] bool contains(std::size_t position) const {
        return position - begin_ < seen_.size() && seen_[position - begin_];
    }
    void add(std::size_t position) {
        if (position - begin_ < seen_.size()) seen_[position - begin_] = true;
    }

  private:
    std::size_t begin_;
    std::vector<bool> seen_;
};

/// Stricter than step(): what is unusual but readable there is not plausible here.
bool Format::plausible(Bytes window, Place& place) const {
    return kind_ == Kind::pcap ? plausible_record(window, place) : plausible_block(window, place);
}

bool Format::plausible_record(Bytes window, Place& place) const {
    const std::size_t left = window.size() - place.position;
    if (left < record_header_) return false;
    const std::uint8_t* const header = window.data() + place.position;
    const std::uint32_t fraction = u32_at(header + 4);
    const std::uint32_t captured = u32_at(header + 8);
    const std::uint32_t wire = u32_at(header + 12);
    if (captured == 0 || captured > max_record_ || wire < captured ||
        wire > std::max(max_record_, 16U << 20U) || fraction >= 1'000'000'000U / fraction_unit_) {
        return false;
    }
    place.length = record_header_ + captured;
    place.whole = place.length <= left;
    place.has_time = true;
    place.time = static_cast<Nanoseconds>(u32_at(header)) * nanoseconds_per_second +
                 static_cast<Nanoseconds>(fraction) * fraction_unit_;
    return true;
}

bool Format::plausible_block(Bytes window, Place& place) const {
    const Bytes rest = window.subspan(place.position);
    const pcapng::Frame frame = pcapng::read_frame(rest, place.swapped);
    if (frame.length == 0 || frame.state == pcapng::Frame::State::damaged ||
        !pcapng::is_known_type(frame.type)) {
        return false;
    }
    place.swapped = frame.swapped;
    place.length = frame.length;
    place.whole = frame.state == pcapng::Frame::State::whole;
    place.has_time = false;
    if (frame.type != pcapng::enhanced_packet || rest.size() < 28) return true;
    const auto u32 = [&](std::size_t at) {
        const auto value = load_native<std::uint32_t>(rest.data() + at);
        return place.swapped ? byte_swapped(value) : value;
    };
    if (frame.length < pcapng::packet_overhead || frame.length > pcapng::largest_packet_block ||
        u32(20) > frame.length - pcapng::packet_overhead) {
        return false;
    }
    // The interface may be described between here and the place that we know; only times of a known
    // one are compared.
    if (place.swapped == swapped_ && has_interface(u32(8))) {
        const auto high = static_cast<std::uint64_t>(u32(12));
        place.time = interfaces_[section_base_ + u32(8)].time(high << 32U | u32(16));
        place.has_time = true;
    }
    return true;
}

/// Walks from `start` until `target` is reached and the chain is believable; the first position
/// >= target on the chain, or window.size() + 1 when it broke.
std::size_t Format::follow(Bytes window, std::size_t start, std::size_t target, Times times,
                           Walked* walked) const {
    const std::size_t broken = window.size() + 1;
    const std::size_t enough =
        times.near != 0 ? believable_records : believable_records_of_unknown_time;
    const std::size_t header = kind_ == Kind::pcap ? record_header_ : pcapng::smallest_block;
    std::size_t found = broken;
    Place place;
    place.position = start;
    place.swapped = swapped_;
    for (std::size_t records = 0;; ++records) {
        if (found == broken && place.position >= target) found = place.position;
        const bool believable = place.position - start >= believable_span && records >= enough;
        if (found != broken && believable) return found;
        // At the window's end a chain is believed if one whole record, at least, led there; in pcap
        // a single one that the end cuts will do, for its fields say more than a block's do.
        const bool led = records != 0;
        if (window.size() - place.position < header) {
            return led ? std::min(found, window.size()) : broken;
        }
        if (walked != nullptr && walked->contains(place.position)) return broken;
        if (!plausible(window, place)) return broken;
        if (times.matter && place.has_time) {
            if (times.near != 0 && !is_near(place.time, times.near)) return broken;
            times.near = place.time;
        }
        if (!place.whole) {
            const bool enough_said = led || (kind_ == Kind::pcap && times.near != 0);
            return enough_said ? std::min(found, window.size()) : broken;
        }
        if (walked != nullptr) walked->add(place.position);
        place.position += place.length;
    }
}

/// The first chain that begins in [begin, end): where it passes `target` (see follow).
std::size_t Format::search(Bytes window, std::size_t begin, std::size_t end, std::size_t target,
                           Times times, std::size_t alignment) const {
    // Chains that begin before the target may be long, and meet; those behind it are judged within
    // their believable span.
    Walked walked(begin, std::max(begin, std::min(target, window.size())));
    for (std::size_t start = begin; start < end; start += alignment) {
        if (start < target && walked.contains(start)) continue;
        const std::size_t found =
            follow(window, start, target, times, start < target ? &walked : nullptr);
        if (found <= window.size()) return found;
    }
    return window.size();
}

std::size_t Format::find_boundary(Bytes window, std::size_t from, Nanoseconds near) const {
    if (from >= window.size()) return window.size();
    if (from == 0) return 0;
    const std::size_t alignment = kind_ == Kind::pcap ? 1 : 4;
    const std::size_t begin = (from > run_up ? from - run_up : 0) / alignment * alignment;
    const std::size_t end =
        from + std::min<std::size_t>(window.size() - from, search_beyond + max_record_);
    const std::size_t found = search(window, begin, end, from, {near, true}, alignment);
    if (found < window.size()) return found;
    return search(window, begin, end, from, {0, false}, alignment);
}

std::size_t Format::resynchronise(Bytes window, std::size_t from, Nanoseconds near) const {
    const std::size_t end = window.size();
    if (from >= end) return end;
    const std::size_t begin = from + 1;
    std::size_t found = search(window, begin, end, begin, {near, true}, 1);
    if (found == end && near != 0) found = search(window, begin, end, begin, {0, true}, 1);
    if (found == end) found = search(window, begin, end, begin, {0, false}, 1);
    return found;
}

}  // namespace tlstriage::capture
