// tlstriage carve: the chosen flows, and what belongs to them, as a capture of their own.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>

#include "carve/carver.h"
#include "cli/carve_remarks.h"
#include "cli/command.h"
#include "cli/finding_flows.h"
#include "cli/read_twice.h"
#include "cli/reading.h"
#include "cli/selection.h"
#include "report/files.h"
#include "report/safe_text.h"

namespace tlstriage::cli {
namespace {

constexpr auto carve_examples = R"(
Examples:
  tlstriage carve capture.pcap --flow 4f1c9b7e02d3a685 -o flow.pcapng
      one flow: its lookup, TCP, handshake, alerts and ICMP errors; application data is cut away
  tlstriage carve /archive/2026-11-23 --where 'cause=certificate_*,sni=*.example.com' -o x.pcapng
      all flows of such causes to a domain, from many files into one, in order of time
  grep reset_after_client_hello verdicts/flows.csv | cut -d, -f1 |
      tlstriage carve capture.pcap --flow - -o resets.pcapng
      flows whose ids come from standard input
  tlstriage carve capture.pcap --cause unreachable --anonymize -o to-show.pcapng
      without the real addresses
  tlstriage carve capture.pcap --sni www.example.com --anonymize=names -o to-show.pcapng
      nor the names, in DNS, TLS, certificates and dialogues; the verdicts stay the same
  tlstriage carve capture.pcap --frame 4711 --keep-data --context 5 -o around.pcapng
      the flow of frame 4711 with its data, and what its two ends exchanged 5 s before and after

A pcapng carries what the verdicts rest on besides the packets, so that analysing it gives the same
rows; a pcap can't. Frames and time stamps are those of the source; a frame that was cut keeps its
original length.

Exit status: 0 done; 1 no flow was chosen, or anything else; 2 wrong command line; 3 some input
could not be read whole.)";

struct CarveOptions {
    ReadingOptions reading;
    SelectionOptions selection;
    std::filesystem::path output;
    std::string key_log;
    std::string anonymize_key;
    std::string anonymize;  ///< empty: nothing
    double context = -1;
    bool keep_data = false;
    bool cut_data = false;
    bool quiet = false;

    [[nodiscard]] bool names() const { return anonymize == "names"; }
};

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) throw std::system_error(errno, std::generic_category(), path);
    return text.str();
}

/// Raw, or in hex.
carve::AnonymizationKey key_of(const CarveOptions& options) {
    if (options.anonymize_key.empty()) return carve::random_key();
    carve::AnonymizationKey key{};
    std::string text = read_text(options.anonymize_key);
    if (text.size() == key.size()) {
        std::ranges::copy(text, key.begin());
        return key;
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    bool whole = text.size() == 2 * key.size();
    for (std::size_t i = 0; whole && i < key.size(); ++i) {
        const char* const begin = text.data() + 2 * i;
        const auto [end, error] = std::from_chars(begin, begin + 2, key[i], 16);
        whole = error == std::errc() && end == begin + 2;
    }
    if (!whole) {
        throw CLI::ValidationError("--anonymize-key: a key has 32 bytes, or 64 hex digits: " +
                                   report::printable(options.anonymize_key));
    }
    return key;
}

/// A trace whose first packet comes this long after a flow's last has nothing of it: errors about
/// it come sooner.
constexpr Nanoseconds longest_aftermath = seconds(600);

/// Traces that frames of the flows may be in.
std::vector<carve::TraceToRead> traces_with(std::span<const carve::ChosenFlow> flows,
                                            const capture::Inputs& inputs,
                                            const dataplane::RunResult& result,
                                            Nanoseconds context) {
    std::vector<carve::TraceToRead> traces;
    for (std::size_t i = 0; i < inputs.traces.size(); ++i) {
        const capture::Trace& trace = inputs.traces[i];
        const std::uint32_t number = result.facts.traces[i].archive;
        if (!trace.first_packet) continue;
        const Nanoseconds first = *trace.first_packet - std::max<Nanoseconds>(context, 0);
        const auto may_be_here = [&](const carve::ChosenFlow& flow) {
            return flow.archive == number && first <= flow.last.time + longest_aftermath;
        };
        if (std::ranges::none_of(flows, may_be_here)) continue;
        const engine::Archive& archive = result.engine->archives()[number];
        const auto& places = result.places[i];
        traces.push_back({trace.input, static_cast<std::uint32_t>(i), number, *trace.first_packet,
                          archive.first_packet, archive.last_packet, places ? &*places : nullptr});
    }
    return traces;
}

/// Where the capture goes: a file that gets its name when it is whole, or standard output.
class Output {
  public:
    explicit Output(const std::filesystem::path& path) {
        if (path == "-") return;
        const auto folder = path.has_parent_path() ? path.parent_path() : ".";
        file_.emplace(folder, path.filename().string());
    }

    void write(std::string_view bytes) {
        if (file_) return file_->write(bytes);
        if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) {
            throw std::system_error(errno, std::generic_category(), "standard output");
        }
    }
    void commit() {
        if (file_) return file_->commit();
        if (std::fflush(stdout) != 0) {
            throw std::system_error(errno, std::generic_category(), "standard output");
        }
    }

  private:
    std::optional<report::OutputFile> file_;
};

