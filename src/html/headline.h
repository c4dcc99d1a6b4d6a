// The sentences at the head of the page.
#pragma once

#include <string>
#include <string_view>

#include "html/flow_totals.h"
#include "html/kept_table.h"

namespace tlstriage::html {

struct Headline {
    std::string title;  ///< how many flows failed
    std::string text;   ///< of what and where most; empty when none did
};

/// `flow`: what one is called, as "flow" or "chosen flow".
Headline headline_of(const FlowTotals& flows, const ServerTable& servers, std::string_view flow);

/// "4.5 %", "< 0.1 %"; no number that is not all is called 100 %.
std::string percentage(std::uint64_t part, std::uint64_t whole);

}  // namespace tlstriage::html
