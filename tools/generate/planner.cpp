#include "planner.h"

#include <fmt/format.h>

#include <algorithm>

#include "disorder.h"
#include "tls_names.h"

namespace tlstriage::generate {
namespace {

std::string_view version_name(std::uint16_t version) {
    return version == tls_version::tls13 ? "TLS1.3" : "TLS1.2";
}

// When the last byte before `mark` has been seen with all the bytes before it.
std::int64_t time_complete(const Flow& flow, Mark mark) {
    std::uint32_t reached = 0;
    std::vector<Segment> ahead;  // behind a gap
    for (const auto& segment : flow.segments) {
        if (segment.side != mark.side || segment.length == 0) continue;
        ahead.push_back(segment);
        for (bool progress = true; progress;) {
            progress = false;
            for (const auto& candidate : ahead) {
                const std::uint32_t end = candidate.position() + candidate.length;
                if (candidate.position() > reached || end <= reached) continue;
                reached = end;
                progress = true;
            }
        }
        std::erase_if(ahead, [reached](const Segment& held) { return held.position() < reached; });
        if (reached >= mark.position) return segment.time;
    }
    return 0;
}

void describe(const Flow& flow, const TlsSession& session, const Server& server,
              const std::string& server_name, Truth& truth) {
    if (session.hello_sent()) truth.server_name = server_name;
    if (session.server_hello_sent()) {
        truth.version = version_name(session.terms().version);
        truth.cipher = session.terms().suite->name;
        // TLS 1.3 hides both in its encrypted flight.
        if (!session.terms().is_tls13()) {
            truth.application_protocol = session.terms().application_protocol;
        }
    }
    if (session.certificate_shown()) truth.certificate_serial = server.chain.serial;
    if (truth.verdict.outcome != "ok") return;
    const Mark start = *session.hello_start();
    truth.handshake = time_complete(flow, *session.handshake_end()) -
                      time_complete(flow, {start.side, start.position + 1});
}

void play_healthy(Profile profile, Scene& scene, std::uint32_t payload_bytes) {
    switch (profile) {
        case Profile::bulk:
        case Profile::lab: play_bulk(scene, payload_bytes); break;
        case Profile::short_flows: play_short(scene); break;
        case Profile::mixed: play_mixed(scene); break;
    }
}

}  // namespace

Planner::Pair Planner::cast_healthy(Rng& rng) {
    Client& client = world_.any_client(rng);
    const Server& server = world_.any_server(rng);
    // Ports in turn: no four-tuple comes back within a trace.
    const std::uint16_t port = client.next_port;
    client.next_port = port >= 60999 ? std::uint16_t{32768} : static_cast<std::uint16_t>(port + 1);
    return {&server, client, port, server.port};
}

Planner::Pair Planner::cast_plain(bool ssh, Rng& rng) {
    Pair pair = cast_healthy(rng);
    pair.server = ssh ? &world_.ssh_server(rng) : &world_.http_server(rng);
    pair.server_port = ssh ? 22 : 80;
    return pair;
}

Planner::Pair Planner::cast_failure(const Casting& casting, Rng& rng) {
    Pair pair;
    switch (casting.server) {
        case Casting::ServerRole::any:
            pair.server = casting.server_version == 0
                              ? &world_.any_server(rng)
                              : &world_.server_for(casting.server_version, rng);
            break;
        case Casting::ServerRole::faulty:
            pair.server = &world_.faulty_server(casting.fault, casting.server_version, rng);
            break;
        case Casting::ServerRole::ssh: pair.server = &world_.ssh_server(rng); break;
        case Casting::ServerRole::http: pair.server = &world_.http_server(rng); break;
    }
    const ClientShape* shape = casting.client != nullptr ? &casting.client() : nullptr;
    while (shape == nullptr) {
        const ClientShape& candidate = rng.pick(current_clients());
        const bool too_old = casting.server_version > candidate.highest_version;
        const bool no_alpn = !casting.protocol.empty() && !candidate.http_alpn;
        if (!too_old && !no_alpn) shape = &candidate;
    }
    pair.client = world_.lonely_client(shape, rng);
    pair.client_port = pair.client.next_port;
    pair.server_port = pair.server->port;
    return pair;
}

Flow Planner::make_flow(const Pair& pair, Rng& rng) const {
    Flow flow;
    flow.ipv6 = rng.chance(options_.profile == Profile::mixed ? 0.25 : 0.1);
    flow.timestamps = pair.client.timestamps;
    flow.mss = flow.ipv6 ? 1440 : 1460;
    flow.host(Side::client) = client_host(pair.client, pair.client_port, flow.ipv6);
    flow.host(Side::server) = server_host(*pair.server, pair.server_port, flow.ipv6);
    for (auto& host : flow.hosts) {
        host.initial_sequence = rng.u32();
        host.timestamp_base = rng.u32();
        host.ip_id = rng.u16();
        host.window = static_cast<std::uint16_t>(rng.between(501, 1024));
    }
    if (options_.profile == Profile::mixed && rng.chance(0.2)) {
        flow.vlan_count = rng.chance(0.2) ? 2 : 1;
        flow.vlans = {static_cast<std::uint16_t>(rng.between(100, 104)), 200};
    }
    return flow;
}

ClientOffer Planner::make_offer(const Pair& pair, const FailureKind* kind, Rng& rng) {
    ClientOffer offer = draw_offer(*pair.client.shape, pair.server->name, rng);
    if (kind == nullptr) return offer;
    if (kind->casting.unknown_name) {
        offer.server_name = fmt::format("unknown{}.nowhere.example", ++unknown_names_);
    }
    if (!kind->casting.protocol.empty()) {
        offer.application_protocols = {std::string(kind->casting.protocol)};
    }
    return offer;
}

void Planner::choose_resumption(ClientOffer& offer, Terms& terms, Rng& rng) const {
    if (rng.chance(options_.profile == Profile::short_flows ? 0.6 : 0.2)) {
        terms.resumed = true;
        Bytes ticket(rng.chance(0.5) ? 176 : 192);
        rng.fill(ticket);
        if (terms.is_tls13()) {
            offer.psk_identity = std::move(ticket);
            offer.psk_suite = terms.suite;
        } else {
            // The session id tells the client whether its ticket was taken: RFC 5077 §3.4.
            offer.session_ticket = std::move(ticket);
            offer.session_id.resize(32);
            rng.fill(offer.session_id);
            terms.early_ticket = rng.chance(0.2);
        }
        return;
    }
    if (terms.is_tls13() && rng.chance(0.03)) {
        terms.hello_retry = true;
        terms.group = group::secp384r1;  // offered by all, but none sends a share of it at once
    }
}

PlannedFlow Planner::plan(std::uint64_t number, std::int64_t start, std::uint32_t payload_bytes) {
    Rng rng(options_.seed, number + 1);
    const FailureKind* kind = rng.chance(options_.failures) ? &rng.pick(failure_kinds()) : nullptr;
    const bool plain = kind == nullptr && options_.profile == Profile::mixed && rng.chance(0.06);
    const bool ssh = plain && rng.chance(0.4);
    const Pair pair = kind != nullptr ? cast_failure(kind->casting, rng)
                      : plain         ? cast_plain(ssh, rng)
                                      : cast_healthy(rng);
    PlannedFlow planned{make_flow(pair, rng), {}};
    Flow& flow = planned.flow;
    ClientOffer offer = make_offer(pair, kind, rng);
    Terms terms = agree(offer, *pair.server, rng);
    if (kind == nullptr) choose_resumption(offer, terms, rng);
    const std::string server_name = offer.server_name;

    const Path path{rng.between(100, 1500) * microsecond, pair.server->network_delay};
    Conversation conversation(flow, path, start, rng);
    TlsSession session(flow, pool_, *pair.server, std::move(offer), std::move(terms), rng);
    Scene scene{conversation, session, *pair.server, rng};
    if (kind != nullptr) {
        planned.truth.verdict = {std::string(kind->outcome),
                                 std::string(kind->phase),
                                 std::string(kind->cause),
                                 std::string(kind->actor),
                                 "",
                                 ""};
        kind->play(scene, planned.truth.verdict);
    } else if (plain) {
        planned.truth.verdict = {"not_tls", "before_tls", "none", "none", "", ""};
        if (ssh) {
            play_ssh(scene);
        } else {
            play_plain_http(scene);
        }
    } else {
        play_healthy(options_.profile, scene, payload_bytes);
    }
    conversation.settle(options_.time_resolution);
    if (kind == nullptr && rng.chance(options_.disorder)) {
        disturb(flow, path.total() - path.total() % microsecond, rng);
    }
    describe(flow, session, *pair.server, server_name, planned.truth);
    return planned;
}

}  // namespace tlstriage::generate
