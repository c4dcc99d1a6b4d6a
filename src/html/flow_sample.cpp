#include "html/flow_sample.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace tlstriage::html {

FlowSample::Rank FlowSample::rank_of(Group& group, std::string_view server, bool pinned) {
    const std::uint64_t number = offers_++;
    const std::uint64_t turn = ++group.by_server[std::hash<std::string_view>{}(server)];
    return {pinned ? 0 : turn, number};
}

/// The full sample would drop this very row: the answer for nearly all rows of a big run.
bool FlowSample::would_go_at_once(const Group& group, const Rank& rank) const {
    if (rows_ < most_rows_ || group.kept.empty()) return false;
    const bool largest = std::ranges::all_of(
        groups_, [&](const auto& other) { return other.second.kept.size() <= group.kept.size(); });
    return largest && group.kept.rbegin()->first < rank;
}

FlowSample::Group& FlowSample::fullest() {
    const auto most = std::ranges::max_element(groups_, [](const auto& a, const auto& b) {
        return a.second.kept.size() < b.second.kept.size();
    });
    return most->second;
}

void FlowSample::drop_one() {
    Group& group = fullest();
    const auto worst = std::prev(group.kept.end());
    for (const std::string& cell : worst->second)
        bytes_ -= cell.size();
    group.kept.erase(worst);
    --rows_;
}

std::vector<const FlowSample::Cells*> FlowSample::rows() const {
    std::vector<std::pair<std::uint64_t, const Cells*>> numbered;
    for (const auto& [cause, group] : groups_) {
        for (const auto& [rank, cells] : group.kept)
            numbered.emplace_back(rank.number, &cells);
    }
    std::ranges::sort(numbered);
    std::vector<const Cells*> rows;
    rows.reserve(numbered.size());
    for (const auto& [number, cells] : numbered)
        rows.push_back(cells);
    return rows;
}

}  // namespace tlstriage::html
