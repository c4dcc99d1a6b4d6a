// IP fragments to whole packets (RFC 791 §3.2, RFC 8200 §4.5).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "wire/packet.h"

namespace tlstriage::wire {

/// Reassembles fragments in capture order. Bounded: at most `max_bytes` of kept fragments and 30 s
/// of capture time for a datagram; the oldest goes first. A byte that came twice keeps its first
/// value. Not thread-safe: one owner.
class Defragmenter {
  public:
    struct Counts {
        std::uint64_t fragments = 0;
        std::uint64_t reassembled = 0;  ///< datagrams made whole
        std::uint64_t given_up = 0;     ///< datagrams dropped for time, memory or end of input
    };

    explicit Defragmenter(std::size_t max_bytes);
    ~Defragmenter();
    Defragmenter(Defragmenter&&) noexcept;
    Defragmenter& operator=(Defragmenter&&) noexcept;

    /// Takes a packet whose outcome is Outcome::fragment, copying its bytes. When it completes its
    /// datagram, returns that: an IP header without fragmentation (IPv6: without the fragment
    /// header) and the whole payload, ready for decode_ip.
    std::optional<std::vector<std::uint8_t>> add(const Packet& packet);

    /// Forgets what is incomplete, counting it as given up.
    void clear();

    [[nodiscard]] const Counts& counts() const;

  private:
    struct Table;
    std::unique_ptr<Table> table_;
};

}  // namespace tlstriage::wire
