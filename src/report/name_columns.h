// The columns of dns.csv, in order.
#pragma once

#include <tuple>

#include "engine/lookups.h"
#include "report/table.h"

namespace tlstriage::report {

struct NameRow {
    const engine::NameTrouble& trouble;
    const std::vector<std::string>& files;
};

/// What happened, and what to check, as a sentence each.
std::string explanation(const engine::NameTrouble& trouble);
std::string next_step(const engine::NameTrouble& trouble);

// clang-format off
#define TLSTRIAGE_CELL(...) [](const NameRow& row, auto& cell) { const engine::Lookup& l = row.trouble.lookup; (void)l; __VA_ARGS__; }
inline constexpr auto name_columns = std::make_tuple(
    column("file", TLSTRIAGE_CELL(if (!row.files.empty()) cell.text(row.files[l.file]))),
    column("first_frame", TLSTRIAGE_CELL(if (!row.files.empty()) cell.number(l.asked.frame))),
    column("start_time", TLSTRIAGE_CELL(cell.time(l.asked.time))),
    column("client_ip", TLSTRIAGE_CELL(cell.address(l.client))),
    column("resolver_ip", TLSTRIAGE_CELL(cell.address(l.resolver.address))),
    column("transport", TLSTRIAGE_CELL(cell.word(l.over_tcp ? "tcp" : "udp"))),
    column("name", TLSTRIAGE_CELL(cell.text(l.name))),
    column("type", TLSTRIAGE_CELL(cell.word(plain::dns_type_name(l.type)))),
    column("outcome", TLSTRIAGE_CELL(cell.word(row.trouble.failed ? "failed" : "slow"))),
    column("cause", TLSTRIAGE_CELL(cell.word(row.trouble.failed ? "dns_failure" : "none"))),
    column("reason", TLSTRIAGE_CELL(cell.word(row.trouble.reason))),
    column("actor", TLSTRIAGE_CELL(cell.word(row.trouble.failed ? "network" : "none"))),
    column("rcode", TLSTRIAGE_CELL(if (l.answered.seen()) cell.word(plain::rcode_name(l.rcode)))),
    column("tries", TLSTRIAGE_CELL(cell.number(l.tries))),
    column("dns_ms", TLSTRIAGE_CELL(if (l.answered.seen()) cell.milliseconds(l.answered.time - l.asked.time))),
    column("decisive_frame", TLSTRIAGE_CELL(if (!row.files.empty()) cell.number(l.answered.seen() ? l.answered.frame : l.last_asked.frame))),
    column("explanation", TLSTRIAGE_CELL(cell.text(explanation(row.trouble)))),
    column("next_step", TLSTRIAGE_CELL(cell.text(next_step(row.trouble)))));
#undef TLSTRIAGE_CELL
// clang-format on

}  // namespace tlstriage::report
