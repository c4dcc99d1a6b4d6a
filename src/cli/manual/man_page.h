// Manual pages, in the man macros of roff (groff_man(7)).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/outline.h"

namespace tlstriage::cli::manual {

/// File names ("tlstriage-analyze.1") with their texts: of the program, and of each command.
std::vector<std::pair<std::string, std::string>> man_pages(const CommandOutline& program);

}  // namespace tlstriage::cli::manual