int carve_flows(const CarveOptions& options) {
    const dataplane::RunPlan plan = plan_of(options.reading);
    std::vector<std::string> paths = options.reading.inputs;
    const ReadTwice read_twice(paths);
    const capture::Inputs inputs = collect(paths);
    if (inputs.traces.empty()) {
        fmt::print(stderr, "tlstriage: no capture to read\n");
        return lossy;
    }
    if (options.names() && !options.key_log.empty()) {
        throw CLI::ValidationError(
            "--keylog: keys would show the names that --anonymize=names replaces");
    }
    const report::Selection selection = selection_of(options.selection, inputs);
    if (selection.empty()) {
        throw CLI::ValidationError(
            "say which flows: --where, --flow, --cause, --sni, --client, "
            "--server or --frame");
    }
    const dataplane::Executor executor(plan.threads);
    std::optional<carve::AddressMap> addresses;
    std::optional<carve::NameMap> names;
    if (!options.anonymize.empty()) {
        const carve::AnonymizationKey key = key_of(options);
        addresses.emplace(key);
        names.emplace(key, *addresses);
    }
    const FindingFlows finding(plan, inputs, executor, read_twice,
                               !options.reading.no_progress && !options.quiet);
    const auto [run, flows] =
        finding.find(selection, {.addresses = addresses ? &*addresses : nullptr,
                                 .names = options.names() ? &*names : nullptr});
    if (flows.empty()) {
        fmt::print(stderr, "tlstriage: no flow matches; nothing was written\n");
        return failed;
    }

    carve::CarvePlan carving;
    if (addresses) carving.addresses = &*addresses;
    if (names) carving.names = &*names;
    carving.all_names = options.names();
    carving.pcapng = options.output.extension() != ".pcap";
    carving.keep_data = options.keep_data;
    if (options.context >= 0) carving.context = static_cast<Nanoseconds>(options.context * 1e9);
    carving.has_fragments = run.facts.fragments.fragments > 0;
    carving.comment = fmt::format("{} flow{} carved by tlstriage {}", flows.size(),
                                  flows.size() == 1 ? "" : "s", TLSTRIAGE_VERSION);
    if (!options.key_log.empty()) carving.key_log = read_text(options.key_log);
    const auto traces = traces_with(flows, inputs, run, carving.context);
    Output output(options.output);
    const carve::Sink sink = [&](std::string_view bytes) { output.write(bytes); };
    const carve::CarveResult result =
        carve::carve(flows, run.engine->records().lookups, traces, carving, sink);
    output.commit();
    if (!options.quiet) {
        tell_carved({carving, result, flows.size(), options.output, !options.key_log.empty()});
    }
    return run.facts.lossy() ? lossy : done;
}

}  // namespace

void define_carve(CLI::App& app, int& status) {
    CLI::App* const command =
        app.add_subcommand("carve",
                           "Write chosen flows, with all that belongs to them, to a "
                           "capture of their own");
    command->footer(std::string(selection_help) + "\n" + carve_examples);
    const auto options = std::make_shared<CarveOptions>();
    define_reading(*command, options->reading);
    define_selection(*command, options->selection);
    command
        ->add_option("-o,--output", options->output,
                     "The capture: pcapng, or pcap when it is named so; - for standard output")
        ->option_text("FILE")
        ->required();
    CLI::Option* const keep =
        command->add_flag("--keep-data", options->keep_data, "Keep application data");
    command
        ->add_flag("--cut-data", options->cut_data,
                   "Cut application data behind its record headers (the default)")
        ->excludes(keep);
    command
        ->add_option("--context", options->context,
                     "Also what the two ends of a flow sent each other so many seconds before and "
                     "after it")
        ->check(CLI::Range(0.0, 1e6))
        ->option_text("SECONDS");
    command
        ->add_option(
            "--keylog", options->key_log,
            "A TLS key log (SSLKEYLOGFILE); its lines about these flows go into the pcapng")
        ->option_text("FILE");
    command
        ->add_flag("--anonymize{addresses}", options->anonymize,
                   "Replace addresses, the same by the same and prefix by prefix (Crypto-PAn); "
                   "with =names also host names and certificates, by others of their length")
        ->check(CLI::IsMember({"addresses", "names"}))
        ->option_text("[=names]");
    command
        ->add_option(
            "--anonymize-key", options->anonymize_key,
            "32 bytes or 64 hex digits; the same key gives the same addresses and names every time "
            "(default: a random one)")
        ->option_text("FILE")
        ->needs("--anonymize");
    command->add_flag("-q,--quiet", options->quiet, "Say nothing");
    command->callback([options, &status] { status = carve_flows(*options); });
}

}  // namespace tlstriage::cli
