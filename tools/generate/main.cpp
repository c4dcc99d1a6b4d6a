// tracegen: captures with a known truth, for tests and benchmarks of tlstriage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "generator.h"
#include "lab_generator.h"

namespace {

using tlstriage::generate::CaptureFormat;
using tlstriage::generate::GenerateOptions;
using tlstriage::generate::GenerateResult;
using tlstriage::generate::LabOptions;
using tlstriage::generate::LabResult;
using tlstriage::generate::Profile;

constexpr const char* examples =
    "Examples:\n"
    "  tracegen --profile bulk --size 2G -o bulk.pcap\n"
    "  tracegen --profile mixed --flows 300 --failures 0.5 --disorder 0 --seed 7 -o small.pcap\n"
    "  tracegen --profile lab --cases pcaps --flows 100000 --bulk-share 0.7 --size 2G -o lab.pcap\n"
    "  tracegen --profile lab --only 'ok_*' --only tcp_probe --size 2G -o healthy.pcap\n"
    "  tracegen --profile lab --once -o every-case.pcapng\n"
    "\n"
    "The lab's truth has a row for each flow of expected.json, with `?` in columns that it does "
    "not\n"
    "claim; first_frame and decisive_frame are of the new capture. Lookups that have rows of "
    "dns.csv\n"
    "are in .dns.truth.csv beside it.\n";

void add_what(CLI::App& app, GenerateOptions& options) {
    static const std::map<std::string, Profile> profiles{{"bulk", Profile::bulk},
                                                         {"short", Profile::short_flows},
                                                         {"mixed", Profile::mixed},
                                                         {"lab", Profile::lab}};
    app.add_option("--profile", options.plan.profile,
                   "bulk: long flows, mostly full-size application data; short: handshake, one "
                   "request, close; mixed: everything, with IPv6, VLAN and other protocols; lab: "
                   "the captures of the failure lab, multiplied")
        ->required()
        ->transform(CLI::CheckedTransformer(profiles))
        ->option_text("bulk|short|mixed|lab  REQUIRED");
    app.add_option(
           "--flows", options.flows,
           "TCP connections (default: 20000 bulk, 200000 short, 3000 mixed, 10000 lab; none "
           "for lab with --size or --once)")
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
    app.add_option(
           "--concurrency", options.concurrency,
           "Flows that are open at a time, for lab whole cases (default: 2000, or a tenth of "
           "the flows; 8 with --once)")
        ->check(CLI::Range(1, 1'000'000))
        ->option_text("N");
    app.add_option(
           "--failures", options.plan.failures,
           "Share of flows that fail, 0 to 1 (default: 0.05, mixed 0.3, bulk flows of lab 0)")
        ->check(CLI::Range(0.0, 1.0))
        ->option_text("SHARE");
    app.add_option("--disorder", options.plan.disorder,
                   "Share of healthy flows with a segment repeated, reordered or lost on the way, "
                   "0 to 1 (default: 0.01)")
        ->check(CLI::Range(0.0, 1.0))
        ->option_text("SHARE");
}

void add_lab(CLI::App& app, LabOptions& lab) {
    lab.cases = "pcaps";
    const auto group = "Profile lab";
    app.add_option("--cases", lab.cases, "The folder of the cases (default: pcaps)")
        ->option_text("FOLDER")
        ->group(group);
    app.add_option("--only", lab.only, "Only cases of this name, with * and ?; can be repeated")
        ->option_text("PATTERN")
        ->allow_extra_args(false)
        ->group(group);
    app.add_option("--bulk-share", lab.bulk_share,
                   "Share of the bytes that are flows of the bulk profile, 0 to 0.99 (default: 0)")
        ->check(CLI::Range(0.0, 0.99))
        ->option_text("SHARE")
        ->group(group);
    app.add_flag("--once", lab.once, "Each case a single time")->group(group);
    app.add_flag("--edge", lab.edge,
                 "Also cases about where their capture begins, ends or is blind, whose answer may "
                 "differ in company")
        ->group(group);
}

void add_where(CLI::App& app, GenerateOptions& options) {
    static const std::map<std::string, CaptureFormat> formats{{"pcap", CaptureFormat::pcap},
                                                              {"pcapng", CaptureFormat::pcapng}};
    app.add_option(
           "--format", options.format,
           "pcap or pcapng; lab: a pcapng has an interface for each case, in a pcap all frames "
           "become Ethernet unless all cases have one other link type (default: pcap, with "
           "--once pcapng)")
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

std::uint64_t default_flows(Profile profile, bool limited_otherwise) {
    switch (profile) {
        case Profile::bulk: return 20'000;
        case Profile::short_flows: return 200'000;
        case Profile::mixed: return 3'000;
        case Profile::lab: break;
    }
    return limited_otherwise ? 0 : 10'000;
}

std::uint32_t default_concurrency(std::uint64_t flows, bool once) {
    if (once) return 8;
    if (flows == 0) return 2000;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(2000, flows / 10 + 1));
}

void refuse_lab_options(const CLI::App& app) {
    for (const char* option : {"--cases", "--only", "--bulk-share", "--once", "--edge"}) {
        if (app.count(option) != 0) {
            throw CLI::ValidationError(std::string(option) + " is for --profile lab");
        }
    }
}

void fill_defaults(const CLI::App& app, const LabOptions& lab, GenerateOptions& options) {
    const Profile profile = options.plan.profile;
    if (profile != Profile::lab) refuse_lab_options(app);
    if (app.count("--flows") == 0) {
        options.flows = default_flows(profile, lab.once || app.count("--size") != 0);
    }
    if (app.count("--size") == 0 && profile == Profile::bulk) options.size = 2'000'000'000;
    if (app.count("--failures") == 0 && profile == Profile::mixed) options.plan.failures = 0.3;
    if (app.count("--failures") == 0 && profile == Profile::lab) options.plan.failures = 0;
    if (app.count("--concurrency") == 0) {
        options.concurrency = default_concurrency(options.flows, lab.once);
    }
    if (app.count("--format") == 0 && lab.once) options.format = CaptureFormat::pcapng;
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

void print_names(const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    fmt::print("{}:\n", what);
    for (const std::string& name : names)
        fmt::print("  {}\n", name);
}

void print(const GenerateOptions& options, const LabResult& result) {
    print(options, result.trace);
    fmt::print("{} copies of {} cases, {} bulk flows; {} connections have no row\n", result.copies,
               result.cases, result.bulk_flows, result.trace.flows - result.rows);
    print_names("left out, since they are about a capture's edge", result.left_out);
    print_names("left out, since they can't be copied", result.unusable);
    print_names("with addresses that all their copies share", result.kept);
    if (result.certificates_shifted) {
        fmt::print(
            "some certificate was valid in its case's capture and is not here, or the other way "
            "round\n");
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Writes a capture of TLS connections and the truth about each of them.",
                 "tracegen");
    app.footer(examples);
    GenerateOptions options;
    LabOptions lab;
    add_what(app, options);
    add_lab(app, lab);
    add_where(app, options);
    try {
        app.parse(argc, argv);
        fill_defaults(app, lab, options);
        if (options.plan.profile == Profile::lab) {
            print(options, tlstriage::generate::generate_lab(options, lab));
        } else {
            print(options, tlstriage::generate::generate(options));
        }
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "tracegen: {}\n", error.what());
        return 1;
    }
    return 0;
}
