// What --help says; completions and manual pages beside it.
#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "support/csv.h"
#include "support/paths.h"
#include "support/program.h"

namespace tlstriage::test {
namespace {

std::string help(const std::string& command = {}) {
    std::vector<std::string> words{built_program("TLSTRIAGE_PROGRAM")};
    if (!command.empty()) words.push_back(command);
    words.emplace_back("--help");
    const Finished finished = run_program(words);
    EXPECT_EQ(finished.status, 0) << finished.err;
    return finished.out;
}

/// What stands first in the lines below "Subcommands:".
std::vector<std::string> commands() {
    std::vector<std::string> names;
    std::istringstream lines(help());
    bool listed = false;
    for (std::string line; std::getline(lines, line);) {
        if (listed && line.starts_with("  ")) {
            names.push_back(line.substr(2, line.find(' ', 2) - 2));
        } else {
            listed = line == "Subcommands:";
        }
    }
    return names;
}

/// "-o" and "--output" of a line "  -o,--output TEXT".
std::vector<std::string> options(const std::string& text) {
    std::vector<std::string> names;
    std::istringstream lines(text);
    const std::regex option("^  (-[-a-zA-Z0-9,]+)");
    for (std::string line; std::getline(lines, line);) {
        std::smatch found;
        if (!std::regex_search(line, found, option)) continue;
        std::istringstream both(found[1].str());
        for (std::string name; std::getline(both, name, ',');)
            names.push_back(name);
    }
    return names;
}

class Manual : public testing::Test {
  protected:
    std::string write(const std::string& kind, const std::string& name) const {
        const Finished finished =
            run_program({built_program("TLSTRIAGE_WRITE_MANUAL"), kind, folder_.file(name)});
        EXPECT_EQ(finished.status, 0) << finished.err;
        return folder_.file(name);
    }

