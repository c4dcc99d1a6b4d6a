// From what a person typed to the list of traces, in the order in which they are read.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "capture/source.h"

namespace tlstriage::capture {

/// A path that can't be used, with the reason in words ("no such file", "not a capture: …").
struct Problem {
    std::string path;
    std::string reason;
};

struct Trace {
    Input input;
    std::optional<Nanoseconds> first_packet;  ///< empty when it has none
    std::uint64_t stored_size = 0;            ///< bytes on disk; 0 for standard input
};

struct Inputs {
    std::vector<Trace> traces;  ///< by first packet, then name; empty ones last
    /// Given paths that are missing, unreadable or no capture, and files of a folder that are named
    /// as captures (*.pcap*, *.cap, *.ntar) and are none.
    std::vector<Problem> problems;
    std::vector<std::string> ignored;  ///< other files of a folder or tar (READMEs …)
};

/// Expands files, folders (recursively), globs that the shell left alone, and "-"; opens each just
/// far enough to know that it is a capture and when its first packet was. Two paths to the same
/// file (device and inode) count once. A tar yields its members.
Inputs collect(const std::vector<std::string>& arguments);

}  // namespace tlstriage::capture
