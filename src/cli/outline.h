// What the command line has, as values: what help, manual pages and completions are made from.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tlstriage::cli {

enum class Argument : std::uint8_t {
    none,    ///< a flag
    choice,  ///< one of `choices`
    number,
    text,  ///< or a path
};

/// So few choices stand where the value is named.
constexpr std::size_t few_choices = 4;

struct OptionOutline {
    std::vector<std::string> names;  ///< "-o", "--output"; of a positional argument its only name
    bool positional = false;
    bool required = false;
    bool repeats = false;
    Argument argument = Argument::none;
    std::string value;  ///< what stands for it: "PATH", "csv|jsonl", "[=names]"
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

OptionOutline outline_of(const CLI::Option& option);
CommandOutline outline_of(CLI::App& app);

/// What follows the names of an option: " PATH", "[=names]", nothing for a flag; "..." behind an
/// argument that may be repeated.
std::string value_text(const OptionOutline& option);

}  // namespace tlstriage::cli
