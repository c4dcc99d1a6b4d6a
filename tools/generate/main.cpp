// tracegen: captures with a known truth, for tests and benchmarks of tlstriage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <map>
#include <string>

#include "generator.h"

namespace {

using tlstriage::generate::CaptureFormat;
using tlstriage::generate::GenerateOptions;
using tlstriage::generate::GenerateResult;
using tlstriage::generate::Profile;

constexpr const char* examples =
    "Examples:\n"
    "  tracegen --profile bulk --size 2G -o bulk.pcap\n"
    "  tracegen --profile mixed --flows 300 --failures 0.5 --disorder 0 --seed 7 -o small.pcap\n";

void add_what(CLI::App& app, GenerateOptions& options) {
    static const std::map<std::string, Profile> profiles{
        {"bulk", Profile::bulk}, {"short", Profile::short_flows}, {"mixed", Profile::mixed}};
    app.add_option("--profile", options.plan.profile,
                   "bulk: long flows, mostly full-size application data; short: handshake, one "
                   "request, close; mixed: everything, with IPv6, VLAN and other protocols")
        ->required()
        ->transform(CLI::CheckedTransformer(profiles))
        ->option_text("bulk|short|mixed  REQUIRED");
    app.add_option("--flows", options.flows,
                   "TCP connections (default: 20000 bulk, 200000 short, 3000 mixed)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{7'000'000}))
        ->option_text("N");
    app.add_option(
           "--size", options.size,
           "Bytes of the capture file, about; 2G is 2e9, 2Gi 2^31. bulk: flows are made long "
           "enough for it; others: no flow begins after it (default: 2G bulk, else none)")
        ->transform(CLI::AsSizeValue(true))
        ->option_text("BYTES");
    app.add_option("--seed", options.plan.seed, "The same seed gives the same bytes (default: 1)")
        ->option_text("N");
    app.add_option("--concurrency", options.concurrency,
                   "Flows that are open at a time (default: 2000, or a tenth of the flows)")
        ->check(CLI::Range(1, 1'000'000))
        ->option_text("N");
    app.add_option("--failures", options.plan.failures,
                   "Share of flows that fail, 0 to 1 (default: 0.05, mixed 0.3)")
        ->check(CLI::Range(0.0, 1.0))
        ->option_text("SHARE");
    app.add_option("--disorder", options.plan.disorder,
                   "Share of healthy flows with a segment repeated, reordered or lost on the way, "
                   "0 to 1 (default: 0.01)")
        ->check(CLI::Range(0.0, 1.0))
        ->option_text("SHARE");
}

void add_where(CLI::App& app, GenerateOptions& options) {
    static const std::map<std::string, CaptureFormat> formats{{"pcap", CaptureFormat::pcap},
                                                              {"pcapng", CaptureFormat::pcapng}};
    app.add_option("--format", options.format, "pcap or pcapng (default: pcap)")
        ->transform(CLI::CheckedTransformer(formats))
        ->option_text("pcap|pcapng");
    app.add_flag("--nanosecond", options.nanosecond,
                 "Time stamps in ns (default: µs, and the truth is rounded down to µs too)");
    app.add_option("-o,--output", options.output, "The capture file")
        ->required()
        ->option_text("FILE  REQUIRED");
    app.add_option("--truth", options.truth,
                   "The CSV with the truth, a row per connection (default: beside the capture, "
                   ".truth.csv in place of its suffix)")
        ->option_text("FILE");
    app.add_option("--roots", options.roots,
                   "Also write the roots of healthy chains, PEM (default: none)")
        ->option_text("FILE");
}

void fill_defaults(const CLI::App& app, GenerateOptions& options) {
    const Profile profile = options.plan.profile;
    if (app.count("--flows") == 0) {
        options.flows = profile == Profile::bulk    ? 20'000
                        : profile == Profile::mixed ? 3'000
                                                    : 200'000;
    }
    if (app.count("--size") == 0 && profile == Profile::bulk) options.size = 2'000'000'000;
    if (app.count("--failures") == 0 && profile == Profile::mixed) options.plan.failures = 0.3;
    if (app.count("--concurrency") == 0) {
        const std::uint64_t tenth = options.flows / 10 + 1;
        options.concurrency = static_cast<std::uint32_t>(std::min<std::uint64_t>(2000, tenth));
    }
    options.plan.time_resolution = options.nanosecond ? 1 : 1000;
    if (!options.truth.empty()) return;
    std::string stem = options.output;
    const auto dot = stem.rfind(".pcap");
    if (dot != std::string::npos) stem.resize(dot);
    options.truth = stem + ".truth.csv";
}

void print(const GenerateOptions& options, const GenerateResult& result) {
    fmt::print(
        "{}: {} bytes, {} flows, {} frames, {:.1f} bytes a frame, {:.1f} frames a flow, {:.1f} s "
        "of "
        "traffic\n{}: its truth\n",
        options.output, result.file_bytes, result.flows, result.frames,
        static_cast<double>(result.frame_bytes) / static_cast<double>(result.frames),
        static_cast<double>(result.frames) / static_cast<double>(result.flows), result.seconds,
        options.truth);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Writes a capture of TLS connections and the truth about each of them.",
                 "tracegen");
    app.footer(examples);
    GenerateOptions options;
    add_what(app, options);
    add_where(app, options);
    try {
        app.parse(argc, argv);
        fill_defaults(app, options);
        print(options, tlstriage::generate::generate(options));
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "tracegen: {}\n", error.what());
        return 1;
    }
    return 0;
}
