// The columns of flows.csv, in order: a name, and how a row fills the cell.
#pragma once

#include <tuple>

#include "evidence/tls13.h"
#include "plain/dns.h"
#include "report/row.h"
#include "report/sentences.h"
#include "report/table.h"
#include "tls/names.h"
#include "verdict/facts.h"

namespace tlstriage::report {

/// A step of Timings as a column.
constexpr auto step(std::string_view name, std::optional<Nanoseconds> Timings::*member) {
    return column(name, [member](const Row& row, auto& cell) {
        if (const auto& span = row.timings.*member) cell.milliseconds(*span);
    });
}

// Cells that take more than an expression.
void append_alternatives(const Row& row, Buffer& out);
void append_notes(const Row& row, Buffer& out);
void append_findings(const Row& row, Buffer& out);
void append_evidence(const Row& row, Buffer& out);
void append_icmp(const Row& row, Buffer& out);
std::string_view proxy_cell(const Row& row);
std::string_view starttls_cell(const Row& row);
std::string_view resumed_cell(const Row& row);
std::string_view client_auth_cell(const Row& row);
std::string_view rst_sender_cell(const Row& row);  ///< of the first one
std::string_view fin_sender_cell(const Row& row);
/// The alert that the row is about: the decisive one, or else the first that is no close_notify.
const evidence::AlertEvidence* alert_of(const Row& row);
const tls::Certificate* leaf_of(const Row& row);

constexpr std::string_view yes_or_no(bool value) {
    return value ? "yes" : "no";
}

// clang-format off
#define TLSTRIAGE_CELL(...) [](const Row& row, auto& cell) { __VA_ARGS__; }
inline constexpr auto flow_columns = std::make_tuple(
    column("flow_id", TLSTRIAGE_CELL(cell.words([&](Buffer& out) { append_flow_id(row.evidence, out); }))),
    column("file", TLSTRIAGE_CELL(if (row.has_frames()) cell.text(row.files[row.evidence.file]))),
    column("first_frame", TLSTRIAGE_CELL(if (row.has_frames()) cell.number(row.evidence.first.frame))),
    column("last_frame", TLSTRIAGE_CELL(if (row.has_frames()) cell.number(row.evidence.last.frame))),
    column("start_time", TLSTRIAGE_CELL(cell.time(row.evidence.first.time))),
    column("duration_ms", TLSTRIAGE_CELL(cell.milliseconds(row.evidence.last.time - row.evidence.first.time))),
    column("client_ip", TLSTRIAGE_CELL(cell.address(row.evidence.client.address))),
    column("client_port", TLSTRIAGE_CELL(cell.number(row.evidence.client.port))),
    column("server_ip", TLSTRIAGE_CELL(cell.address(row.evidence.server.address))),
    column("server_port", TLSTRIAGE_CELL(cell.number(row.evidence.server.port))),
    column("vlan", TLSTRIAGE_CELL(if (row.evidence.vlan != 0) cell.number(row.evidence.vlan))),
    column("transport", TLSTRIAGE_CELL((void)row; cell.word("tcp"))),
    column("outcome", TLSTRIAGE_CELL(cell.word(name(row.verdict.outcome)))),
    column("phase", TLSTRIAGE_CELL(cell.word(name(row.verdict.phase)))),
    column("stage", TLSTRIAGE_CELL(cell.word(name(row.verdict.stage)))),
    column("cause", TLSTRIAGE_CELL(cell.word(name(row.verdict.cause)))),
    column("reason", TLSTRIAGE_CELL(cell.word(name(row.verdict.reason)))),
    column("actor", TLSTRIAGE_CELL(cell.word(name(row.verdict.actor)))),
    column("confidence", TLSTRIAGE_CELL(cell.word(name(row.verdict.confidence)))),
    column("alternatives", TLSTRIAGE_CELL(cell.words([&](Buffer& out) { append_alternatives(row, out); }))),
    column("decisive_frame", TLSTRIAGE_CELL(if (row.has_frames() && row.verdict.decisive.seen()) cell.number(row.verdict.decisive.frame))),
    column("alert_sender", TLSTRIAGE_CELL(if (const auto* a = alert_of(row)) cell.word(name(verdict::actor_of(a->sender))))),
    column("alert_level", TLSTRIAGE_CELL(if (const auto* a = alert_of(row)) cell.word(a->level == 2 ? "fatal" : a->level == 1 ? "warning" : "invalid"))),
    column("alert", TLSTRIAGE_CELL(if (const auto* a = alert_of(row)) cell.word(tls::alert_name(a->description)))),
    column("rst_sender", TLSTRIAGE_CELL(cell.word(rst_sender_cell(row)))),
    column("fin_sender", TLSTRIAGE_CELL(cell.word(fin_sender_cell(row)))),
    column("icmp", TLSTRIAGE_CELL(cell.words([&](Buffer& out) { append_icmp(row, out); }))),
    column("server_speaks", TLSTRIAGE_CELL(cell.word(server_speaks(row.evidence)))),
    column("starttls", TLSTRIAGE_CELL(cell.word(starttls_cell(row)))),
    column("proxy", TLSTRIAGE_CELL(cell.word(proxy_cell(row)))),
    column("proxy_status", TLSTRIAGE_CELL(if (row.evidence.proxy_status) cell.number(*row.evidence.proxy_status))),
    column("sni", TLSTRIAGE_CELL(if (const auto& h = row.evidence.client_hello; h && h->server_name) cell.text(*h->server_name))),
    column("alpn_offered", TLSTRIAGE_CELL(if (const auto& h = row.evidence.client_hello) cell.text(h->shape->alpn_text))),
    column("alpn", TLSTRIAGE_CELL(if (const auto& h = row.evidence.server_hello) cell.text(h->alpn))),
    column("versions_offered", TLSTRIAGE_CELL(if (const auto& h = row.evidence.client_hello) cell.word(h->shape->versions_text))),
    column("version", TLSTRIAGE_CELL(if (const auto& h = row.evidence.server_hello; h && h->whole) cell.word(tls::version_name(h->version)))),
    column("ciphers_offered", TLSTRIAGE_CELL(if (const auto& h = row.evidence.client_hello) cell.word(h->shape->ciphers_text))),
    column("cipher", TLSTRIAGE_CELL(if (const auto& h = row.evidence.server_hello; h && h->whole) cell.word(tls::cipher_suite_name(h->cipher_suite)))),
    column("groups_offered", TLSTRIAGE_CELL(if (const auto& h = row.evidence.client_hello) cell.word(h->shape->groups_text))),
    column("group", TLSTRIAGE_CELL(if (const auto& h = row.evidence.server_hello; h && h->group) cell.word(tls::group_name(*h->group)))),
    column("hello_retry", TLSTRIAGE_CELL(if (row.evidence.client_hellos > 0) cell.word(yes_or_no(row.evidence.hello_retry)))),
    column("resumed", TLSTRIAGE_CELL(cell.word(resumed_cell(row)))),
    column("client_auth", TLSTRIAGE_CELL(cell.word(client_auth_cell(row)))),
    column("ja3", TLSTRIAGE_CELL(if (const auto& h = row.evidence.client_hello; h && h->whole) cell.word(h->shape->ja3))),
    column("ja4", TLSTRIAGE_CELL(if (const auto& h = row.evidence.client_hello; h && h->whole) cell.word(h->shape->ja4))),
    column("cert_subject", TLSTRIAGE_CELL(if (const auto* c = leaf_of(row)) cell.text(c->subject))),
    column("cert_issuer", TLSTRIAGE_CELL(if (const auto* c = leaf_of(row)) cell.text(c->issuer))),
    column("cert_names", TLSTRIAGE_CELL(if (const auto* c = leaf_of(row)) cell.text(c->names_text))),
    column("cert_not_before", TLSTRIAGE_CELL(if (const auto* c = leaf_of(row)) cell.time(c->not_before))),
    column("cert_not_after", TLSTRIAGE_CELL(if (const auto* c = leaf_of(row)) cell.time(c->not_after))),
    column("cert_findings", TLSTRIAGE_CELL(cell.words([&](Buffer& out) { append_findings(row, out); }))),
    column("chain_length", TLSTRIAGE_CELL(if (const auto& c = row.evidence.of_server().chain) cell.number(c->certificates.size()))),
    column("dns_name", TLSTRIAGE_CELL(if (const auto& d = row.evidence.dns) cell.text(d->name))),
    column("dns_rcode", TLSTRIAGE_CELL(if (const auto& d = row.evidence.dns) cell.word(plain::rcode_name(d->rcode)))),
    column("dns_ms", TLSTRIAGE_CELL(if (const auto& d = row.evidence.dns) cell.milliseconds(d->answered.time - d->asked.time))),
    column("sni_matches_dns", TLSTRIAGE_CELL(if (const auto& d = row.evidence.dns; d && row.evidence.client_hello && row.evidence.client_hello->server_name) cell.word(yes_or_no(d->names_sni)))),
    step("tcp_connect_ms", &Timings::tcp_connect),
    step("client_hello_ms", &Timings::client_hello),
    step("server_hello_ms", &Timings::server_hello),
    step("certificate_ms", &Timings::certificate),
    step("finished_ms", &Timings::finished),
    step("handshake_ms", &Timings::handshake),
    column("slowest_step", TLSTRIAGE_CELL(cell.word(row.timings.slowest_step()))),
    column("syn_retransmits", TLSTRIAGE_CELL(const auto n = row.evidence.of_client().syn_count; cell.number(n > 0 ? n - 1 : 0))),
    column("client_retransmits", TLSTRIAGE_CELL(cell.number(row.evidence.of_client().retransmits))),
    column("server_retransmits", TLSTRIAGE_CELL(cell.number(row.evidence.of_server().retransmits))),
    column("client_packets", TLSTRIAGE_CELL(cell.number(row.evidence.of_client().packets))),
    column("server_packets", TLSTRIAGE_CELL(cell.number(row.evidence.of_server().packets))),
    column("client_bytes", TLSTRIAGE_CELL(cell.number(row.evidence.of_client().bytes))),
    column("server_bytes", TLSTRIAGE_CELL(cell.number(row.evidence.of_server().bytes))),
    column("notes", TLSTRIAGE_CELL(cell.words([&](Buffer& out) { append_notes(row, out); }))),
    column("evidence", TLSTRIAGE_CELL(cell.words([&](Buffer& out) { append_evidence(row, out); }))),
    column("explanation", TLSTRIAGE_CELL(if (row.verdict.outcome == verdict::Outcome::ok) { cell.words([&](Buffer& out) { append_success(row.evidence, out); }); } else { cell.text(explanation(row.evidence, row.verdict)); })),
    column("next_step", TLSTRIAGE_CELL(cell.text(next_step(row.evidence, row.verdict)))));
#undef TLSTRIAGE_CELL
// clang-format on

}  // namespace tlstriage::report
