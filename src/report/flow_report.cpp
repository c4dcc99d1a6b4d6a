#include "report/flow_report.h"

#include <utility>

#include "report/columns.h"

namespace tlstriage::report {

FlowReport::FlowReport(const std::vector<std::string>& files, const Place& place,
                       TableFormat format, unsigned workers)
    : files_(files), format_(format), parts_(workers) {
    if (place.empty()) return;
    keeps_inventory_ = true;
    output_.emplace(place, std::string("flows") + std::string(extension(format)));
    Buffer header;
    append_header(format, flow_columns, header);
    output_->write(header.view());
}

engine::OnJudged FlowReport::handlers() {
    engine::OnJudged handlers;
    handlers.flows = [this](const engine::JudgedBatch& batch,
                            std::span<const engine::JudgedFlow> flows) { add(batch, flows); };
    handlers.end_round = [this](std::size_t) { std::swap(rows_, written_); };
    if (output_) handlers.after_round = [this] { write_rows(); };
    return handlers;
}

void FlowReport::add(const engine::JudgedBatch& batch, std::span<const engine::JudgedFlow> flows) {
    Part& part = parts_[batch.worker];
    std::vector<Row>& rows = part.rows;
    rows.clear();
    for (const engine::JudgedFlow& flow : flows)
        rows.push_back({flow.evidence, flow.verdict, files_, measure(flow.evidence)});
    if (output_) {
        for (const Row& row : rows)
            append_row(format_, row, flow_columns, rows_[batch.index]);
    }
    if (keeps_inventory_) {
        for (const Row& row : rows)
            part.inventory.add(row);
    }
    for (const Row& row : rows)
        part.summary.add(row);
}

void FlowReport::write_rows() {
    for (Buffer& rows : written_) {
        if (rows.size() > 0) output_->write(rows.view());
        rows.clear();
    }
}

std::vector<SummaryGroup> FlowReport::finish() {
    if (output_) output_->commit();
    Part& all = parts_.front();
    for (const Part& part : std::span(parts_).subspan(1)) {
        all.summary.merge(part.summary);
        all.inventory.merge(part.inventory);
    }
    parts_.resize(1);
    return all.summary.groups();
}

}  // namespace tlstriage::report
