// tlstriage: the command line.
#include <cstdio>
#include <exception>

#include "cli/app.h"
#include "cli/command.h"

int main(int argc, char** argv) {
    namespace cli = tlstriage::cli;
    CLI::App app;
    int status = cli::done;
    cli::define_commands(app, status);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? cli::done : cli::usage;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "tlstriage: %s\n", error.what());
        return cli::failed;
    }
    return status;
}
