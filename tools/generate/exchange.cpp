#include "exchange.h"

#include <algorithm>
#include <array>
#include <string>

namespace tlstriage::generate {
namespace {

std::uint32_t draw_size(Rng& rng, double low, double high) {
    return static_cast<std::uint32_t>(rng.log_uniform(low, high));
}

// Up to the client's Finished in TLS 1.3 and in resumption (then not sent yet, so that a request
// can share its segment), up to the server's Finished in a full handshake of TLS 1.2.
void play_handshake(Scene& scene) {
    auto& [conversation, session, server, rng] = scene;
    open_with_hello(scene, rng.chance(0.6));
    conversation.wait(rng.between(50, 400) * microsecond);
    if (session.terms().hello_retry) {
        session.hello_retry_request();
        conversation.send(Side::server);
        session.client_hello();
        conversation.send(Side::client);
    }
    conversation.wait(session.terms().resumed ? 100 * microsecond : server.thinking);
    session.server_flight();
    conversation.send(Side::server);
    if (rng.chance(0.7)) conversation.acknowledge(Side::client);
    conversation.wait(rng.between(100, 1500) * microsecond);
    session.client_finish();
    if (session.terms().is_tls13() || session.terms().resumed) return;
    conversation.send(Side::client);
    if (rng.chance(0.3)) conversation.acknowledge(Side::server);
    session.server_finish();
    conversation.send(Side::server);
}

void request(Scene& scene, std::uint32_t length) {
    auto& [conversation, session, server, rng] = scene;
    session.application_data(Side::client, length);
    conversation.send(Side::client);
}

// Tickets leave as soon as the client's Finished is there, before the request is read.
void first_request(Scene& scene, std::uint32_t length) {
    auto& [conversation, session, server, rng] = scene;
    const bool finish_waits = session.terms().is_tls13() || session.terms().resumed;
    if (finish_waits && rng.chance(0.5)) conversation.send(Side::client);
    request(scene, length);
    if (rng.chance(0.5)) conversation.acknowledge(Side::server);
    if (!session.terms().is_tls13()) return;
    session.server_finish();
    conversation.send(Side::server);
    if (rng.chance(0.5)) conversation.acknowledge(Side::client);
}

void end_session(Scene& scene) {
    auto& [conversation, session, server, rng] = scene;
    const double kind = rng.unit();
    if (kind < 0.04) {  // a program that dies, or a socket closed with data unread
        conversation.reset(Side::client);
        return;
    }
    const Side first = kind < 0.75 ? Side::client : Side::server;
    const Side second = peer_of(first);
    if (kind < 0.12) {  // without close_notify
        conversation.finish_both(first);
        return;
    }
    session.encrypted_alert(first);
    const bool together = rng.chance(0.6);
    conversation.send(first, together);
    if (!together) conversation.finish(first);
    if (rng.chance(0.1)) {
        conversation.reset(second);
        return;
    }
    if (rng.chance(0.5)) session.encrypted_alert(second);
    conversation.send(second, true);
    conversation.acknowledge(first);
}

void respond(Scene& scene, std::uint32_t length, std::uint32_t record_length) {
    auto& [conversation, session, server, rng] = scene;
    conversation.wait(server.thinking);
    session.application_data(Side::server, length, record_length);
    conversation.send(Side::server);
}

}  // namespace

void open_with_hello(Scene& scene, bool acked) {
    auto& [conversation, session, server, rng] = scene;
    conversation.connect();
    conversation.wait(rng.between(50, 2000) * microsecond);
    session.client_hello();
    conversation.send(Side::client);
    if (acked) conversation.acknowledge(Side::server);
}

void play_short(Scene& scene) {
    auto& [conversation, session, server, rng] = scene;
    play_handshake(scene);
    first_request(scene, draw_size(rng, 200, 1500));
    respond(scene, draw_size(rng, 300, 10'000), 16384);
    if (rng.chance(0.8)) conversation.acknowledge(Side::client);
    conversation.wait(rng.between(0, 20) * millisecond);
    end_session(scene);
}

void play_bulk(Scene& scene, std::uint32_t payload_bytes) {
    auto& [conversation, session, server, rng] = scene;
    static constexpr std::array<std::uint32_t, 3> record_lengths{16384, 16384, 4096};
    const bool upload = rng.chance(0.15);
    const std::uint32_t record_length = rng.pick(record_lengths);
    conversation.set_ack_interval(rng.chance(0.2) ? 1 : 2);
    play_handshake(scene);
    first_request(scene, draw_size(rng, 100, 900));
    while (payload_bytes > 0) {
        const std::uint32_t size = std::min(payload_bytes, draw_size(rng, 1500, 200'000));
        payload_bytes -= size;
        if (upload) {
            session.application_data(Side::client, size, record_length);
            conversation.send(Side::client);
            respond(scene, draw_size(rng, 60, 300), record_length);
        } else {
            respond(scene, std::max(size, 60U), record_length);
        }
        if (rng.chance(0.7)) conversation.acknowledge(Side::client);
        if (payload_bytes == 0) break;
        conversation.wait(static_cast<std::int64_t>(rng.exponential(120.0 * millisecond)));
        request(scene, draw_size(rng, 100, 900));
    }
    end_session(scene);
}

void play_mixed(Scene& scene) {
    auto& [conversation, session, server, rng] = scene;
    conversation.set_ack_interval(rng.chance(0.5) ? 1 : 2);
    if (rng.chance(0.5)) {
        play_short(scene);
    } else {
        play_bulk(scene, draw_size(rng, 200, 120'000));
    }
}

void play_plain_http(Scene& scene) {
    auto& [conversation, session, server, rng] = scene;
    conversation.connect();
    session.plain(Side::client, "GET /status HTTP/1.1\r\nHost: " + server.name + "\r\n\r\n");
    conversation.send(Side::client);
    conversation.acknowledge(Side::server);
    const std::string body(draw_size(rng, 10, 5000), 'x');
    session.plain(Side::server, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
                                    std::to_string(body.size()) + "\r\n\r\n" + body);
    conversation.send(Side::server);
    conversation.acknowledge(Side::client);
    conversation.finish_both(Side::client);
}

void play_ssh(Scene& scene) {
    auto& [conversation, session, server, rng] = scene;
    conversation.connect();
    session.plain(Side::server, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n");
    conversation.send(Side::server);
    session.plain(Side::client, "SSH-2.0-OpenSSH_9.6\r\n");
    conversation.send(Side::client);
    conversation.acknowledge(Side::server);
    conversation.wait(rng.between(1, 50) * millisecond);
    conversation.finish_both(Side::client);
}

}  // namespace tlstriage::generate
