// tlstriage: the command line.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/options.h"

namespace {

using tlstriage::cli::AnalyzeOptions;

constexpr auto analyze_examples = R"(
Examples:
  tlstriage analyze capture.pcap
      the table of causes on the terminal, no files
  tlstriage analyze /archive/2026-11-23 -o verdicts
      every capture below the folder, compressed ones too; flows.csv, summary.csv and run.json
      in verdicts/
  tlstriage analyze capture.pcap -o verdicts --trust-store system --crl ca.crl
      certificates checked against this machine's authorities and a revocation list
  ssh router tcpdump -U -w - port 443 | tlstriage analyze - -o verdicts
      from standard input

Exit status: 0 done; 3 some input could not be read whole (the rest was analysed, and the table says
what was lost); 4 flows failed and --fail-on-failed was given; 2 wrong command line; 1 anything else.)";

void define_analyze(CLI::App& app, AnalyzeOptions& options, int& status) {
    CLI::App* command = app.add_subcommand(
        "analyze",
        "Read captures and say for every TLS flow whether its handshake failed, and why");
    command->footer(analyze_examples);
    command
        ->add_option("INPUT", options.inputs,
                     "Files, folders, globs, - for standard input: pcap or pcapng, plain or in "
                     ".gz .zst .lz4 .xz .bz2 or tar")
        ->required();
    command->add_option("-o,--output", options.output,
                        "Folder for the files; none are written without");
    command->add_option("--threads", options.threads, "Threads, or auto for all cores")
        ->capture_default_str();
    command
        ->add_option(
            "--memory", options.memory,
            "Bytes for flow tables and handshake buffers, with K, M or G; flows beyond are "
            "evicted, settled ones first")
        ->capture_default_str();
    command->add_option("--format", options.format, "Format of the tables")
        ->check(CLI::IsMember({"csv", "jsonl"}))
        ->capture_default_str();
    command
        ->add_option("--tls-ports", options.tls_ports,
                     "TCP ports where a connection without a byte counts as an attempt at TLS "
                     "(replaces the default list)")
        ->delimiter(',');
    command
        ->add_option("--trust-store", options.trust_store,
                     "What the clients trust: a PEM file, a folder of them, or system. Chains are "
                     "checked against it at the time they were sent")
        ->option_text("PATH");
    command
        ->add_option("--crl", options.revocation_lists,
                     "Revocation lists, PEM or DER; may be given several times")
        ->option_text("PATH ...")
        ->allow_extra_args(false);
    CLI::Option* one = command->add_flag("--one-archive", options.one_archive,
                                         "Take all captures for one archive, however far apart");
    command->add_flag("--separate", options.separate, "Take every capture for itself")
        ->excludes(one);
    command->add_flag("--all-flows", options.all_flows,
                      "Rows for connections that are not TLS, too");
    command
        ->add_option("--pmd", options.pmd,
                     "Read through a DPDK poll-mode driver: pcap (Ethernet, microseconds)")
        ->check(CLI::IsMember({"pcap"}));
    command->add_flag("--stream", options.stream,
                      "Read plain files like a stream instead of mapping");
    command->add_option("--color", options.color, "Colour of the table")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    command->add_flag("-q,--quiet", options.quiet, "No table");
    command->add_flag("--no-progress", options.no_progress, "No progress bar");
    command->add_flag("--fail-on-failed", options.fail_on_failed, "Exit with 4 when a flow failed");
    command->callback([&] { status = tlstriage::cli::analyze(options); });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"tlstriage tells why TLS handshakes failed, from captures of any size."};
    app.set_version_flag("--version", TLSTRIAGE_VERSION);
    app.require_subcommand(1);
    app.footer("tlstriage COMMAND --help has examples.");
    AnalyzeOptions options;
    int status = tlstriage::cli::done;
    define_analyze(app, options, status);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? tlstriage::cli::done : tlstriage::cli::usage;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "tlstriage: %s\n", error.what());
        return tlstriage::cli::failed;
    }
    return status;
}
