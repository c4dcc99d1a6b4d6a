// write_manual KIND PATH: writes a completion (bash, zsh, fish) to a file, or all manual pages
// (man) into a folder, which is made.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "cli/app.h"
#include "cli/manual/completions.h"
#include "cli/manual/man_page.h"

namespace {

namespace manual = tlstriage::cli::manual;

void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void write(const std::string& kind, const std::filesystem::path& path,
           const tlstriage::cli::CommandOutline& program) {
    if (kind == "bash") return write(path, manual::bash_completion(program));
    if (kind == "zsh") return write(path, manual::zsh_completion(program));
    if (kind == "fish") return write(path, manual::fish_completion(program));
    if (kind != "man") throw std::invalid_argument("no kind of text: " + kind);
    std::filesystem::remove_all(path);  // pages of commands that are no more
    std::filesystem::create_directories(path);
    for (const auto& [name, text] : manual::man_pages(program))
        write(path / name, text);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: write_manual bash|zsh|fish|man PATH\n", stderr);
        return 2;
    }
    try {
        CLI::App app;
        int status = 0;
        tlstriage::cli::define_commands(app, status);
        write(argv[1], argv[2], tlstriage::cli::outline_of(app));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "write_manual: %s\n", error.what());
        return 1;
    }
    return 0;
}
