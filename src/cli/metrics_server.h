// The metrics page over HTTP, in threads of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tlstriage::cli {

/// Where to listen. Port 0 lets the system choose.
struct ListenAddress {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
};

/// "127.0.0.1:9464", "[::1]:9464", "9464" (loopback). Throws CLI::ValidationError.
ListenAddress parse_listen_address(const std::string& text);

/// Answers GET /metrics with what `page` returns then; `page` may be called by several threads at
/// once. From construction to destruction. Throws std::runtime_error when it can't listen there.
class MetricsServer {
  public:
    MetricsServer(const ListenAddress& address, std::function<std::string()> page);
    ~MetricsServer();
    MetricsServer(MetricsServer&&) = delete;
    MetricsServer& operator=(MetricsServer&&) = delete;

    /// The one that was asked for, or that the system chose.
    [[nodiscard]] std::uint16_t port() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tlstriage::cli