  private:
    ScratchFolder folder_;
};

using ManualPages = Manual;
using ManualCompletions = Manual;

TEST(Help, FitsAPage) {
    std::vector<std::string> all = commands();
    all.emplace_back();
    for (const std::string& command : all) {
        const std::string text = help(command);
        EXPECT_EQ(text.find("\n\n\n"), text.npos) << command;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(line.size(), 100U) << command << ": " << line;
    }
}

TEST(Help, NamesValuesDefaultsAndWhatExcludesWhat) {
    const std::string carve = help("carve");
    for (const char* const line :
         {"\n  --threads N                 Threads, or auto for all cores (default: auto)\n",
          "\n  --anonymize[=names]         Replace addresses", "\n  --pmd pcap ",
          "\n  --keep-data                 Keep application data (not with --cut-data)\n",
          "output (required)\n"}) {
        EXPECT_NE(carve.find(line), carve.npos) << line << carve;
    }
}

TEST_F(ManualPages, HaveEveryCommandAndOption) {
    const std::filesystem::path folder = write("man", "man1");
    ASSERT_GE(commands().size(), 2U);
    const std::string overview = read_file(folder / "tlstriage.1");
    for (const std::string& command : commands()) {
        EXPECT_NE(overview.find("\\-" + command), overview.npos) << command;
        const std::string page = read_file(folder / ("tlstriage-" + command + ".1"));
        EXPECT_NE(page.find(".SH EXAMPLES"), page.npos) << command;
        const auto names = options(help(command));
        EXPECT_GE(names.size(), 5U) << command;
        for (std::string name : names) {
            for (std::size_t at = 0; (at = name.find('-', at)) != name.npos; at += 2)
                name.insert(at, "\\");
            EXPECT_NE(page.find("\\fB" + name + "\\fR"), page.npos) << command << " " << name;
        }
    }
}

TEST_F(ManualPages, AreGoodRoff) {
    const std::filesystem::path folder = write("man", "man1");
    unsigned checked = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (std::filesystem::exists("/usr/bin/groff")) {
            const Finished groff =
                run_program({"/usr/bin/groff", "-man", "-Tascii", "-ww", "-z", entry.path()});
            EXPECT_EQ(groff.status, 0);
            EXPECT_EQ(groff.err, "") << entry.path();
            ++checked;
        }
        if (std::filesystem::exists("/usr/bin/mandoc")) {
            // A page without a date is the same whenever it was built.
            const Finished mandoc =
                run_program({"/usr/bin/mandoc", "-Tlint", "-Werror", entry.path()});
            EXPECT_EQ(mandoc.out + mandoc.err, "") << entry.path();
            ++checked;
        }
    }
    if (checked == 0) GTEST_SKIP() << "neither groff nor mandoc here";
}

TEST_F(ManualCompletions, HaveEveryCommandAndOption) {
    const std::string bash = read_file(write("bash", "bash"));
    const std::string zsh = read_file(write("zsh", "zsh"));
    const std::string fish = read_file(write("fish", "fish"));
    for (const std::string& command : commands()) {
        EXPECT_NE(fish.find("-a " + command + " "), fish.npos) << command;
        EXPECT_NE(zsh.find(command + ")"), zsh.npos) << command;
        for (const std::string& name : options(help(command))) {
            EXPECT_NE(bash.find(name), bash.npos) << command << " " << name;
            EXPECT_NE(zsh.find(name), zsh.npos) << command << " " << name;
            const bool is_long = name.starts_with("--");
            EXPECT_NE(fish.find((is_long ? "-l " : "-s ") + name.substr(is_long ? 2 : 1)),
                      fish.npos)
                << command << " " << name;
        }
    }
}

TEST_F(ManualCompletions, AreGoodShell) {
    const std::string bash = write("bash", "bash");
    EXPECT_EQ(run_program({"/bin/bash", "-n", bash}).err, "");
    for (const char* const shell : {"zsh", "fish"}) {
        const std::string program = std::string("/usr/bin/") + shell;
        if (!std::filesystem::exists(program)) {
            std::cout << "no " << shell << " here: its completion was not read\n";
            continue;
        }
        const Finished finished = run_program({program, "-n", write(shell, shell)});
        EXPECT_EQ(finished.status, 0) << finished.err;
        EXPECT_EQ(finished.err, "");
    }
}

/// What bash offers for the last of `words`.
std::vector<std::string> offered(const std::string& completion,
                                 const std::vector<std::string>& words) {
    std::string script = "source " + completion + "\nCOMP_WORDS=(";
    for (const std::string& word : words)
        script += "'" + word + "' ";
    script += ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) +
              "\ncomplete -p tlstriage >/dev/null || exit 1\n_tlstriage\n"
              "printf '%s\\n' \"${COMPREPLY[@]}\"\n";
    const Finished finished = run_program({"/bin/bash", "--norc", "-c", script});
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_EQ(finished.err, "");
    std::vector<std::string> all;
    std::istringstream lines(finished.out);
    for (std::string line; std::getline(lines, line);)
        all.push_back(line);
    return all;
}

TEST_F(ManualCompletions, WorkInBash) {
    const std::string completion = write("bash", "bash");
    using Words = std::vector<std::string>;
    EXPECT_EQ(offered(completion, {"tlstriage", "expl"}), (Words{"explain"}));
    EXPECT_EQ(offered(completion, {"tlstriage", "--ver"}), (Words{"--version"}));
    EXPECT_EQ(offered(completion, {"tlstriage", "explain", "--js"}), (Words{"--json"}));
    EXPECT_EQ(offered(completion, {"tlstriage", "analyze", "--format", ""}),
              (Words{"csv", "jsonl"}));
    EXPECT_EQ(offered(completion, {"tlstriage", "analyze", "--format", "=", "j"}),
              (Words{"jsonl"}));
    EXPECT_EQ(offered(completion, {"tlstriage", "explain", "x.pcap", "--cause", "certificate_exp"}),
              (Words{"certificate_expired"}));
    EXPECT_EQ(offered(completion, {"tlstriage", "explain", "--limit", ""}), (Words{""}));
    const ScratchFolder folder;
    write_file(folder.file("one capture.pcap"), "");
    EXPECT_EQ(offered(completion, {"tlstriage", "explain", folder.file("one")}),
              (Words{folder.file("one capture.pcap")}));
}

}  // namespace
}  // namespace tlstriage::test
