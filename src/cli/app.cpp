#include "cli/app.h"

#include "cli/command.h"
#include "cli/help_formatter.h"

namespace tlstriage::cli {

void define_commands(CLI::App& app, int& status) {
    app.name("tlstriage");
    app.description("tlstriage tells why TLS handshakes failed, from captures of any size.");
    app.set_version_flag("--version", TLSTRIAGE_VERSION);
    app.formatter(std::make_shared<HelpFormatter>());  // of the commands, too
    app.require_subcommand(1);
    app.footer("tlstriage COMMAND --help has examples.");
    define_analyze(app, status);
    define_bench(app, status);
    define_carve(app, status);
    define_explain(app, status);
    define_live(app, status);
    define_merge(app, status);
    define_report(app, status);
}

}  // namespace tlstriage::cli
