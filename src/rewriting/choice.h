// Which fields of a frame are to be rewritten.
#pragma once

#include <cstdint>
#include <optional>

#include "base/address.h"

namespace tlstriage::rewriting {

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
};

}  // namespace tlstriage::rewriting
