#include "report/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "report/columns.h"
#include "report/summary_columns.h"

namespace tlstriage::report {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
    throw std::system_error(errno, std::generic_category(), path.string());
}

template <class Cells, class Model, class Columns>
void append_row(const Model& model, const Columns& columns, std::string& out) {
    Cells cells(out);
    cells.begin_row();
    std::apply(
        [&](const auto&... column) {
            (..., (cells.begin_cell(column.name), column.write(model, cells), cells.end_cell()));
        },
        columns);
    cells.end_row();
}

template <class Columns>
std::string csv_header(const Columns& columns) {
    std::string out;
    CsvCells cells(out);
    cells.begin_row();
    std::apply(
        [&](const auto&... column) {
            (..., (cells.begin_cell(column.name), cells.word(column.name)));
        },
        columns);
    cells.end_row();
    return out;
}

template <class Model, class Columns>
void append(TableFormat format, const Model& model, const Columns& columns, std::string& out) {
    if (format == TableFormat::csv) {
        append_row<CsvCells>(model, columns, out);
    } else {
        append_row<JsonCells>(model, columns, out);
    }
}

std::filesystem::path table_path(const std::filesystem::path& folder, std::string_view name,
                                 TableFormat format) {
    std::filesystem::create_directories(folder);
    return folder / (std::string(name) + (format == TableFormat::csv ? ".csv" : ".jsonl"));
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path)
    : path_(std::move(path)),
      temporary_(path_.string() + ".partial"),
      descriptor_(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) fail(temporary_);
}

OutputFile::~OutputFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
}

void OutputFile::write(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor_, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(path_);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void OutputFile::commit() {
    const int descriptor = descriptor_;
    descriptor_ = -1;
    if (::close(descriptor) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_);
}

void write_flows(const std::filesystem::path& folder, TableFormat format,
                 const std::vector<engine::JudgedFlow>& flows,
                 const std::vector<std::string>& files, const engine::Parallel& parallel) {
    constexpr std::size_t rows_per_job = 512;
    constexpr std::size_t jobs_per_round = 64;
    OutputFile file(table_path(folder, "flows", format));
    if (format == TableFormat::csv) file.write(csv_header(flow_columns));
    std::vector<std::string> parts(jobs_per_round);
    for (std::size_t begin = 0; begin < flows.size(); begin += rows_per_job * jobs_per_round) {
        const std::size_t left = flows.size() - begin;
        const std::size_t jobs = std::min(jobs_per_round, (left + rows_per_job - 1) / rows_per_job);
        parallel(jobs, [&](std::size_t job) {
            std::string& part = parts[job];
            part.clear();
            const std::size_t first = begin + job * rows_per_job;
            const std::size_t last = std::min(flows.size(), first + rows_per_job);
            for (std::size_t i = first; i < last; ++i) {
                const auto& [evidence, verdict] = flows[i];
                append(format, Row{*evidence, verdict, files, measure(*evidence)}, flow_columns,
                       part);
            }
        });
        for (std::size_t job = 0; job < jobs; ++job)
            file.write(parts[job]);
    }
    file.commit();
}

void write_summary(const std::filesystem::path& folder, TableFormat format,
                   const std::vector<SummaryGroup>& groups, const std::vector<std::string>& files) {
    OutputFile file(table_path(folder, "summary", format));
    std::string out = format == TableFormat::csv ? csv_header(summary_columns) : "";
    for (const SummaryGroup& group : groups) {
        append(format, SummaryRow{group, files}, summary_columns, out);
    }
    file.write(out);
    file.commit();
}

void write_run(const std::filesystem::path& folder, const RunFacts& facts) {
    std::filesystem::create_directories(folder);
    OutputFile file(folder / "run.json");
    file.write(to_json(facts));
    file.commit();
}

}  // namespace tlstriage::report
