// A flow to be carved: what tells its frames from others, and what is written beside them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/time.h"
#include "carve/name_map.h"
#include "engine/judgement.h"
#include "engine/lookups.h"
#include "report/row.h"

namespace tlstriage::carve {

/// The lookup that led to a flow.
struct ChosenLookup {
    std::string name;
    Moment asked;
    Moment answered;
};

struct ChosenFlow {
    Endpoint client;
    Endpoint server;
    std::uint32_t file = 0;     ///< index of the trace where it begins
    std::uint32_t archive = 0;  ///< of that trace; no frame of another one belongs to it
    Moment first;
    Moment last;
    Moment settled;   ///< application data went both ways; from then on it may be cut
    Moment decisive;  ///< where the verdict is noted; never unseen
    std::optional<ChosenLookup> lookup;
    /// First numbers, by evidence::Side; empty where no SYN was seen.
    std::array<std::optional<std::uint32_t>, 2> initial_sequences;
    std::string verdict;  ///< in words, of one line
    std::string history;  ///< engine::history_note
};

/// With these maps, which may be null, what is written about the flow has what stands for its real
/// addresses and names.
ChosenFlow choose(const engine::JudgedFlow& flow, AddressMap* addresses, NameMap* names);

}  // namespace tlstriage::carve
