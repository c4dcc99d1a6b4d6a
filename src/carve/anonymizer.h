// Replaces the addresses in a frame, and names when asked to.
#pragma once

#include <cstdint>
#include <span>

#include "base/link_type.h"
#include "carve/address_map.h"
#include "carve/belonging.h"
#include "carve/name_plans.h"
#include "rewriting/choice.h"
#include "rewriting/rewriting.h"
#include "wire/packet.h"

namespace tlstriage::carve {

class Anonymizer : private rewriting::Choice {
  public:
    /// `plans`: for the names in what TCP carries; null: names stay, but for those of addresses.
    /// Borrows all of these.
    Anonymizer(AddressMap& addresses, NameMap& names, const NamePlans* plans)
        : addresses_(addresses), names_(names), plans_(plans) {}

    /// Rewrites all addresses of a frame that was decoded as `packet`, with its checksums: headers,
    /// tunnels, what ICMP errors quote, DNS. With names it also rewrites those, and blanks what is
    /// neither DNS nor of a chosen flow. `flow`: whose it is, or which one it is about. False when
    /// the frame has an encapsulation whose addresses are not known here; it must not be shown
    /// then.
    bool rewrite(LinkType link, std::span<std::uint8_t> frame, const wire::Packet& packet,
                 Belonging::Index flow);

    /// Frames that afterwards still had the bytes of a real address somewhere: in a certificate, in
    /// text, or by chance.
    [[nodiscard]] std::uint64_t frames_with_addresses() const { return frames_with_addresses_; }
    /// Those that still showed one of the names that were replaced.
    [[nodiscard]] std::uint64_t frames_with_names() const { return frames_with_names_; }

  private:
    using Replacements = std::vector<rewriting::Replacement>;

    std::optional<std::uint16_t> address(const IpAddress& address) override;
    std::optional<std::uint16_t> port(std::uint16_t) override { return {}; }
    std::optional<std::uint16_t> stream(const Endpoint&, const Endpoint&) override { return {}; }
    std::optional<std::uint16_t> hardware_address(Bytes address) override;
    Replacements tcp_data(const Endpoint& from, const Endpoint& to, std::uint32_t sequence,
                          Bytes data) override;
    Replacements dns_message(Bytes message, bool over_tcp) override;
    Replacements other_data(Bytes data) override;

    Replacements note(std::vector<TextReplacement> parts);
    [[nodiscard]] bool shows_address(Bytes frame) const;

    AddressMap& addresses_;
    NameMap& names_;
    const NamePlans* plans_;
    Belonging::Index flow_ = Belonging::none;  ///< of the frame at hand
    rewriting::CopyValues values_;             ///< of the frame at hand
    std::uint64_t frames_with_addresses_ = 0;
    std::uint64_t frames_with_names_ = 0;
};

}  // namespace tlstriage::carve
