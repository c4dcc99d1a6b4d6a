// What the copies of a conversation differ in: its addresses, its clients' ports, and the sequence
// numbers of each direction of its connections.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/address.h"
#include "rewriting/choice.h"

namespace tlstriage::generate {

class Variables : public rewriting::Choice {
  public:
    // These stay as they are in every copy.
    void keep(const IpAddress& address) { kept_addresses_.insert(address); }
    // Ports that clients chose. A port that is some server's too is none.
    void client_port(std::uint16_t port) { client_ports_.insert(port); }
    void server_port(std::uint16_t port) { server_ports_.insert(port); }

    // The variable's index; empty for what has to stay: multicast, link-local and unspecified
    // addresses, servers' ports.
    std::optional<std::uint16_t> address(const IpAddress& address) override;
    std::optional<std::uint16_t> port(std::uint16_t port) override;
    std::optional<std::uint16_t> stream(const Endpoint& from, const Endpoint& to) override;

    // The same for what was asked for before.
    std::optional<std::uint16_t> known(const IpAddress& address) const;
    std::optional<std::uint16_t> known(std::uint16_t port) const;

    // As first met, by index.
    const std::vector<IpAddress>& addresses() const { return addresses_; }
    const std::vector<std::uint16_t>& ports() const { return ports_; }
    std::size_t streams() const { return streams_.size(); }
    const std::set<std::uint16_t>& server_ports() const { return server_ports_; }
    const std::set<IpAddress>& kept_addresses() const { return kept_addresses_; }

  private:
    using Direction = std::pair<Endpoint, Endpoint>;

    std::set<IpAddress> kept_addresses_;
    std::set<std::uint16_t> client_ports_;
    std::set<std::uint16_t> server_ports_;
    std::map<IpAddress, std::uint16_t> address_index_;
    std::vector<IpAddress> addresses_;
    std::map<std::uint16_t, std::uint16_t> port_index_;
    std::vector<std::uint16_t> ports_;
    std::map<Direction, std::uint16_t> streams_;
};

}  // namespace tlstriage::generate
