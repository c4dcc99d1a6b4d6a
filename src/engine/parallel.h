// How work is spread over threads, for whoever brings the threads.
#pragma once

#include <cstddef>
#include <functional>

namespace tlstriage::engine {

/// A job of several, and which of the threads runs it: no two jobs of one worker overlap.
using Job = std::function<void(std::size_t index, unsigned worker)>;

/// Runs the jobs 0 … count - 1, in any order and on any threads, and returns when all are done.
using Parallel = std::function<void(std::size_t count, const Job& job)>;

/// One after the other, as worker 0: the plain way.
inline void run_serially(std::size_t count, const Job& job) {
    for (std::size_t i = 0; i < count; ++i)
        job(i, 0);
}

}  // namespace tlstriage::engine
