// Which fields of a frame are to be rewritten.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/address.h"

namespace tlstriage::rewriting {

/// Bytes of CopyValues::texts over those at an offset of what was asked about.
struct Replacement {
    std::size_t offset = 0;
    std::uint16_t variable = 0;
};

/// Asked for each field that find_fields meets: answers the index among the CopyValues of its kind,
/// or nothing for what stays as it is.
class Choice {
  public:
    virtual ~Choice() = default;

    virtual std::optional<std::uint16_t> address(const IpAddress& address) = 0;
    virtual std::optional<std::uint16_t> port(std::uint16_t port) = 0;
    /// For sequence numbers and time stamps of the bytes that go from one end to the other.
    virtual std::optional<std::uint16_t> stream(const Endpoint& from, const Endpoint& to) = 0;
    /// Six bytes, as Ethernet has them.
    virtual std::optional<std::uint16_t> hardware_address(Bytes) { return {}; }
    /// Payload that goes from one end to the other, by its first byte's sequence number.
    virtual std::vector<Replacement> tcp_data(const Endpoint&, const Endpoint&, std::uint32_t,
                                              Bytes) {
        return {};
    }
    /// In a datagram; or a part of what DNS over TCP has.
    virtual std::vector<Replacement> dns_message(Bytes, bool /*over_tcp*/) { return {}; }
    /// What else is carried: by UDP, a reset, a fragment that is not the first one.
    virtual std::vector<Replacement> other_data(Bytes) { return {}; }
};

}  // namespace tlstriage::rewriting
