#include "cli/help_formatter.h"

#include <fmt/format.h>

#include "cli/outline.h"
#include "ladder/display.h"

namespace tlstriage::cli {
namespace {

constexpr unsigned page = 100;          // columns
constexpr unsigned meaning_at = 30;     // the column where what an option means begins
constexpr std::size_t command_at = 12;  // the same of a command

std::string meaning_of(const OptionOutline& option) {
    std::string text = option.description;
    if (!option.positional && option.required) text += " (required)";
    if (!option.usual.empty()) text += fmt::format(" (default: {})", option.usual);
    for (const std::string& other : option.excludes)
        text += fmt::format(" (not with {})", other);
    return text;
}

}  // namespace

HelpFormatter::HelpFormatter() {
    label("Positionals", "Arguments");
    column_width(command_at);
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode mode) const {
    std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
    for (std::size_t at = 0; (at = text.find("\n\n\n", at)) != text.npos;)
        text.erase(at, 1);
    return text;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool /*is_positional*/) const {
    const OptionOutline outline = outline_of(*option);
    std::string begin = fmt::format("  {}{}", fmt::join(outline.names, ","), value_text(outline));
    std::string text;
    if (begin.size() + 1 > meaning_at) {
        text = begin + "\n";
        begin.clear();
    }
    for (const std::string& line : ladder::wrapped(meaning_of(outline), page - meaning_at)) {
        text += fmt::format("{:<{}}{}\n", begin, meaning_at, line);
        begin.clear();
    }
    return text;
}

}  // namespace tlstriage::cli
