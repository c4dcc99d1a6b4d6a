// The columns of summary.csv, in order.
#pragma once

#include <fmt/format.h>

#include <tuple>

#include "report/columns.h"
#include "report/summary.h"

namespace tlstriage::report {

struct SummaryRow {
    const SummaryGroup& group;
    const std::vector<std::string>& files;
};

// clang-format off
#define TLSTRIAGE_CELL(...) [](const SummaryRow& row, auto& cell) { __VA_ARGS__; }
inline constexpr auto summary_columns = std::make_tuple(
    column("cause", TLSTRIAGE_CELL(cell.word(name(row.group.cause)))),
    column("reason", TLSTRIAGE_CELL(cell.word(name(row.group.reason)))),
    column("actor", TLSTRIAGE_CELL(cell.word(name(row.group.actor)))),
    column("server_ip", TLSTRIAGE_CELL(cell.address(row.group.server.address))),
    column("server_port", TLSTRIAGE_CELL(cell.number(row.group.server.port))),
    column("sni", TLSTRIAGE_CELL(cell.text(row.group.sni))),
    column("flows", TLSTRIAGE_CELL(cell.number(row.group.flows))),
    column("share_of_server", TLSTRIAGE_CELL(cell.word(fmt::format("{:.4f}", row.group.share_of_server)))),
    column("clients", TLSTRIAGE_CELL(cell.number(row.group.clients))),
    column("first_seen", TLSTRIAGE_CELL(cell.time(row.group.example.start))),
    column("last_seen", TLSTRIAGE_CELL(cell.time(row.group.last_seen))),
    column("alert", TLSTRIAGE_CELL(cell.word(row.group.example.alert))),
    column("handshake_ms_p50", TLSTRIAGE_CELL(if (row.group.handshake_p50) cell.milliseconds(*row.group.handshake_p50))),
    column("handshake_ms_p95", TLSTRIAGE_CELL(if (row.group.handshake_p95) cell.milliseconds(*row.group.handshake_p95))),
    column("example_flow_id", TLSTRIAGE_CELL(cell.word(row.group.example.flow_id))),
    column("example_file", TLSTRIAGE_CELL(if (!row.files.empty()) cell.text(row.files[row.group.example.file]))),
    column("example_frame", TLSTRIAGE_CELL(if (!row.files.empty()) cell.number(row.group.example.decisive_frame))),
    column("explanation", TLSTRIAGE_CELL(cell.text(row.group.example.explanation))),
    column("raced", TLSTRIAGE_CELL(cell.number(row.group.raced))));
#undef TLSTRIAGE_CELL
// clang-format on

}  // namespace tlstriage::report
