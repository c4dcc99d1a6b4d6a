#include "cli/manual/completions.h"

#include <fmt/format.h>

namespace tlstriage::cli::manual {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string all;
    for (const std::string& word : words) {
        if (!all.empty()) all += between;
        all += word;
    }
    return all;
}

std::vector<std::string> names_of(const std::vector<CommandOutline>& commands) {
    std::vector<std::string> names;
    names.reserve(commands.size());
    for (const CommandOutline& command : commands)
        names.push_back(command.name);
    return names;
}

std::vector<std::string> option_names(const CommandOutline& command) {
    std::vector<std::string> names;
    for (const OptionOutline& option : command.options) {
        if (!option.positional) names.insert(names.end(), option.names.begin(), option.names.end());
    }
    return names;
}

/// With a backslash before each of `special`.
std::string escaped(std::string_view text, std::string_view special) {
    std::string all;
    for (const char c : text) {
        if (special.find(c) != special.npos) all += '\\';
        all += c;
    }
    return all;
}

/// Between single quotes, for bash and zsh.
std::string in_quotes(std::string_view text) {
    std::string all = "'";
    for (const char c : text)
        all += c == '\'' ? std::string(R"('\'')") : std::string(1, c);
    return all + "'";
}

/// The cases of bash's `case $command:$option in` for the arguments of options.
std::string bash_arguments(const CommandOutline& command) {
    std::string cases;
    for (const OptionOutline& option : command.options) {
        if (option.positional || option.argument == Argument::none) continue;
        std::vector<std::string> patterns;
        for (const std::string& name : option.names)
            patterns.push_back(command.name + ":" + name);
        const std::string action = option.argument == Argument::choice
                                       ? fmt::format("words='{}'", joined(option.choices, " "))
                                   : option.argument == Argument::number ? "words="
                                                                         : "files=1";
        cases += fmt::format("        {}) {} ;;\n", joined(patterns, "|"), action);
    }
    return cases;
}

}  // namespace

std::string bash_completion(const CommandOutline& program) {
    std::string arguments;
    std::string options =
        fmt::format("        '') words='{} {}' ;;\n", joined(names_of(program.commands), " "),
                    joined(option_names(program), " "));
    for (const CommandOutline& command : program.commands) {
        arguments += bash_arguments(command);
        options += fmt::format("        {}) words='{}' ;;\n", command.name,
                               joined(option_names(command), " "));
    }
    constexpr std::string_view form = R"(# bash completion for tlstriage, made from its command line
_tlstriage() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} option=${{COMP_WORDS[COMP_CWORD - 1]}}
    local command='' words='' files='' i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${{COMP_WORDS[i]}} in
            {commands}) command=${{COMP_WORDS[i]}}; break ;;
        esac
    done
    # bash takes --option=value for three words
    if [[ $current == '=' ]]; then
        current=''
    elif [[ $option == '=' ]]; then
        option=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    case $command:$option in
{arguments}        *)
            if [[ $current == -* || $command == '' ]]; then
                case $command in
{options}                esac
            else
                files=1
            fi
            ;;
    esac
    COMPREPLY=()
    if [[ $files ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    fi
}}
complete -F _tlstriage tlstriage
)";
    std::string indented;
    for (std::size_t at = 0; at < options.size();) {
        const std::size_t end = options.find('\n', at) + 1;
        indented += "            " + options.substr(at, end - at);
        at = end;
    }
    return fmt::format(form, fmt::arg("commands", joined(names_of(program.commands), "|")),
                       fmt::arg("arguments", arguments), fmt::arg("options", indented));
}

