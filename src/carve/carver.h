// The surgery: from chosen flows to a capture that holds what belongs to them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "carve/address_map.h"
#include "carve/capture_output.h"
#include "carve/chosen_flow.h"
#include "carve/trace_merge.h"
#include "engine/lookups.h"

namespace tlstriage::carve {

struct CarvePlan {
    bool pcapng = true;
    bool keep_data = false;    ///< else application data is cut away
    Nanoseconds context = -1;  ///< see Belonging
    bool has_fragments = false;
    bool nanoseconds = true;          ///< some trace has times finer than microseconds
    std::string comment;              ///< about the whole capture
    std::string key_log;              ///< TLS key log; lines about the flows are written
    AddressMap* addresses = nullptr;  ///< not null: replaces addresses
    NameMap* names = nullptr;         ///< with `addresses`: for names that are addresses
    bool all_names = false;           ///< replaces all names, and certificates
};

struct CarveResult {
    std::uint64_t frames = 0;
    std::uint64_t cut_frames = 0;
    std::uint64_t bytes = 0;              ///< of the capture
    std::uint64_t key_lines = 0;          ///< of the key log
    std::uint64_t left_out = 0;           ///< frames whose addresses could not be replaced
    std::uint64_t showing_addresses = 0;  ///< frames that hold the bytes of a real one all the same
    std::uint64_t showing_names = 0;
    std::uint64_t blanked = 0;  ///< bytes of the flows that could not be read for names
};

/// Writes the frames of `flows` to `sink`. Throws what the sink throws, and std::runtime_error when
/// the format can't hold them.
CarveResult carve(std::span<const ChosenFlow> flows, std::span<const engine::Lookup> lookups,
                  std::span<const TraceToRead> traces, const CarvePlan& plan, const Sink& sink);

}  // namespace tlstriage::carve
