#include "carve/resolver_walk.h"

#include "carve/dns_pseudonyms.h"

namespace tlstriage::carve {

void ResolverWalk::start_at(std::uint32_t sequence) {
    if (next_ > 0) return;
    stream_.start_at(sequence);
    plan_.begin_at(sequence);
    begun_ = true;
}

void ResolverWalk::segment(std::uint32_t sequence, Bytes captured, std::uint32_t length,
                           Moment at) {
    if (!begun_) plan_.begin_at(sequence);
    begun_ = true;
    stream_.segment(sequence, captured, length, at, *this);
}

void ResolverWalk::finish() {
    stream_.finish(*this);
    blank_waiting();
    plan_.finish(next_);
}

void ResolverWalk::bytes(Bytes data, Moment) {
    next_ += data.size();
    waiting_.insert(waiting_.end(), data.begin(), data.end());
    if (lost_) return blank_waiting();
    std::size_t used = 0;
    while (waiting_.size() - used >= 2) {
        const std::size_t length = load_big<std::uint16_t>(&waiting_[used]);
        if (waiting_.size() - used - 2 < length) break;
        const std::uint64_t offset = next_ - waiting_.size() + used + 2;
        const Bytes message = Bytes(waiting_).subspan(used + 2, length);
        for (const TextReplacement& part :
             dns_pseudonyms(message, DnsNames::all, tools_.names, tools_.addresses)) {
            plan_.change(offset + part.offset, message.subspan(part.offset, part.bytes.size()),
                         part.bytes);
        }
        used += 2 + length;
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(used));
}

void ResolverWalk::missing(std::uint64_t count) {
    blank_waiting();
    plan_.blank(next_, count);  // a copy of it may come late
    next_ += count;
    lost_ = true;
}

void ResolverWalk::blank_waiting() {
    plan_.blank(next_ - waiting_.size(), waiting_.size());
    tools_.blanked += waiting_.size();
    waiting_.clear();
}

}  // namespace tlstriage::carve
