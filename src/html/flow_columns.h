// The columns of flows.csv that the page knows, in the order in which it holds them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tlstriage::html {

/// Whether cells of a column repeat, so that the page holds each text once.
enum class Repeats : bool { no, yes };

struct FlowColumn {
    std::string_view name;
    Repeats repeats;
};

/// The place of a column: in flow_columns, in TableReader and in the page's rows.
enum class Flow : std::uint8_t {
#define FLOW(symbol, repeats) symbol,
#include "html/flow_columns.def"
#undef FLOW
};
inline constexpr std::array flow_columns{
#define FLOW(symbol, repeats) FlowColumn{#symbol, Repeats::repeats},
#include "html/flow_columns.def"
#undef FLOW
};
constexpr std::size_t place(Flow column) {
    return static_cast<std::size_t>(column);
}

}  // namespace tlstriage::html
