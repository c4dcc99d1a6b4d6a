// The sentences at the head of the page.
#pragma once

#include <string>

#include "html/flow_totals.h"
#include "html/kept_table.h"

namespace tlstriage::html {

struct Headline {
    std::string title;  ///< how many flows failed
    std::string text;   ///< of what and where most; empty when none did
};

Headline headline_of(const FlowTotals& flows, const ServerTable& servers);

/// "4.5 %", "< 0.1 %"; no number that is not all is called 100 %.
std::string percentage(std::uint64_t part, std::uint64_t whole);

}  // namespace tlstriage::html
