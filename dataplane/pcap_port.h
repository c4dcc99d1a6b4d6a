// A capture file read through DPDK's net_pcap port, for the same analysis.
#pragma once

#include "consumer.h"
#include "report/run_facts.h"

namespace tlstriage::dataplane {

/// Polls a net_pcap port that reads `path` until as many frames came as the file has, or nothing
/// came for long. The EAL must be up. What that port loses is in the result: frames that found no
/// buffer (error), and as remarks in `remarks` the resolution of time stamps, the wire length of
/// cut frames, and link types that it takes for Ethernet. Throws std::runtime_error when the port
/// can't be made.
report::TraceFacts run_pcap_port(const std::string& path, std::uint32_t file, Consumer& consumer,
                                 std::vector<std::string>& remarks);

}  // namespace tlstriage::dataplane
