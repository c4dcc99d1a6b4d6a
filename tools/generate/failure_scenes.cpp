#include "failure_scenes.h"

#include <string>
#include <string_view>

#include "tls_names.h"

namespace tlstriage::generate {
namespace {

constexpr std::uint8_t warning = 1;
constexpr std::uint8_t fatal = 2;

// nginx 1.22's answer to a request it can't take.
std::string bad_request(std::string_view title, std::string_view detail) {
    std::string body = "<html>\r\n<head><title>" + std::string(title) + "</title></head>\r\n" +
                       "<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n";
    if (!detail.empty()) body += "<center>" + std::string(detail) + "</center>\r\n";
    body += "<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";
    return "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n"
           "Date: Thu, 09 Oct 2025 08:53:20 GMT\r\nContent-Type: text/html\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

void say_alert(Scene& scene, Verdict& verdict, Side sender, std::uint8_t level,
               std::uint8_t description) {
    scene.session.clear_alert(sender, level, description);
    verdict.alert_sender = side_name(sender);
    verdict.alert = alert_name(description);
}

// Sends what the side has to say last, and closes: with the FIN in the same segment, in one of its
// own, or by a reset.
void send_and_leave(Scene& scene, Side sender) {
    auto& [conversation, session, server, rng] = scene;
    const auto way_to_leave = rng.below(5);
    conversation.send(sender, way_to_leave < 2);
    if (way_to_leave == 4) {
        conversation.reset(sender);
        return;
    }
    if (way_to_leave >= 2) conversation.finish(sender);
    if (rng.chance(0.25)) {
        conversation.reset(peer_of(sender));
    } else {
        conversation.answer_finish(peer_of(sender));
    }
}

}  // namespace

void syn_timeout(Scene& scene, Verdict&) {
    scene.conversation.send_syn();
    scene.conversation.wait(1 * second);  // RFC 6298 §2.1, then doubled
    scene.conversation.send_syn();
    scene.conversation.wait(2 * second);
    scene.conversation.send_syn();
}

void connection_refused(Scene& scene, Verdict&) {
    scene.conversation.send_syn();
    scene.conversation.refuse_syn();
}

void reset_before_hello(Scene& scene, Verdict&) {
    scene.conversation.connect();
    scene.conversation.wait(scene.rng.between(0, 300) * millisecond);
    scene.conversation.reset(Side::server);
}

void closed_before_hello(Scene& scene, Verdict&) {
    scene.conversation.connect();
    scene.conversation.wait(scene.rng.between(0, 300) * millisecond);
    scene.conversation.finish_both(Side::server);
}

void tcp_probe(Scene& scene, Verdict&) {
    auto& [conversation, session, server, rng] = scene;
    switch (rng.below(3)) {
        case 0:  // a half-open scan
            conversation.open_half();
            conversation.reset(Side::client);
            break;
        case 1:
            conversation.connect();
            conversation.reset(Side::client);
            break;
        default:  // a load balancer's health check
            conversation.connect();
            conversation.finish_both(Side::client);
            break;
    }
}

void plaintext_to_tls_port(Scene& scene, Verdict&) {
    auto& [conversation, session, server, rng] = scene;
    conversation.connect();
    session.plain(Side::client, "GET / HTTP/1.1\r\nHost: " + server.name +
                                    "\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n");
    conversation.send(Side::client);
    conversation.acknowledge(Side::server);
    session.plain(Side::server, bad_request("400 The plain HTTP request was sent to HTTPS port",
                                            "The plain HTTP request was sent to HTTPS port"));
    const bool together = rng.chance(0.5);
    conversation.send(Side::server, together);
    if (!together) conversation.finish(Side::server);
    conversation.answer_finish(Side::client);
}

void http_instead_of_tls(Scene& scene, Verdict& verdict) {
    auto& [conversation, session, server, rng] = scene;
    open_with_hello(scene, true);
    session.plain(Side::server, bad_request("400 Bad Request", ""));
    conversation.send(Side::server, rng.chance(0.5));
    if (rng.chance(0.5)) say_alert(scene, verdict, Side::client, fatal, alert::protocol_version);
    conversation.send(Side::client, true);
    conversation.acknowledge(Side::server);
}

void ssh_instead_of_tls(Scene& scene, Verdict& verdict) {
    auto& [conversation, session, server, rng] = scene;
    constexpr std::string_view banner = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
    if (rng.chance(0.5)) {  // the banner is there before the client has got its hello ready
        conversation.connect();
        session.plain(Side::server, banner);
        conversation.send(Side::server);
        conversation.acknowledge(Side::client);
        conversation.wait(rng.between(50, 2000) * microsecond);
        session.client_hello();
        conversation.send(Side::client);
        session.plain(Side::server, "Invalid SSH identification string.\r\n");
        conversation.send(Side::server, true);
        conversation.answer_finish(Side::client);
        return;
    }
    open_with_hello(scene, rng.chance(0.5));
    conversation.wait(rng.between(1, 20) * millisecond);
    session.plain(Side::server, banner);
    conversation.send(Side::server);
    if (rng.chance(0.5)) say_alert(scene, verdict, Side::client, fatal, alert::protocol_version);
    conversation.send(Side::client, true);
    conversation.answer_finish(Side::server);
}

void alert_after_hello(Scene& scene, Verdict& verdict, std::uint8_t description) {
    open_with_hello(scene, scene.rng.chance(0.6));
    scene.conversation.wait(scene.rng.between(50, 900) * microsecond);
    say_alert(scene, verdict, Side::server, fatal, description);
    send_and_leave(scene, Side::server);
}

void alert_after_certificate(Scene& scene, Verdict& verdict, std::uint8_t description) {
    auto& [conversation, session, server, rng] = scene;
    open_with_hello(scene, rng.chance(0.6));
    conversation.wait(server.thinking);
    session.server_flight();
    conversation.send(Side::server);
    if (rng.chance(0.6)) conversation.acknowledge(Side::client);
    conversation.wait(rng.between(200, 4000) * microsecond);
    say_alert(scene, verdict, Side::client, fatal, description);
    send_and_leave(scene, Side::client);
}

void reset_after_client_hello(Scene& scene, Verdict&) {
    open_with_hello(scene, scene.rng.chance(0.5));
    scene.conversation.wait(scene.rng.between(100, 2000) * microsecond);
    scene.conversation.reset(Side::server);
}

void closed_after_client_hello(Scene& scene, Verdict& verdict) {
    auto& [conversation, session, server, rng] = scene;
    open_with_hello(scene, rng.chance(0.5));
    conversation.wait(rng.between(100, 2000) * microsecond);
    if (rng.chance(0.3)) say_alert(scene, verdict, Side::server, warning, alert::close_notify);
    conversation.send(Side::server, true);
    conversation.answer_finish(Side::client);
}

void server_silent(Scene& scene, Verdict&) {
    open_with_hello(scene, true);
    scene.conversation.wait(10 * second);
    scene.conversation.finish(Side::client);
    scene.conversation.acknowledge(Side::server);
}

void client_gave_up(Scene& scene, Verdict&) {
    open_with_hello(scene, true);
    scene.conversation.wait(200 * millisecond - scene.conversation.round_trip());
    scene.conversation.finish_both(Side::client);
}

// The server can't make sense of the client's Finished: other keys came out on its side.
void key_exchange_failed(Scene& scene, Verdict& verdict) {
    auto& [conversation, session, server, rng] = scene;
    open_with_hello(scene, rng.chance(0.6));
    conversation.wait(server.thinking);
    session.server_flight();
    conversation.send(Side::server);
    conversation.acknowledge(Side::client);
    session.client_finish();
    conversation.send(Side::client);
    conversation.wait(rng.between(100, 900) * microsecond);
    say_alert(scene, verdict, Side::server, fatal, alert::decrypt_error);
    send_and_leave(scene, Side::server);
}

void encrypted_rejection(Scene& scene, Verdict&) {
    auto& [conversation, session, server, rng] = scene;
    open_with_hello(scene, rng.chance(0.6));
    conversation.wait(server.thinking);
    session.server_flight();
    conversation.send(Side::server);
    conversation.acknowledge(Side::client);
    conversation.wait(rng.between(200, 4000) * microsecond);
    session.change_cipher_spec(Side::client);
    session.encrypted_alert(Side::client);
    send_and_leave(scene, Side::client);
}

}  // namespace tlstriage::generate
