// tlstriage: the command line.
#include <cstdio>
#include <exception>

#include "cli/command.h"

int main(int argc, char** argv) {
    namespace cli = tlstriage::cli;
    CLI::App app{"tlstriage tells why TLS handshakes failed, from captures of any size."};
    app.set_version_flag("--version", TLSTRIAGE_VERSION);
    app.require_subcommand(1);
    app.footer("tlstriage COMMAND --help has examples.");
    int status = cli::done;
    cli::define_analyze(app, status);
    cli::define_merge(app, status);
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
