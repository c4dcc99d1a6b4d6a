// Traces from files, through windows, into the engine.
#pragma once

#include <functional>

#include "capture/inputs.h"
#include "consumer.h"
#include "report/run_facts.h"
#include "window_walk.h"

namespace tlstriage::dataplane {

/// Called after each window: bytes of stored input consumed so far in this trace.
using OnProgress = std::function<void(std::uint64_t stored_bytes)>;

/// Reads one trace to its end as number `file` of the run. What could not be read is in the result,
/// not an exception; only memory and threads can throw.
report::TraceFacts run_trace(capture::Source& source, const std::string& name, std::uint32_t file,
                             Consumer& consumer, const Executor& executor, const WindowShape& shape,
                             const OnProgress& on_progress);

}  // namespace tlstriage::dataplane
