#include "report/flow_report.h"

#include "report/columns.h"

namespace tlstriage::report {

FlowReport::FlowReport(const std::vector<std::string>& files, const std::filesystem::path& folder,
                       TableFormat format)
    : files_(files), format_(format) {
    if (folder.empty()) return;
    output_.emplace(folder, std::string("flows") + std::string(extension(format)));
    Buffer header;
    append_header(format, flow_columns, header);
    output_->write(header.view());
}

engine::OnJudged FlowReport::handlers() {
    return {.flow = [this](std::size_t batch, const evidence::Evidence& evidence,
                           const verdict::Verdict& verdict) { add(batch, evidence, verdict); },
            .end_round = [this](std::size_t batches) { end_round(batches); }};
}

void FlowReport::add(std::size_t batch, const evidence::Evidence& evidence,
                     const verdict::Verdict& verdict) {
    const Row row{evidence, verdict, files_, measure(evidence)};
    if (output_) {
        append_row(format_, row, flow_columns, batches_[batch].rows);
        batches_[batch].inventory.add(row);
    }
    batches_[batch].summary.add(row);
}

void FlowReport::end_round(std::size_t batches) {
    for (Batch& batch : std::span(batches_).first(batches)) {
        if (output_) output_->write(batch.rows.view());
        batch.rows.clear();
        summary_.merge(batch.summary);
        batch.summary.clear();
        inventory_.merge(batch.inventory);
        batch.inventory.clear();
    }
}

std::vector<SummaryGroup> FlowReport::finish() {
    if (output_) output_->commit();
    return summary_.groups();
}

}  // namespace tlstriage::report
