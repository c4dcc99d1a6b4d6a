#include "cli/metrics_server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <charconv>
#include <stdexcept>
#include <thread>

namespace tlstriage::cli {
namespace {

constexpr std::size_t threads = 2;          // a slow reader does not keep another out
constexpr std::size_t longest_body = 1024;  // bytes; nobody has to send any
constexpr auto patience = std::chrono::seconds(5);
constexpr auto content_type = "text/plain; version=0.0.4; charset=utf-8";
constexpr auto front_page =
    "<!DOCTYPE html><title>tlstriage</title><p><a href=\"/metrics\">Metrics</a></p>\n";

[[noreturn]] void refuse(const std::string& text) {
    throw CLI::ValidationError(
        fmt::format("--metrics: {} is no address like 127.0.0.1:9464 or [::1]:9464", text));
}

}  // namespace

ListenAddress parse_listen_address(const std::string& text) {
    ListenAddress address;
    const std::size_t colon = text.rfind(':');
    std::string port = text;
    if (colon != std::string::npos) {
        address.host = text.substr(0, colon);
        port = text.substr(colon + 1);
        const bool bracketed = address.host.starts_with('[') && address.host.ends_with(']');
        if (bracketed) address.host = address.host.substr(1, address.host.size() - 2);
        const bool is_v6 = address.host.find(':') != std::string::npos;
        if (address.host.empty() || is_v6 != bracketed) refuse(text);
    }
    const char* const end = port.data() + port.size();
    const auto [read, error] = std::from_chars(port.data(), end, address.port);
    if (error != std::errc{} || read != end) refuse(text);
    return address;
}

struct MetricsServer::State {
    httplib::Server server;
    std::uint16_t port = 0;
    std::atomic<bool> ended{false};
    std::thread thread;
};

MetricsServer::MetricsServer(const ListenAddress& address, std::function<std::string()> page)
    : state_(std::make_unique<State>()) {
    State& s = *state_;
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the library takes it so, and owns it
    s.server.new_task_queue = [] { return new httplib::ThreadPool(threads); };
    s.server.set_payload_max_length(longest_body);
    s.server.set_read_timeout(patience);
    s.server.set_write_timeout(patience);
    s.server.Get("/metrics",
                 [page = std::move(page)](const httplib::Request&, httplib::Response& response) {
                     response.set_content(page(), content_type);
                 });
    s.server.Get("/", [](const httplib::Request&, httplib::Response& response) {
        response.set_content(front_page, "text/html");
    });
    const int bound = address.port == 0 ? s.server.bind_to_any_port(address.host)
                      : s.server.bind_to_port(address.host, address.port) ? address.port
                                                                          : -1;
    if (bound <= 0) {
        throw std::runtime_error(
            fmt::format("--metrics: cannot listen on {} port {}", address.host, address.port));
    }
    s.port = static_cast<std::uint16_t>(bound);
    s.thread = std::thread([&s] {
        s.server.listen_after_bind();
        s.ended = true;
    });
    // Only a server that runs can be stopped.
    while (!s.server.is_running() && !s.ended)
        std::this_thread::yield();
}

MetricsServer::~MetricsServer() {
    state_->server.stop();
    state_->thread.join();
}

std::uint16_t MetricsServer::port() const {
    return state_->port;
}

}  // namespace tlstriage::cli
