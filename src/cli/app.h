// The whole command line: for the program, and for what is made from it (manual/).
#pragma once

#include <CLI/CLI.hpp>

namespace tlstriage::cli {

/// Adds all commands to `app`; see command.h for `status`.
void define_commands(CLI::App& app, int& status);

}  // namespace tlstriage::cli
