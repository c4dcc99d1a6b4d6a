// tlstriage report: a finished run's files to one page.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/scratch_folder.h"
#include "cli/chosen_run.h"
#include "cli/command.h"
#include "cli/quantities.h"
#include "cli/selection.h"
#include "html/page.h"
#include "report/format.h"
#include "report/safe_text.h"

namespace tlstriage::cli {
namespace {

constexpr auto report_examples = R"(
Examples:
  tlstriage analyze capture.pcap -o verdicts && tlstriage report verdicts
      verdicts/report.html: one file for any browser, which loads nothing from anywhere
  tlstriage report verdicts -o /srv/www/tls.html --flows 500
      elsewhere, and smaller
  tlstriage report verdicts --where 'cause=certificate_*,sni=*.example.com' -o for-them.html
      of these flows alone, judged again from the evidence.bin of the run

All numbers in the page are of all flows, or of all that were chosen. Of failed and incomplete ones
it holds so many as --flows says, shared fairly between causes and servers, and of the others a
sample of a tenth of that; the page says what it leaves out.

Exit status: 0 done; 1 no flow was chosen, or anything else, such as a file that is missing or
damaged; 2 wrong command line.)";

struct ReportOptions {
    std::filesystem::path run;
    std::filesystem::path output;
    SelectionOptions selection;
    std::string threads = "auto";
    std::size_t flows = html::Limits{}.troubled;
    bool quiet = false;
};

void tell(const html::PageFacts& facts, const std::filesystem::path& output,
          const std::optional<html::Choice>& choice) {
    const std::string rows = report::grouped(facts.rows);
    fmt::print("{}: {}, of {} {}flows, {}{} in the page\n", report::printable(output.string()),
               report::readable_bytes(facts.bytes), rows, choice ? "chosen " : "",
               choice ? fmt::format("of {} in the run, ", report::grouped(choice->of)) : "",
               facts.rows == facts.rows_shown ? "all" : report::grouped(facts.rows_shown));
}

int report(const ReportOptions& options) {
    const std::filesystem::path output =
        options.output.empty() ? options.run / "report.html" : options.output;
    html::Limits limits;
    limits.troubled = options.flows;
    limits.others = options.flows / 10;
    std::filesystem::path run = options.run;
    std::optional<ScratchFolder> scratch;
    std::optional<html::Choice> choice;
    if (!options.selection.empty()) {
        const dataplane::Executor executor(parse_threads(options.threads));
        run = scratch.emplace().path();
        const ChosenRun chosen = write_chosen(options.run, options.selection, run, executor);
        if (chosen.flows == 0) {
            fmt::print(stderr, "tlstriage: none of the {} flows matches; no page was written\n",
                       report::grouped(chosen.of));
            return failed;
        }
        choice = {.text = options.selection.text(), .of = chosen.of};
    }
    const html::PageFacts facts = html::write_page(run, output, limits, choice);
    if (!options.quiet) tell(facts, output, choice);
    return done;
}

}  // namespace

void define_report(CLI::App& app, int& status) {
    CLI::App* const command =
        app.add_subcommand("report", "Make a page for people, report.html, of a finished run");
    command->footer(std::string(selection_help) + "\n" + report_examples);
    const auto options = std::make_shared<ReportOptions>();
    command->add_option("DIR", options->run, "Folder that analyze -o wrote")
        ->required()
        ->check(CLI::ExistingDirectory);
    define_selection(*command, options->selection);
    command->add_option("-o,--output", options->output, "The page (default: DIR/report.html)")
        ->option_text("FILE");
    command
        ->add_option("--flows", options->flows,
                     "Failed and incomplete flows in the page, at most; 1 to 100000")
        ->check(CLI::Range(1, 100'000))
        ->option_text("N")
        ->capture_default_str();
    define_threads(*command, options->threads);
    command->add_flag("-q,--quiet", options->quiet, "Say nothing");
    command->callback([options, &status] { status = report(*options); });
}

}  // namespace tlstriage::cli
