#include "world.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include "conversation.h"
#include "tls_names.h"

namespace tlstriage::generate {
namespace {

constexpr std::uint32_t lonely_numbers = 1U << 23;  // clients from 10.128.0.0 up
constexpr std::uint16_t first_ephemeral_port = 32768;

void put32(std::uint32_t value, std::uint8_t* out) {
    for (int i = 0; i < 4; ++i)
        out[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

// Clients live in 10.0.0.0/8 (RFC 1918), servers in 198.18.0.0/15 (RFC 2544), and both in
// 2001:db8::/32 (RFC 3849).
std::array<std::uint8_t, 16> make_address(std::uint32_t number, bool server, bool ipv6) {
    std::array<std::uint8_t, 16> address{};
    if (!ipv6) {
        put32((server ? 0xc6120000U : 0x0a000000U) + number, address.data());
        return address;
    }
    put32(0x20010db8, address.data());
    put32(server ? 2 : 1, address.data() + 4);
    put32(number, address.data() + 12);
    return address;
}

}  // namespace

World::World(WorldSize size, std::int64_t capture_second, Rng& rng) {
    CertificateMaker maker(rng, capture_second);
    roots_pem_ = maker.roots_pem();
    static constexpr std::array<std::uint16_t, 5> odd_ports{465, 853, 993, 5671, 8443};
    for (std::uint32_t i = 0; i < size.servers; ++i) {
        const auto version = i % 5 < 3 ? tls_version::tls13 : tls_version::tls12;
        Server server = make_server(fmt::format("www.site{:03}.example", i), version, rng);
        if (size.odd_ports && i % 4 == 3) server.port = rng.pick(odd_ports);
        server.chain = maker.issue(server.name, CertificateFault::none);
        servers_.push_back(std::move(server));
    }
    constexpr int servers_per_fault = 5;
    static constexpr std::array<CertificateFault, 6> faults{
        CertificateFault::expired,       CertificateFault::not_yet_valid,
        CertificateFault::name_mismatch, CertificateFault::unknown_ca,
        CertificateFault::self_signed,   CertificateFault::incomplete_chain};
    for (const auto fault : faults) {
        for (int i = 0; i < servers_per_fault; ++i) {
            const auto name = fmt::format("shop{}.fault{}.example", i, static_cast<int>(fault));
            // In TLS 1.3 nobody sees the certificate: one such fault, with its alert in the clear,
            // is enough.
            const bool hidden = fault == CertificateFault::expired && i >= 3;
            Server server =
                make_server(name, hidden ? tls_version::tls13 : tls_version::tls12, rng);
            server.chain = maker.issue(name, fault);
            faulty_[fault].push_back(std::move(server));
        }
    }
    for (int i = 0; i < 3; ++i) {
        ssh_servers_.push_back(
            make_server(fmt::format("git{}.plain.example", i), tls_version::tls12, rng));
        http_servers_.push_back(
            make_server(fmt::format("old{}.plain.example", i), tls_version::tls12, rng));
    }
    for (std::uint32_t i = 0; i < size.clients; ++i) {
        clients_.push_back(make_client(i + 1, nullptr, rng));
    }
}

Server World::make_server(const std::string& name, std::uint16_t highest_version, Rng& rng) {
    Server server;
    server.name = name;
    server.number = next_server_++;
    server.highest_version = highest_version;
    server.hop_limit =
        static_cast<std::uint8_t>(rng.chance(0.9) ? rng.between(46, 58) : rng.between(108, 120));
    if (highest_version == tls_version::tls13) {
        server.suites = {0x1301, 0x1302, 0x1303};
        if (rng.chance(0.4)) server.suites = {0x1302, 0x1303, 0x1301};
    }
    std::vector<std::uint16_t> older{0xc02b, 0xc02c, 0xcca9, 0xc009};
    if (rng.chance(0.4)) std::swap(older[0], older[1]);
    if (rng.chance(0.1)) std::swap(older[0], older[2]);
    if (rng.chance(0.05)) older = {0xc009, 0xc02b};
    server.suites.insert(server.suites.end(), older.begin(), older.end());
    server.network_delay = static_cast<std::int64_t>(
        rng.log_uniform(static_cast<double>(millisecond), 78.0 * static_cast<double>(millisecond)));
    server.thinking = rng.between(200, 3000) * microsecond;
    server.packs_messages = rng.chance(0.35);
    server.speaks_h2 = rng.chance(0.7);
    server.takes_mlkem = rng.chance(0.4);
    server.tickets = static_cast<unsigned>(rng.between(1, 2));
    return server;
}

Client World::make_client(std::uint32_t number, const ClientShape* shape, Rng& rng) const {
    Client client;
    client.number = number;
    client.shape = shape;
    if (shape == nullptr) {
        const auto& shapes = current_clients();
        client.shape = rng.chance(0.05) ? &post_quantum_client() : &rng.pick(shapes);
    }
    const bool windows = rng.chance(0.3);
    client.hop_limit = windows ? 128 : 64;
    client.timestamps = !windows;
    client.next_port = static_cast<std::uint16_t>(first_ephemeral_port + rng.below(28000));
    return client;
}

Client World::lonely_client(const ClientShape* shape, Rng& rng) {
    return make_client(lonely_numbers + next_lonely_++, shape, rng);
}

const Server& World::server_for(std::uint16_t version, Rng& rng) const {
    while (true) {
        const Server& server = any_server(rng);
        if (server.highest_version == version) return server;
    }
}

const Server& World::faulty_server(CertificateFault fault, std::uint16_t version, Rng& rng) const {
    while (true) {
        const Server& server = rng.pick(faulty_.at(fault));
        if (server.highest_version == version) return server;
    }
}

Host client_host(const Client& client, std::uint16_t port, bool ipv6) {
    Host host;
    host.address = make_address(client.number, false, ipv6);
    host.mac = {0x02, 0x00};
    put32(client.number, host.mac.data() + 2);
    host.port = port;
    host.hop_limit = client.hop_limit;
    return host;
}

Host server_host(const Server& server, std::uint16_t port, bool ipv6) {
    Host host;
    host.address = make_address(server.number, true, ipv6);
    host.mac = {0x02, 0xfe, 0, 0, 0, 1};  // the router: one for all servers
    host.port = port;
    host.hop_limit = server.hop_limit;
    return host;
}

std::string address_text(const Host& host, bool ipv6) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(ipv6 ? AF_INET6 : AF_INET, host.address.data(), text.data(), text.size());
    return text.data();
}

}  // namespace tlstriage::generate
