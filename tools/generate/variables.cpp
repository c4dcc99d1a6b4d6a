#include "variables.h"

#include <array>

namespace tlstriage::generate {
namespace {

// RFC 6890: addresses that name no host, or not the same one everywhere.
bool names_a_host(const IpAddress& address) {
    const auto& bytes = address.bytes;
    if (address.is_v4()) return bytes[12] != 0 && bytes[12] < 224;
    const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
    return address != IpAddress{} && bytes[0] != 0xff && !link_local;
}

}  // namespace

std::optional<std::uint16_t> Variables::address(const IpAddress& address) {
    if (!names_a_host(address) || kept_addresses_.contains(address)) return {};
    const auto next = static_cast<std::uint16_t>(addresses_.size());
    const auto [found, is_new] = address_index_.emplace(address, next);
    if (is_new) addresses_.push_back(address);
    return found->second;
}

std::optional<std::uint16_t> Variables::port(std::uint16_t port) {
    if (!client_ports_.contains(port) || server_ports_.contains(port)) return {};
    const auto next = static_cast<std::uint16_t>(ports_.size());
    const auto [found, is_new] = port_index_.emplace(port, next);
    if (is_new) ports_.push_back(port);
    return found->second;
}

std::optional<std::uint16_t> Variables::stream(const Endpoint& from, const Endpoint& to) {
    const auto next = static_cast<std::uint16_t>(streams_.size());
    return streams_.emplace(Direction{from, to}, next).first->second;
}

std::optional<std::uint16_t> Variables::known(const IpAddress& address) const {
    const auto found = address_index_.find(address);
    return found == address_index_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<std::uint16_t> Variables::known(std::uint16_t port) const {
    const auto found = port_index_.find(port);
    return found == port_index_.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace tlstriage::generate
