// The carved capture under construction: pcapng, or pcap for what that can carry.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "capture/pcapng_writer.h"
#include "carve/trace_merge.h"

namespace tlstriage::carve {

/// Takes the file's bytes, in order.
using Sink = std::function<void(std::string_view)>;

class CaptureOutput {
  public:
    /// Borrows `sink`. `anonymous`: of what the source says of interfaces and packets no text is
    /// copied.
    CaptureOutput(const Sink& sink, bool pcapng, bool anonymous);

    /// Of pcapng alone; before the first packet.
    void begin(std::string_view comment, std::string_view key_log,
               std::span<const std::pair<IpAddress, std::string>> names);
    /// `nanoseconds`: what plain pcap is to keep of times. Throws std::runtime_error when it would
    /// need a second link type.
    void packet(const TraceMerge& from, Bytes bytes, std::span<const std::string> comments,
                bool nanoseconds);
    /// The interfaces' statistics, with the notes of each trace.
    void end(std::span<const TraceToRead> traces,
             const std::map<std::uint32_t, std::vector<std::string>>& notes_by_file);

    [[nodiscard]] std::uint64_t packets() const { return packets_; }
    [[nodiscard]] std::uint64_t bytes() const { return written_ + buffer_.size(); }

  private:
    struct InterfaceKey {
        std::uint32_t file = 0;
        std::uint16_t interface_id = 0;
        friend auto operator<=>(const InterfaceKey&, const InterfaceKey&) = default;
    };

    std::uint32_t describe(const TraceMerge& from);
    void block(const TraceMerge& from, Bytes bytes, std::span<const std::string> comments);
    void flush();

    const Sink& sink_;
    bool pcapng_;
    bool anonymous_;
    std::string buffer_;
    capture::PcapngWriter blocks_{buffer_};
    capture::PcapWriter records_{buffer_};
    std::map<InterfaceKey, std::uint32_t> interfaces_;
    std::optional<LinkType> link_;  ///< pcap: what its header says
    std::uint64_t packets_ = 0;
    std::uint64_t written_ = 0;
};

}  // namespace tlstriage::carve