namespace {

/// "'(-q --quiet)'{-q,--quiet}'[No table]'", for _arguments.
std::string zsh_option(const OptionOutline& option) {
    const std::string text = escaped(option.description, "[]:\\");
    std::string value;
    if (option.argument == Argument::choice) {
        value = fmt::format(":{}:({})", option.positional ? "argument" : "value",
                            joined(option.choices, " "));
    } else if (option.argument == Argument::number) {
        value = fmt::format(":{}: ", escaped(option.value, "[]:\\"));
    } else if (option.argument == Argument::text) {
        value = fmt::format(":{}:_files", escaped(option.value, "[]:\\"));
    }
    if (option.positional) {
        return in_quotes(fmt::format("*:{}:_files", option.names.front()));
    }
    const std::string stands_for = option.repeats ? "*" : "";
    std::string others = joined(option.names, " ");
    for (const std::string& other : option.excludes)
        others += " " + other;
    std::string specification;
    if (!option.repeats && (option.names.size() > 1 || !option.excludes.empty())) {
        specification += in_quotes("(" + others + ")");
    }
    if (option.names.size() > 1) {
        specification += in_quotes(stands_for) + "{" + joined(option.names, ",") + "}";
    } else {
        specification += in_quotes(stands_for + option.names.front());
    }
    return specification + in_quotes("[" + text + "]" + value);
}

std::string zsh_options(const CommandOutline& command, std::string_view indent) {
    std::string all;
    for (const OptionOutline& option : command.options)
        all += fmt::format(" \\\n{}{}", indent, zsh_option(option));
    return all;
}

}  // namespace

std::string zsh_completion(const CommandOutline& program) {
    std::string commands;
    std::string cases;
    for (const CommandOutline& command : program.commands) {
        commands += fmt::format(
            "        {}\n", in_quotes(command.name + ":" + escaped(command.description, ":\\")));
        cases += fmt::format("            {})\n                _arguments{}\n                ;;\n",
                             command.name, zsh_options(command, "                    "));
    }
    constexpr std::string_view form = R"(#compdef tlstriage
# zsh completion for tlstriage, made from its command line
_tlstriage() {{
    local curcontext=$curcontext state line
    local -a commands
    commands=(
{commands}    )
    _arguments -C{options} \
        '1:command:->command' \
        '*::argument:->argument'
    case $state in
        command) _describe command commands ;;
        argument)
            case $line[1] in
{cases}            esac
            ;;
    esac
}}
if [[ $funcstack[1] == _tlstriage ]]; then
    _tlstriage "$@"
else
    compdef _tlstriage tlstriage
fi
)";
    std::string indented;
    for (std::size_t at = 0; at < cases.size();) {
        const std::size_t end = cases.find('\n', at) + 1;
        indented += "    " + cases.substr(at, end - at);
        at = end;
    }
    return fmt::format(form, fmt::arg("commands", commands), fmt::arg("cases", indented),
                       fmt::arg("options", zsh_options(program, "        ")));
}

namespace {

std::string fish_option(const OptionOutline& option, const std::string& condition) {
    if (option.positional) return {};
    // In single quotes fish knows \\ and \' only.
    const auto fish_quoted = [](std::string_view text) { return "'" + escaped(text, "'\\") + "'"; };
    std::string line = fmt::format("complete -c tlstriage -n {}", fish_quoted(condition));
    for (const std::string& name : option.names) {
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    switch (option.argument) {
        case Argument::none: break;
        case Argument::choice:
            line += fmt::format(" -x -a {}", fish_quoted(joined(option.choices, " ")));
            break;
        case Argument::number: line += " -x"; break;
        case Argument::text: line += " -r"; break;
    }
    return line + fmt::format(" -d {}\n", fish_quoted(option.description));
}

}  // namespace

std::string fish_completion(const CommandOutline& program) {
    std::string text = "# fish completion for tlstriage, made from its command line\n";
    for (const OptionOutline& option : program.options)
        text += fish_option(option, "__fish_use_subcommand");
    for (const CommandOutline& command : program.commands) {
        text += fmt::format("complete -c tlstriage -f -n __fish_use_subcommand -a {} -d '{}'\n",
                            command.name, escaped(command.description, "'\\"));
        for (const OptionOutline& option : command.options)
            text += fish_option(option, "__fish_seen_subcommand_from " + command.name);
    }
    return text;
}

}  // namespace tlstriage::cli::manual
