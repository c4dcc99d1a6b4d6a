// The options that say which flows a command is about.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "capture/inputs.h"
#include "report/selection.h"

namespace tlstriage::cli {

/// As typed.
struct SelectionOptions {
    std::vector<std::string> where;
    std::vector<std::string> flows;
    std::vector<std::string> causes;
    std::vector<std::string> names;
    std::vector<std::string> clients;
    std::vector<std::string> servers;
    std::vector<std::uint64_t> frames;

    [[nodiscard]] bool empty() const;
    /// As words of a command line: "--cause server_silent --sni '*.example.com'".
    [[nodiscard]] std::string text() const;
};

void define_selection(CLI::App& command, SelectionOptions& options);

/// For a command's footer.
extern const char* const selection_help;

/// Reads the rows of `--flow -` from standard input, and the traces up to the frames of `--frame`:
/// in each of them, since a number means one frame in every file. Throws CLI::ValidationError.
report::Selection selection_of(const SelectionOptions& options, const capture::Inputs& inputs);

}  // namespace tlstriage::cli
