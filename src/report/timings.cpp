#include "report/timings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "evidence/tls13.h"
#include "tls/names.h"

namespace tlstriage::report {
namespace {

std::optional<Nanoseconds> between(Moment from, Moment to) {
    if (!from.seen() || !to.seen() || to < from) return std::nullopt;
    return to.time - from.time;
}

}  // namespace

std::string_view Timings::slowest_step() const {
    const std::array steps{
        std::pair{std::string_view{"tcp_connect"}, tcp_connect},
        std::pair{std::string_view{"client_hello"}, client_hello},
        std::pair{std::string_view{"server_hello"}, server_hello},
        std::pair{std::string_view{"certificate"}, certificate},
        std::pair{std::string_view{"finished"}, finished},
    };
    const auto longest = std::ranges::max_element(
        steps, [](const auto& a, const auto& b) { return a.second < b.second; });
    return longest->second ? longest->first : std::string_view{};
}

Timings measure(const evidence::Evidence& e) {
    const auto& client = e.of_client();
    const auto& server = e.of_server();
    const bool tls13 = e.server_hello && tls::is_tls13(e.server_hello->version);
    Moment done;
    if (tls13) {
        done = evidence::view_tls13(e).client_finished;
    } else if (client.finished.seen() && server.finished.seen()) {
        done = std::max(client.finished, server.finished);
    }
    const Moment established = server.syn.seen() ? client.acknowledgement : Moment{};
    return {.tcp_connect = between(client.syn, server.syn),
            .client_hello = between(established, e.first_client_hello),
            .server_hello = between(e.client_hello_at, e.server_hello_at),
            .certificate = between(e.server_hello_at, server.certificate),
            .finished = between(e.server_hello_at, done),
            .handshake = between(e.first_client_hello, done)};
}

}  // namespace tlstriage::report
