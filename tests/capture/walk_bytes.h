// What a walk over bytes in memory found.
#pragma once

#include <vector>

#include "capture/stream_source.h"
#include "capture/walk.h"

namespace tlstriage::capture::test {

struct Seen {
    Record record;
    std::uint64_t frame = 0;
    std::uint64_t offset = 0;
};

struct Walked {
    std::vector<Seen> seen;
    WalkResult result;
};

inline Walked walk_source(Source& source, std::size_t window_size = walk_window) {
    Walked walked;
    walked.result = walk(
        source,
        [&](const Record& record, std::uint64_t frame, std::uint64_t offset) {
            walked.seen.push_back({record, frame, offset});
        },
        window_size);
    return walked;
}

inline Walked walk_bytes(Bytes bytes, std::size_t window_size = walk_window) {
    MemorySource source(bytes);
    return walk_source(source, window_size);
}

}  // namespace tlstriage::capture::test
