#include "engine/recollection.h"

#include <algorithm>

namespace tlstriage::engine {

void Recollection::add(const EvidenceStore& store) {
    for (EvidenceStore::Index i = 0; i < store.size(); ++i) {
        if (!store.at(i).open) records_.push_back(store.at(i).record);
    }
}

void Recollection::forget(Nanoseconds time) {
    std::ranges::stable_sort(records_, {}, &FlowRecord::start);
    const auto first = std::ranges::lower_bound(records_, time, {}, &FlowRecord::start);
    records_.erase(records_.begin(), first);
    if (records_.size() > most_) {
        records_.erase(records_.begin(),
                       records_.begin() + static_cast<std::ptrdiff_t>(records_.size() - most_));
    }
}

}  // namespace tlstriage::engine
