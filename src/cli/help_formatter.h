// The help of a command, in lines that fit a page.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tlstriage::cli {

/// Shows options as the manual pages do, their meanings in a column of their own. Lines of options
/// have 100 columns at most.
class HelpFormatter : public CLI::Formatter {
  public:
    HelpFormatter();
    std::string make_help(const CLI::App* app, std::string name,
                          CLI::AppFormatMode mode) const override;
    std::string make_option(const CLI::Option* option, bool is_positional) const override;
};

}  // namespace tlstriage::cli
