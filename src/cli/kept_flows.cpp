#include "cli/kept_flows.h"

#include <span>
#include <utility>

namespace tlstriage::cli {

void KeptFlows::take(const engine::JudgedBatch& batch, const engine::JudgedFlow& flow) {
    Part& part = parts_[batch.index];
    ++part.count;
    if (flows_.size() + part.flows.size() >= most_) return;
    part.flows.push_back({flow.evidence, flow.verdict, flow.history.capture_end});
}

void KeptFlows::end_round(std::size_t batches) {
    for (Part& part : std::span(parts_).first(batches)) {
        count_ += part.count;
        for (KeptFlow& flow : part.flows) {
            if (flows_.size() < most_) flows_.push_back(std::move(flow));
        }
        part = {};
    }
}

}  // namespace tlstriage::cli
