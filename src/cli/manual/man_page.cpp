#include "cli/manual/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace tlstriage::cli::manual {
namespace {

/// As roff wants it: nothing is taken for a request or an escape, hyphens can be copied.
std::string roff(std::string_view text) {
    std::string all;
    for (const char c : text) {
        if (all.empty() && (c == '.' || c == '\'')) all += "\\&";
        switch (c) {
            case '\\': all += "\\e"; break;
            case '-': all += "\\-"; break;
            case '\'': all += "\\(aq"; break;
            case '^': all += "\\(ha"; break;
            case '~': all += "\\(ti"; break;
            case '`': all += "\\(ga"; break;
            case '"': all += "\\(dq"; break;
            default: all += c;
        }
    }
    return all;
}

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

/// Lines that begin with a space stay as they are; others are filled.
class Body {
  public:
    void line(const std::string& text) {
        if (text.empty()) {
            end_block();
            pending_paragraph_ = true;
            return;
        }
        if (text.starts_with(' ')) {
            if (!kept_) out_ += text_begun_ ? ".PP\n.nf\n" : ".nf\n";
            kept_ = true;
        } else {
            end_block();
            if (pending_paragraph_ && text_begun_) out_ += ".PP\n";
        }
        pending_paragraph_ = false;
        text_begun_ = true;
        out_ += roff(text) + "\n";
    }
    std::string take() {
        end_block();
        return std::move(out_);
    }
    [[nodiscard]] bool empty() const { return out_.empty(); }

  private:
    void end_block() {
        if (kept_) out_ += ".fi\n";
        kept_ = false;
    }

    std::string out_;
    bool kept_ = false;
    bool pending_paragraph_ = false;
    bool text_begun_ = false;
};

/// The footer of a help: what comes before "Examples:", the examples, the exit status.
struct Footer {
    Body description;
    Body examples;
    Body status;

    explicit Footer(const std::string& text) {
        Body* section = &description;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            constexpr std::string_view exit_status = "Exit status: ";
            if (line == "Examples:") {
                section = &examples;
                continue;
            }
            if (line.starts_with(exit_status)) {
                section = &status;
                line.erase(0, exit_status.size());
            } else if (line.empty() && section == &examples) {
                // An example is followed by others, or by a paragraph of its own.
                section = &description;
                section->line("");
                continue;
            }
            section->line(line);
        }
    }
};

std::string option_entry(const OptionOutline& option) {
    std::string text = ".TP\n";
    std::string names;
    for (const std::string& name : option.names) {
        if (!names.empty()) names += ", ";
        names += option.positional ? fmt::format("\\fI{}\\fR", roff(name))
                                   : fmt::format("\\fB{}\\fR", roff(name));
    }
    if (const std::string value = value_text(option); !value.empty()) {
        names += fmt::format("\\fI{}\\fR", roff(value));
    }
    text += names + "\n" + roff(option.description) + ".\n";
    if (option.choices.size() > few_choices) {
        std::string choices;
        for (const std::string& choice : option.choices)
            choices += (choices.empty() ? "" : ",\n") + roff(choice);
        text += fmt::format("One of\n{}.\n", choices);
    }
    if (!option.usual.empty()) text += fmt::format("Without it: {}.\n", roff(option.usual));
    for (const std::string& other : option.excludes)
        text += fmt::format("Not with \\fB{}\\fR.\n", roff(other));
    return text;
}

std::string options_section(const CommandOutline& command) {
    std::vector<std::string> groups;
    for (const OptionOutline& option : command.options) {
        if (!option.positional && std::ranges::find(groups, option.group) == groups.end())
            groups.push_back(option.group);
    }
    std::string text;
    const auto add = [&](const std::string& heading, const auto& belongs) {
        std::string entries;
        for (const OptionOutline& option : command.options) {
            if (belongs(option)) entries += option_entry(option);
        }
        if (!entries.empty()) text += fmt::format(".SH {}\n{}", roff(upper(heading)), entries);
    };
    add("Arguments", [](const OptionOutline& option) { return option.positional; });
    for (const std::string& group : groups) {
        add(group, [&](const OptionOutline& option) {
            return !option.positional && option.group == group;
        });
    }
    return text;
}

std::string head(const std::string& name, const std::string& description) {
    return fmt::format(R"(.TH {} 1 "" "tlstriage {}" "User Commands"
.nh
.ad l
.SH NAME
{} \- {}
.SH SYNOPSIS
)",
                       roff(upper(name)), TLSTRIAGE_VERSION, roff(name), roff(description));
}

std::string synopsis(const CommandOutline& command) {
    std::string text = fmt::format(R"(\fBtlstriage {}\fR [\fIoptions\fR])", roff(command.name));
    for (const OptionOutline& option : command.options) {
        if (option.positional) text += fmt::format(" \\fI{}\\fR ...", roff(option.names.front()));
    }
    return text + "\n";
}

std::string section(const char* heading, Body& body) {
    return body.empty() ? "" : fmt::format(".SH {}\n{}", heading, body.take());
}

std::string command_page(const CommandOutline& program, const CommandOutline& command) {
    std::string text = head(program.name + "-" + command.name, command.description);
    text += synopsis(command);
    Footer footer(command.footer);
    text += fmt::format(".SH DESCRIPTION\n{}.\n", roff(command.description));
    if (!footer.description.empty()) text += ".PP\n" + footer.description.take();
    text += options_section(command);
    text += section("EXAMPLES", footer.examples);
    text += section("EXIT STATUS", footer.status);
    text += ".SH SEE ALSO\n.BR tlstriage (1)";
    for (const CommandOutline& other : program.commands) {
        if (other.name != command.name) {
            text += fmt::format(",\n.BR {}\\-{} (1)", roff(program.name), roff(other.name));
        }
    }
    return text + "\n";
}

std::string program_page(const CommandOutline& program) {
    std::string description = program.description;
    if (description.ends_with('.')) description.pop_back();
    constexpr std::string_view own_name = "tlstriage ";
    const std::string short_description =
        description.starts_with(own_name) ? description.substr(own_name.size()) : description;
    std::string text = head(program.name, short_description);
    text += fmt::format("\\fB{}\\fR \\fICOMMAND\\fR [\\fIoptions\\fR] [\\fIarguments\\fR]\n",
                        roff(program.name));
    text += fmt::format(".SH DESCRIPTION\n{}.\n{}\n.SH COMMANDS\n", roff(description),
                        roff(program.footer));
    for (const CommandOutline& command : program.commands) {
        text += fmt::format(".TP\n.BR {}\\-{} (1)\n{}.\n", roff(program.name), roff(command.name),
                            roff(command.description));
    }
    return text + options_section(program);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> man_pages(const CommandOutline& program) {
    std::vector<std::pair<std::string, std::string>> pages;
    pages.emplace_back(program.name + ".1", program_page(program));
    for (const CommandOutline& command : program.commands) {
        pages.emplace_back(program.name + "-" + command.name + ".1",
                           command_page(program, command));
    }
    return pages;
}

}  // namespace tlstriage::cli::manual
