// The blocks of a pcapng file under construction (draft-ietf-opsawg-pcapng §4), in this machine's
// byte order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"
#include "capture/format.h"
#include "capture/kept_options.h"

namespace tlstriage::capture {

/// Appends blocks to `out`, which its owner may empty between any two of them. Comments longer than
/// an option can hold are cut.
class PcapngWriter {
  public:
    explicit PcapngWriter(std::string& out) : out_(out) {}

    void section_header(std::string_view application, std::string_view comment);
    /// Its number. `options`: beside those of its times. Times of its packets have the interface's
    /// resolution, or nanoseconds where that has ticks that are no whole number of them.
    std::uint32_t interface_description(const Interface& interface,
                                        std::span<const KeptOption> options);
    void packet(const Record& record, std::uint32_t interface, Bytes bytes,
                std::span<const KeptOption> options, std::span<const std::string> comments);
    void name_resolution(std::span<const std::pair<IpAddress, std::string>> names);
    /// TLS key log lines (§4.7).
    void decryption_secrets(std::string_view key_log);
    /// isb_starttime and isb_endtime, and comments.
    void interface_statistics(std::uint32_t interface, Nanoseconds start, Nanoseconds end,
                              std::span<const std::string> comments);

  private:
    struct Clock {
        std::uint64_t nanoseconds_per_tick = 1;
        std::int64_t offset_seconds = 0;
    };

    template <class T>
    void put(T value) {
        out_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    /// Calls body() between a block's type and lengths.
    template <class Body>
    void block(std::uint32_t type, Body body);
    void padded(std::string_view bytes);
    void option(std::uint16_t code, std::string_view value);
    void comments_option(std::span<const std::string> comments);
    void end_of_options() { put(std::uint32_t{0}); }
    void time_option(std::uint16_t code, std::uint32_t interface, Nanoseconds time);
    [[nodiscard]] std::uint64_t ticks(std::uint32_t interface, Nanoseconds time) const;

    std::string& out_;
    std::vector<Clock> clocks_;  ///< by interface
};

/// The same for pcap: one link type, no comments.
class PcapWriter {
  public:
    explicit PcapWriter(std::string& out) : out_(out) {}

    /// `nanoseconds`: the resolution of time stamps, else microseconds.
    void file_header(LinkType link, std::uint32_t snap_length, bool nanoseconds);
    void packet(const Record& record, Bytes bytes);

  private:
    template <class T>
    void put(T value) {
        out_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }

    std::string& out_;
    Nanoseconds unit_ = 1;
};

}  // namespace tlstriage::capture
