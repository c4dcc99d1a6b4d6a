#include "cli/reading.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/progress.h"
#include "cli/quantities.h"
#include "report/safe_text.h"

namespace tlstriage::cli {

void define_judging(CLI::App& command, JudgingOptions& options) {
    define_threads(command, options.threads);
    command
        .add_option("--memory", options.memory,
                    "Bytes for flow tables and handshake buffers, with K, M or G; flows beyond are "
                    "evicted, settled ones first")
        ->option_text("BYTES")
        ->capture_default_str();
    command
        .add_option("--tls-ports", options.tls_ports,
                    "TCP ports where a connection without a byte counts as an attempt at TLS "
                    "(replaces the default list)")
        ->option_text("PORT,...")
        ->delimiter(',');
    command
        .add_option("--trust-store", options.trust_store,
                    "What the clients trust: a PEM file, a folder of them, or system. Chains are "
                    "checked against it at the time they were sent")
        ->option_text("PATH");
    command
        .add_option("--crl", options.revocation_lists,
                    "Revocation lists, PEM or DER; may be given several times")
        ->option_text("PATH")
        ->allow_extra_args(false);
    command.add_flag("--all-flows", options.all_flows,
                     "Rows for connections that are not TLS, too");
}

void define_reading(CLI::App& command, ReadingOptions& options) {
    command
        .add_option("INPUT", options.inputs,
                    "Files, folders, globs, - for standard input: pcap or pcapng, plain or in "
                    ".gz .zst .lz4 .xz .bz2 or tar")
        ->required();
    define_judging(command, options.judging);
    CLI::Option* one = command.add_flag("--one-archive", options.one_archive,
                                        "Take all captures for one archive, however far apart");
    command.add_flag("--separate", options.separate, "Take every capture for itself")
        ->excludes(one);
    command
        .add_option("--pmd", options.pmd,
                    "Read through a DPDK poll-mode driver: pcap (Ethernet, microseconds)")
        ->check(CLI::IsMember({"pcap"}));
    command.add_flag("--stream", options.stream,
                     "Read plain files like a stream instead of mapping");
    command.add_flag("--no-progress", options.no_progress, "No progress bar");
}

engine::Limits limits_of(const JudgingOptions& options) {
    engine::Limits limits;
    limits.memory = parse_memory(options.memory);
    limits.all_flows = options.all_flows;
    if (!options.tls_ports.empty()) {
        limits.tls_ports.reset();
        for (const std::uint16_t port : options.tls_ports)
            limits.tls_ports.set(port);
    }
    if (!options.trust_store.empty() || !options.revocation_lists.empty()) {
        limits.trust =
            std::make_shared<const tls::TrustStore>(options.trust_store, options.revocation_lists);
    }
    return limits;
}

dataplane::RunPlan plan_of(const ReadingOptions& options) {
    dataplane::RunPlan plan;
    plan.threads = parse_threads(options.judging.threads);
    plan.limits = limits_of(options.judging);
    plan.grouping = options.one_archive ? dataplane::Grouping::one_archive
                    : options.separate  ? dataplane::Grouping::separate
                                        : dataplane::Grouping::by_time;
    plan.pcap_port = options.pmd == "pcap";
    plan.map = !options.stream;
    return plan;
}

capture::Inputs collect(const std::vector<std::string>& typed) {
    capture::Inputs inputs = capture::collect(typed);
    for (const capture::Problem& problem : inputs.problems) {
        fmt::print(stderr, "tlstriage: {}: {}\n", report::printable(problem.path),
                   report::printable(problem.reason));
    }
    return inputs;
}

dataplane::RunResult read(const dataplane::RunPlan& plan, const capture::Inputs& inputs,
                          const dataplane::Executor& executor, bool progress_bar) {
    std::uint64_t stored = 0;
    for (const capture::Trace& trace : inputs.traces)
        stored += trace.stored_size;
    Progress progress(stored, progress_bar);
    return dataplane::run(plan, inputs, executor,
                          [&](std::uint64_t bytes) { progress.update(bytes); });
}

}  // namespace tlstriage::cli
