// Replaces the addresses in a frame.
#pragma once

#include <cstdint>
#include <span>

#include "base/link_type.h"
#include "carve/address_map.h"
#include "rewriting/choice.h"
#include "rewriting/rewriting.h"
#include "wire/packet.h"

namespace tlstriage::carve {

class Anonymizer : private rewriting::Choice {
  public:
    explicit Anonymizer(AddressMap& addresses) : addresses_(addresses) {}

    /// Rewrites all addresses of a frame that was decoded as `packet`, with its checksums: headers,
    /// tunnels, what ICMP errors quote, DNS answers. False when the frame has an encapsulation
    /// whose addresses are not known here; it must not be shown then.
    bool rewrite(LinkType link, std::span<std::uint8_t> frame, const wire::Packet& packet);

    /// Frames that afterwards still had the bytes of a real address somewhere: in a certificate, in
    /// text, or by chance.
    [[nodiscard]] std::uint64_t frames_with_traces() const { return frames_with_traces_; }

  private:
    std::optional<std::uint16_t> address(const IpAddress& address) override;
    std::optional<std::uint16_t> port(std::uint16_t) override { return {}; }
    std::optional<std::uint16_t> stream(const Endpoint&, const Endpoint&) override { return {}; }
    std::optional<std::uint16_t> hardware_address(Bytes address) override;

    [[nodiscard]] bool shows_address(Bytes frame) const;

    AddressMap& addresses_;
    rewriting::CopyValues values_;  ///< of the frame at hand
    std::uint64_t frames_with_traces_ = 0;
};

}  // namespace tlstriage::carve
