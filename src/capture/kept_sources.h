// Traces that can be read only once, kept between collect(), which looks at their first packet, and
// open().
#pragma once

#include <memory>
#include <string>

#include "capture/source.h"

namespace tlstriage::capture {

/// Keeps a source that is still at its first byte. Not for use by several threads at a time.
void keep_source(const std::string& name, std::unique_ptr<Source> source);

/// Gives it back; empty when none is kept under that name.
std::unique_ptr<Source> take_kept_source(const std::string& name);

}  // namespace tlstriage::capture
