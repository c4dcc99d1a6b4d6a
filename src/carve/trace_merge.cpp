#include "carve/trace_merge.h"

#include <system_error>

namespace tlstriage::carve {

void TraceMerge::open_next() {
    const std::size_t trace = next_++;
    const TraceToRead& from = traces_[trace];
    try {
        auto source = capture::open(from.input);
        auto reader =
            from.places == nullptr
                ? std::make_unique<capture::RecordReader>(std::move(source))
                : std::make_unique<capture::RecordReader>(std::move(source), *from.places);
        if (reader->next()) open_.push_back({trace, std::move(reader)});
    } catch (const std::system_error&) {
        return;
    }
}

bool TraceMerge::next() {
    if (begun_ && !open_[current_].reader->next()) {
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(current_));
    }
    begun_ = true;
    for (;;) {
        current_ = 0;
        for (std::size_t i = 1; i < open_.size(); ++i) {
            if (open_[i].reader->record().time < open_[current_].reader->record().time) {
                current_ = i;
            }
        }
        const bool all_open = next_ == traces_.size();
        if (all_open || (!open_.empty() &&
                         open_[current_].reader->record().time < traces_[next_].first_packet)) {
            return !open_.empty();
        }
        open_next();
    }
}

}  // namespace tlstriage::carve
