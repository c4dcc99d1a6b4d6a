// The record structure of pcap and pcapng: where each record begins, and what it says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/link_type.h"
#include "base/time.h"

namespace tlstriage::capture {

/// One captured frame. Borrows from the window that it was read from.
struct Record {
    const std::uint8_t* data = nullptr;
    std::uint32_t captured = 0;     ///< bytes at `data`
    std::uint32_t wire_length = 0;  ///< bytes on the wire, >= captured
    Nanoseconds time = 0;
    LinkType link = LinkType::ethernet;
    std::uint16_t interface_id = 0;  ///< pcapng: over all sections, so that it stays distinct
};

/// What Format::step found at a place.
enum class Step : std::uint8_t {
    record,                ///< a frame; position is behind it
    frame_without_packet,  ///< a block that Wireshark numbers as a frame though no packet is in it
                           ///< (systemd journal, custom, sysdig); position is behind it
    skipped,  ///< a block that carries no frame and changes nothing; position is behind it
    control,  ///< a block that changes what later ones mean, or tells of an interface; whole in the
              ///< window; position is still before it: apply
    partial,  ///< the window ends inside this record; position is before it
    damaged,  ///< no record can begin here; position is before it
};

/// A capture interface (pcapng Interface Description Block; pcap has exactly one).
struct Interface {
    LinkType link = LinkType::ethernet;
    std::uint32_t snap_length = 0;  ///< bytes; 0 is no limit
    std::uint64_t ticks_per_second = 1'000'000;
    std::int64_t offset_seconds = 0;             ///< if_tsoffset
    std::uint64_t dropped = 0;                   ///< isb_ifdrop + isb_osdrop, as far as read
    std::optional<Nanoseconds> capture_start;    ///< isb_starttime
    std::optional<Nanoseconds> capture_end;      ///< isb_endtime
    std::uint64_t nanoseconds_per_tick = 1'000;  ///< 0 when a tick is no whole number of them

    /// A time stamp of this interface; saturates where 64 bits of nanoseconds can't hold it.
    [[nodiscard]] Nanoseconds time(std::uint64_t ticks) const;
    [[nodiscard]] Nanoseconds unusual_time(std::uint64_t ticks) const;
};

/// How to read a trace at a given place: its byte order, resolution and interfaces. A value: pieces
/// of one window are walked with copies or const references of the same Format. step() is const and
/// inline in format_step.h for the walk's sake; apply() alone changes it, and is called in order.
class Format {
  public:
    enum class Kind : std::uint8_t { pcap, pcapng };

    /// Recognises a trace by its first bytes (>= 24 of them, or all there are). pcap: magic of
    /// microseconds, nanoseconds, the modified (Kuznetzov) header or Ixia's, both byte orders,
    /// major version 2 or later. Empty when it is neither pcap nor pcapng; appearance.h then says
    /// what it is.
    static std::optional<Format> detect(Bytes start);

    [[nodiscard]] Kind kind() const { return kind_; }
    /// Whether the section at hand has the other byte order than this machine.
    [[nodiscard]] bool swapped() const { return swapped_; }
    /// Bytes before the first record (pcap 24, Ixia's 28, pcapng 0: its section header is a control
    /// block).
    [[nodiscard]] std::size_t header_length() const { return file_header_; }
    [[nodiscard]] const std::vector<Interface>& interfaces() const { return interfaces_; }
    /// Comments of Interface Statistics Blocks that begin with `note_beginning`.
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
    static constexpr std::string_view note_beginning = "tlstriage-";

    /// Reads what is at window[position]; position <= window.size(), and equal gives Step::partial
    /// too. On record, frame_without_packet and skipped position moves on. Touches the record's
    /// header only: the trailing length of a packet block is not compared, since a wrong one shows
    /// at the next block. A Simple Packet Block has no time: record.time is 0, as in Wireshark.
    Step step(Bytes window, std::size_t& position, Record& record) const;

    /// Applies the control block at the start of `block` and returns its length, or 0 when it is
    /// not whole in `block` (a partial one), or is malformed (then `damaged` is set).
    std::size_t apply(Bytes block, bool& damaged);

    /// Why step() or apply() calls window[position] damaged, in words.
    [[nodiscard]] std::string fault(Bytes window, std::size_t position) const;

    /// The first position >= `from` at which a record very likely begins: a chain of plausible
    /// records spanning at least 2 KiB (or to the window's end) leads there, found by walking from
    /// up to 72 KiB before `from` (more than the longest IP packet, which may carry a whole
    /// capture). window.size() when there is none near. Speculation: the caller proves it by
    /// walking up to it from a known boundary. The window must start at a boundary, since pcapng's
    /// blocks are taken to be aligned to it. `near` is the time of a record known to be good, 0
    /// when there is none: plausible times lie within a week of it and of one another; only where
    /// there are none such, more records of any time will do.
    [[nodiscard]] std::size_t find_boundary(Bytes window, std::size_t from, Nanoseconds near) const;

    /// The same after damage at `from`: the first boundary behind it, at any alignment, to the
    /// window's end, without the run-up (bytes before `from` are known to be bad).
    [[nodiscard]] std::size_t resynchronise(Bytes window, std::size_t from, Nanoseconds near) const;

  private:
    struct Place;  // a plausible record, see boundary.cpp
    struct Times;  // what is known of its time
    class Walked;  // the places of chains that broke

    [[nodiscard]] std::uint32_t u32_at(const std::uint8_t* at) const {
        const auto value = load_native<std::uint32_t>(at);
        return swapped_ ? byte_swapped(value) : value;
    }
    [[nodiscard]] bool has_interface(std::uint32_t in_section) const {
        return in_section < interfaces_.size() - section_base_;
    }
    Step step_block(Bytes window, std::size_t& position, Record& record) const;
    Step step_rare_block(Bytes window, std::size_t& position, Record& record) const;
    [[nodiscard]] Step read_packet_block(Bytes block, Record& record) const;
    [[nodiscard]] Step read_simple_packet_block(Bytes block, Record& record) const;
    bool apply_section_header(Bytes block);
    bool apply_interface_description(Bytes block);
    void apply_interface_statistics(Bytes block);

    bool plausible(Bytes window, Place& place) const;
    bool plausible_record(Bytes window, Place& place) const;
    bool plausible_block(Bytes window, Place& place) const;
    std::size_t follow(Bytes window, std::size_t start, std::size_t target, Times times,
                       Walked* walked) const;
    [[nodiscard]] std::size_t search(Bytes window, std::size_t begin, std::size_t end,
                                     std::size_t target, Times times, std::size_t alignment) const;

    Kind kind_ = Kind::pcap;
    bool swapped_ = false;                 ///< the other byte order than this machine's
    LinkType link_ = LinkType::ethernet;   ///< pcap: its only interface's
    std::uint32_t record_header_ = 16;     ///< pcap: 16, or 24 for the modified header
    std::uint32_t file_header_ = 24;       ///< bytes before the first record
    std::uint32_t fraction_unit_ = 1'000;  ///< pcap: nanoseconds of the sub-second field's unit
    std::uint32_t max_record_ = 0;         ///< longest plausible captured length, bytes
    std::uint32_t section_base_ = 0;       ///< index in interfaces_ of this section's interface 0
    std::vector<Interface> interfaces_;
    std::vector<std::string> notes_;
    std::size_t note_bytes_ = 0;
};

}  // namespace tlstriage::capture

#include "capture/format_step.h"  // IWYU pragma: keep (step() is inline)
