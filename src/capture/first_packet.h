// When a trace begins.
#pragma once

#include <optional>

#include "base/time.h"
#include "capture/source.h"

namespace tlstriage::capture {

/// The time of the first packet; empty when there is none within the first 64 MiB. Leaves the
/// source where it is.
std::optional<Nanoseconds> find_first_packet(Source& source);

}  // namespace tlstriage::capture
