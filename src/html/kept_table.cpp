#include "html/kept_table.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "html/page_text.h"
#include "html/values.h"

namespace tlstriage::html {
namespace {

/// A rank that puts the largest first.
std::int64_t descending(std::uint64_t count) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    return -static_cast<std::int64_t>(std::min(count, most));
}

}  // namespace

void TableKeeper::offer(const TableReader& reader, const Rank& rank) {
    ++table_.total;
    if (kept_.size() == most_rows_ && (kept_.empty() || rank >= kept_.rbegin()->first)) return;
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < table_.columns.size(); ++i)
        cells.push_back(page_text(reader.cell(i), most_of_list_cell));
    kept_.emplace(rank, std::move(cells));
    if (kept_.size() > most_rows_) kept_.erase(std::prev(kept_.end()));
}

KeptTable TableKeeper::finish() {
    for (auto& [rank, cells] : kept_)
        table_.rows.push_back(std::move(cells));
    kept_.clear();
    return std::move(table_);
}

ServerTable read_servers(const std::filesystem::path& folder, std::size_t most_rows) {
    const std::vector<std::string> columns{"server_ip",
                                           "server_port",
                                           "flows",
                                           "ok",
                                           "failed",
                                           "incomplete",
                                           "not_tls",
                                           "causes",
                                           "versions",
                                           "ciphers",
                                           "snis",
                                           "tcp_connect_ms_p50",
                                           "tcp_connect_ms_p95",
                                           "server_hello_ms_p50",
                                           "server_hello_ms_p95",
                                           "handshake_ms_p50",
                                           "handshake_ms_p95"};
    constexpr std::size_t flows_column = 2;
    constexpr std::size_t failed_column = 4;
    TableReader reader(folder, "servers", columns);
    TableKeeper keeper(columns, most_rows);
    ServerTable servers;
    while (reader.next()) {
        const std::uint64_t flows = reader.count(flows_column);
        const std::uint64_t failed = reader.count(failed_column);
        servers.flows += flows;
        if (failed > 0) ++servers.failing_servers;
        keeper.offer(reader, {descending(failed), descending(flows)});
    }
    servers.table = keeper.finish();
    return servers;
}

CertificateTable read_certificates(const std::filesystem::path& folder, std::size_t most_rows) {
    const std::vector<std::string> columns{
        "days_left", "sha256",    "subject", "issuer",   "names", "not_before", "not_after",
        "key",       "signature", "role",    "findings", "flows", "servers"};
    constexpr std::size_t flows_column = 11;
    TableReader reader(folder, "certificates", columns);
    TableKeeper keeper(columns, most_rows);
    CertificateTable certificates;
    while (reader.next()) {
        const auto days = parse_signed(reader.cell(0));
        if (!days) reader.fail("days_left is no number");
        const auto above = std::ranges::upper_bound(CertificateTable::bounds, *days);
        ++certificates
              .by_days_left[static_cast<std::size_t>(above - CertificateTable::bounds.begin())];
        keeper.offer(reader, {*days, descending(reader.count(flows_column))});
    }
    certificates.table = keeper.finish();
    return certificates;
}

KeptTable read_names(const std::filesystem::path& folder, std::size_t most_rows) {
    const std::vector<std::string> columns{"outcome",     "reason",      "name",       "type",
                                           "client_ip",   "resolver_ip", "transport",  "rcode",
                                           "tries",       "dns_ms",      "start_time", "file",
                                           "first_frame", "explanation", "next_step"};
    TableReader reader(folder, "dns", columns);
    TableKeeper keeper(columns, most_rows);
    while (reader.next())
        keeper.offer(reader, {reader.cell(0) == "failed" ? 0 : 1, 0});
    return keeper.finish();
}

KeptTable read_groups(const std::filesystem::path& folder, std::size_t most_rows,
                      const std::function<bool(std::string_view cause)>& wanted) {
    const std::vector<std::string> columns{
        "cause",     "reason", "actor",           "server_ip",  "server_port",
        "sni",       "flows",  "share_of_server", "clients",    "first_seen",
        "last_seen", "alert",  "example_flow_id", "explanation"};
    constexpr std::size_t flows_column = 6;
    TableReader reader(folder, "summary", columns);
    TableKeeper keeper(columns, most_rows);
    while (reader.next()) {
        if (wanted(reader.cell(0)))
            keeper.offer(reader, {descending(reader.count(flows_column)), 0});
    }
    return keeper.finish();
}

}  // namespace tlstriage::html
