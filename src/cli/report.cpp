// tlstriage report: a finished run's files to one page.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/command.h"
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

All numbers in the page are of all flows. Of failed and incomplete flows it holds so many as --flows
says, shared fairly between causes and servers, and of the others a sample of a tenth of that; the
page says what it leaves out.

Exit status: 0 done; 2 wrong command line; 1 anything else, such as a file that is missing or damaged.)";

struct ReportOptions {
    std::filesystem::path run;
    std::filesystem::path output;
    std::size_t flows = html::Limits{}.troubled;
    bool quiet = false;
};

int report(const ReportOptions& options) {
    const std::filesystem::path output =
        options.output.empty() ? options.run / "report.html" : options.output;
    html::Limits limits;
    limits.troubled = options.flows;
    limits.others = options.flows / 10;
    const html::PageFacts facts = html::write_page(options.run, output, limits);
    if (!options.quiet) {
        fmt::print("{}: {}, of {} {} in the page\n", report::printable(output.string()),
                   report::readable_bytes(facts.bytes), report::grouped(facts.rows),
                   facts.rows == facts.rows_shown
                       ? "flows, all"
                       : fmt::format("flows, {}", report::grouped(facts.rows_shown)));
    }
    return done;
}

}  // namespace

void define_report(CLI::App& app, int& status) {
    CLI::App* const command =
        app.add_subcommand("report", "Make a page for people, report.html, of a finished run");
    command->footer(report_examples);
    const auto options = std::make_shared<ReportOptions>();
    command->add_option("DIR", options->run, "Folder that analyze -o wrote")
        ->required()
        ->check(CLI::ExistingDirectory);
    command->add_option("-o,--output", options->output, "The page (default: DIR/report.html)");
    command
        ->add_option("--flows", options->flows, "Failed and incomplete flows in the page, at most")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command->add_flag("-q,--quiet", options->quiet, "Say nothing");
    command->callback([options, &status] { status = report(*options); });
}

}  // namespace tlstriage::cli
