#include "cli/outline.h"

#include <fmt/format.h>

#include <string_view>

#include "verdict/verdict.h"

namespace tlstriage::cli {
namespace {

/// "TEXT:{csv,jsonl}" has the choices in it.
std::vector<std::string> choices_of(const std::string& type) {
    const std::size_t begin = type.find('{');
    if (begin == type.npos) return {};
    std::vector<std::string> choices(1);
    for (const char c : std::string_view(type).substr(begin + 1)) {
        if (c == '}') break;
        if (c == ',') {
            choices.emplace_back();
        } else {
            choices.back() += c;
        }
    }
    return choices;
}

bool is_number(const std::string& type) {
    return type.starts_with("UINT") || type.starts_with("INT") || type.starts_with("FLOAT");
}

std::vector<std::string> names_of(const CLI::Option& option) {
    if (option.get_positional()) return {option.get_name(true, false)};
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames())
        names.push_back("-" + name);
    for (const std::string& name : option.get_lnames())
        names.push_back("--" + name);
    return names;
}

/// "UINT" of "UINT:POSITIVE"; few choices themselves.
std::string value_of(const CLI::Option& option, const std::vector<std::string>& choices) {
    if (!option.get_option_text().empty()) return option.get_option_text();
    const std::string type = option.get_type_name();
    if (choices.empty() || choices.size() > few_choices) return type.substr(0, type.find(':'));
    return fmt::format("{}", fmt::join(choices, "|"));
}

}  // namespace

OptionOutline outline_of(const CLI::Option& option) {
    OptionOutline outline;
    outline.names = names_of(option);
    outline.positional = option.get_positional();
    outline.required = option.get_required();
    outline.repeats = option.get_items_expected_max() >= CLI::detail::expected_max_vector_size;
    outline.description = option.get_description();
    outline.group = option.get_group();
    if (option.get_type_size() != 0) {
        const std::string type = option.get_type_name();
        outline.choices = choices_of(type);
        outline.value = value_of(option, outline.choices);
        outline.usual = option.get_default_str();
        outline.argument = !outline.choices.empty() ? Argument::choice
                           : is_number(type)        ? Argument::number
                                                    : Argument::text;
    }
    for (const CLI::Option* other : option.get_excludes())
        outline.excludes.push_back(names_of(*other).back());
    // Its check has a better message than CLI11's, and so no list.
    if (outline.names.back() == "--cause") {
        outline.argument = Argument::choice;
        for (const verdict::CauseInfo& cause : verdict::cause_infos) {
            if (cause.name != "none") outline.choices.emplace_back(cause.name);
        }
    }
    return outline;
}

CommandOutline outline_of(CLI::App& app) {
    CommandOutline outline{.name = app.get_name(),
                           .description = app.get_description(),
                           .footer = app.get_footer(),
                           .options = {},
                           .commands = {}};
    for (const CLI::Option* option : app.get_options()) {
        // An empty group hides an option from the help.
        if (!option->get_group().empty()) outline.options.push_back(outline_of(*option));
    }
    const auto shown = [](CLI::App* command) { return !command->get_group().empty(); };
    for (CLI::App* command : app.get_subcommands(shown))
        outline.commands.push_back(outline_of(*command));
    return outline;
}

std::string value_text(const OptionOutline& option) {
    if (option.positional) return option.repeats ? "..." : "";
    if (option.value.empty() || option.value.starts_with('[')) return option.value;
    return " " + option.value;
}

}  // namespace tlstriage::cli
