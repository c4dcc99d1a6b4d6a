// What the command line has, as values: what completions and manual pages are made from.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tlstriage::cli::manual {

enum class Argument : std::uint8_t {
    none,    ///< a flag
    choice,  ///< one of `choices`
    number,
    text,  ///< or a path
};

struct OptionOutline {
    std::vector<std::string> names;  ///< "-o", "--output"; of a positional argument its only name
    bool positional = false;
    bool required = false;
    bool repeats = false;
    Argument argument = Argument::none;
    std::string value;  ///< what stands for it: "PATH", "UINT"
    std::vector<std::string> choices;
    std::string usual;  ///< its value when it is not given, empty without
    std::string description;
    std::string group;
    std::vector<std::string> excludes;
};

struct CommandOutline {
    std::string name;  ///< "tlstriage", or the command's
    std::string description;
    std::string footer;
    std::vector<OptionOutline> options;  ///< as defined
    std::vector<CommandOutline> commands;
};

CommandOutline outline_of(CLI::App& app);

}  // namespace tlstriage::cli::manual
