// The hosts of a trace: servers with their habits and certificates, and clients.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "certificates.h"
#include "client_shapes.h"
#include "flow.h"
#include "random.h"

namespace tlstriage::generate {

struct Server {
    std::string name;
    std::uint32_t number = 0;  // its addresses follow from this
    std::uint16_t port = 443;
    std::uint8_t hop_limit = 64;
    std::uint16_t highest_version = 0;
    std::vector<std::uint16_t> suites;  // in order of preference, for both versions
    std::int64_t network_delay = 0;     // ns there and back from the point of capture
    std::int64_t thinking = 0;          // ns for a signature, or a request
    bool packs_messages = false;        // several handshake messages to a record
    bool speaks_h2 = true;
    bool takes_mlkem = false;
    unsigned tickets = 2;  // after a full handshake
    Chain chain;
};

struct Client {
    std::uint32_t number = 0;
    const ClientShape* shape = nullptr;
    std::uint8_t hop_limit = 64;
    bool timestamps = true;
    std::uint16_t next_port = 0;
};

struct WorldSize {
    std::uint32_t servers = 500;
    std::uint32_t clients = 1000;
    bool odd_ports = false;  // also 465, 993, 8443 ...
};

class World {
  public:
    World(WorldSize size, std::int64_t capture_second, Rng& rng);

    const Server& any_server(Rng& rng) const { return rng.pick(servers_); }
    // A healthy server whose highest version is `version`.
    const Server& server_for(std::uint16_t version, Rng& rng) const;
    const Server& faulty_server(CertificateFault fault, std::uint16_t version, Rng& rng) const;
    const Server& ssh_server(Rng& rng) const { return rng.pick(ssh_servers_); }
    const Server& http_server(Rng& rng) const { return rng.pick(http_servers_); }

    Client& any_client(Rng& rng) { return clients_[rng.below(clients_.size())]; }
    // Of a client that does nothing else in the trace: a success of the same client close by would
    // turn its failure into a lost race (happy eyeballs).
    Client lonely_client(const ClientShape* shape, Rng& rng);

    const std::string& roots_pem() const { return roots_pem_; }

  private:
    Server make_server(const std::string& name, std::uint16_t highest_version, Rng& rng);
    Client make_client(std::uint32_t number, const ClientShape* shape, Rng& rng) const;

    std::uint32_t next_server_ = 1;
    std::uint32_t next_lonely_ = 0;
    std::string roots_pem_;
    std::vector<Server> servers_;
    std::map<CertificateFault, std::vector<Server>> faulty_;
    std::vector<Server> ssh_servers_;
    std::vector<Server> http_servers_;
    std::vector<Client> clients_;
};

// Where the two stand in a frame; `port` of the server may differ from its usual one.
Host client_host(const Client& client, std::uint16_t port, bool ipv6);
Host server_host(const Server& server, std::uint16_t port, bool ipv6);

// `203.0.113.7` or RFC 5952 text.
std::string address_text(const Host& host, bool ipv6);

}  // namespace tlstriage::generate
