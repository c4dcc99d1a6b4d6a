#include "report/inventory.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "tls/certificate.h"

namespace tlstriage::report {
namespace {

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

void widen(Nanoseconds& first, Nanoseconds& last, Nanoseconds from, Nanoseconds to, bool fresh) {
    first = fresh ? from : std::min(first, from);
    last = fresh ? to : std::max(last, to);
}

}  // namespace

void ServerEntry::add_name(const std::string& name) {
    if (names.size() == max_names && *names.rbegin() <= name) return;
    names.insert(name);
    if (names.size() > max_names) names.erase(std::prev(names.end()));
}

void ServerEntry::merge(const ServerEntry& other) {
    widen(first_seen, last_seen, other.first_seen, other.last_seen, total() == 0);
    for (std::size_t i = 0; i < flows.size(); ++i)
        flows[i] += other.flows[i];
    for (const auto& [cause, count] : other.causes)
        causes[cause] += count;
    versions.insert(other.versions);
    cipher_suites.insert(other.cipher_suites);
    for (const std::string& name : other.names)
        add_name(name);
    certificates.insert(other.certificates);
    append(tcp_connect, other.tcp_connect);
    append(server_hello, other.server_hello);
    append(handshake, other.handshake);
}

void CertificateEntry::merge(const CertificateEntry& other) {
    widen(first_seen, last_seen, other.first_seen, other.last_seen, flows == 0);
    flows += other.flows;
    servers.insert(other.servers);
    findings |= other.findings;
    leaf |= other.leaf;
    of_client |= other.of_client;
}

std::size_t Inventory::Hash::operator()(const Endpoint& endpoint) const {
    return XXH3_64bits_withSeed(endpoint.address.bytes.data(), endpoint.address.bytes.size(),
                                endpoint.port);
}

void Inventory::add(const Row& row) {
    const auto& [e, verdict, files, timings] = row;
    ServerEntry& server = servers_[e.server];
    widen(server.first_seen, server.last_seen, e.first.time, e.first.time, server.total() == 0);
    ++server.flows[static_cast<std::size_t>(verdict.outcome)];
    if (verdict.outcome == verdict::Outcome::failed) ++server.causes[verdict.cause];
    if (e.server_hello && e.server_hello->whole) {
        server.versions.insert(e.server_hello->version);
        server.cipher_suites.insert(e.server_hello->cipher_suite);
    }
    const auto& hello = e.client_hello;
    if (hello && hello->server_name) server.add_name(*hello->server_name);
    if (timings.tcp_connect) server.tcp_connect.push_back(*timings.tcp_connect);
    if (timings.server_hello) server.server_hello.push_back(*timings.server_hello);
    if (timings.handshake) server.handshake.push_back(*timings.handshake);
    if (const tls::Chain* chain = e.of_server().chain) {
        if (const tls::Certificate* leaf = chain->leaf()) server.certificates.insert(leaf);
        add_chain(*chain, false, verdict.cert_findings, row);
    }
    if (const tls::Chain* chain = e.of_client().chain) {
        add_chain(*chain, true, chain->findings, row);
    }
}

void Inventory::add_chain(const tls::Chain& chain, bool of_client, tls::Findings findings,
                          const Row& row) {
    for (const auto& certificate : chain.certificates) {
        if (certificate == nullptr) continue;
        CertificateEntry& entry = certificates_[certificate.get()];
        const Nanoseconds time = row.evidence.first.time;
        widen(entry.first_seen, entry.last_seen, time, time, entry.flows == 0);
        ++entry.flows;
        entry.servers.insert(row.evidence.server);
        entry.of_client |= of_client;
        if (certificate != chain.certificates.front()) continue;
        entry.leaf = true;
        entry.findings |= findings;
    }
}

void Inventory::merge(const Inventory& other) {
    for (const auto& [endpoint, server] : other.servers_)
        servers_[endpoint].merge(server);
    for (const auto& [certificate, entry] : other.certificates_)
        certificates_[certificate].merge(entry);
}

std::map<Endpoint, const ServerEntry*> Inventory::servers() const {
    std::map<Endpoint, const ServerEntry*> sorted;
    for (const auto& [endpoint, server] : servers_)
        sorted[endpoint] = &server;
    return sorted;
}

std::map<std::string_view, std::pair<const tls::Certificate*, const CertificateEntry*>>
Inventory::certificates() const {
    std::map<std::string_view, std::pair<const tls::Certificate*, const CertificateEntry*>> sorted;
    for (const auto& [certificate, entry] : certificates_)
        sorted[certificate->sha256] = {certificate, &entry};
    return sorted;
}

}  // namespace tlstriage::report
