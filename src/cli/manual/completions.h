// Completions for shells.
#pragma once

#include <string>

#include "cli/outline.h"

namespace tlstriage::cli::manual {

/// Each is a whole file, for where the shell looks for it.
std::string bash_completion(const CommandOutline& program);
std::string zsh_completion(const CommandOutline& program);
std::string fish_completion(const CommandOutline& program);

}  // namespace tlstriage::cli::manual
