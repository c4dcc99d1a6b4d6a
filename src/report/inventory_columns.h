// The columns of servers.csv and certificates.csv, in order.
#pragma once

#include <tuple>

#include "report/inventory.h"
#include "report/quantile.h"
#include "report/table.h"
#include "tls/names.h"

namespace tlstriage::report {

struct ServerRow {
    const Endpoint& server;
    const ServerEntry& entry;
};
struct CertificateRow {
    const tls::Certificate& certificate;
    const CertificateEntry& entry;
    Nanoseconds capture_end;
};

// Lists as one text, a space between.
std::string versions_text(const ServerEntry& entry);
std::string ciphers_text(const ServerEntry& entry);
std::string causes_text(const ServerEntry& entry);
std::string names_text(const ServerEntry& entry);
std::string certificates_text(const ServerEntry& entry);
std::string servers_text(const CertificateEntry& entry);
std::string findings_text(const CertificateRow& row);
/// Whole days from the end of the capture; negative when it ran out before.
std::string days_left(const CertificateRow& row);

// clang-format off
#define TLSTRIAGE_CELL(...) [](const ServerRow& row, auto& cell) { const ServerEntry& e = row.entry; (void)e; __VA_ARGS__; }
#define TLSTRIAGE_QUANTILE(member, share) TLSTRIAGE_CELL(if (const auto q = quantile(e.member, share)) cell.milliseconds(*q))
inline constexpr auto server_columns = std::make_tuple(
    column("server_ip", TLSTRIAGE_CELL(cell.address(row.server.address))),
    column("server_port", TLSTRIAGE_CELL(cell.number(row.server.port))),
    column("flows", TLSTRIAGE_CELL(cell.number(e.total()))),
    column("ok", TLSTRIAGE_CELL(cell.number(e.flows[0]))),
    column("failed", TLSTRIAGE_CELL(cell.number(e.flows[1]))),
    column("incomplete", TLSTRIAGE_CELL(cell.number(e.flows[2]))),
    column("not_tls", TLSTRIAGE_CELL(cell.number(e.flows[3]))),
    column("causes", TLSTRIAGE_CELL(cell.word(causes_text(e)))),
    column("versions", TLSTRIAGE_CELL(cell.word(versions_text(e)))),
    column("ciphers", TLSTRIAGE_CELL(cell.word(ciphers_text(e)))),
    column("snis", TLSTRIAGE_CELL(cell.text(names_text(e)))),
    column("certificates", TLSTRIAGE_CELL(cell.word(certificates_text(e)))),
    column("first_seen", TLSTRIAGE_CELL(cell.time(e.first_seen))),
    column("last_seen", TLSTRIAGE_CELL(cell.time(e.last_seen))),
    column("tcp_connect_ms_p50", TLSTRIAGE_QUANTILE(tcp_connect, 0.50)),
    column("tcp_connect_ms_p95", TLSTRIAGE_QUANTILE(tcp_connect, 0.95)),
    column("server_hello_ms_p50", TLSTRIAGE_QUANTILE(server_hello, 0.50)),
    column("server_hello_ms_p95", TLSTRIAGE_QUANTILE(server_hello, 0.95)),
    column("handshake_ms_p50", TLSTRIAGE_QUANTILE(handshake, 0.50)),
    column("handshake_ms_p95", TLSTRIAGE_QUANTILE(handshake, 0.95)));
#undef TLSTRIAGE_QUANTILE
#undef TLSTRIAGE_CELL

#define TLSTRIAGE_CELL(...) [](const CertificateRow& row, auto& cell) { const tls::Certificate& c = row.certificate; const CertificateEntry& e = row.entry; (void)c; (void)e; __VA_ARGS__; }
inline constexpr auto certificate_columns = std::make_tuple(
    column("sha256", TLSTRIAGE_CELL(cell.word(c.sha256))),
    column("subject", TLSTRIAGE_CELL(cell.text(c.subject))),
    column("issuer", TLSTRIAGE_CELL(cell.text(c.issuer))),
    column("names", TLSTRIAGE_CELL(cell.text(c.names_text))),
    column("not_before", TLSTRIAGE_CELL(cell.time(c.not_before))),
    column("not_after", TLSTRIAGE_CELL(cell.time(c.not_after))),
    column("days_left", TLSTRIAGE_CELL(cell.word(days_left(row)))),
    column("key", TLSTRIAGE_CELL(cell.word(c.key))),
    column("signature", TLSTRIAGE_CELL(cell.word(c.signature))),
    column("role", TLSTRIAGE_CELL(cell.word(e.of_client ? "client" : e.leaf ? "server" : "authority"))),
    column("findings", TLSTRIAGE_CELL(cell.word(findings_text(row)))),
    column("flows", TLSTRIAGE_CELL(cell.number(e.flows))),
    column("servers", TLSTRIAGE_CELL(cell.word(servers_text(e)))),
    column("first_seen", TLSTRIAGE_CELL(cell.time(e.first_seen))),
    column("last_seen", TLSTRIAGE_CELL(cell.time(e.last_seen))));
#undef TLSTRIAGE_CELL
// clang-format on

}  // namespace tlstriage::report
