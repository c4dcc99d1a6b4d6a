#include "window_walk.h"

#include <algorithm>

#include "base/prefetch.h"

namespace tlstriage::dataplane {

using capture::Step;

/// Guesses where pieces begin and sets the chains up; returns how many there are.
std::size_t WindowWalk::place_chains(const capture::Format& format, Bytes window, std::size_t end,
                                     Nanoseconds near) {
    const std::size_t wanted = std::clamp<std::size_t>(
        end / shape_.least_piece, 1, std::size_t{shape_.chains} * executor_.threads());
    std::vector<std::size_t> begins(wanted, 0);
    executor_.run(wanted - 1, [&](std::size_t i, unsigned) {
        begins[i + 1] = format.find_boundary(window, end / wanted * (i + 1), near);
    });
    std::size_t count = 0;
    for (const std::size_t begin : begins) {
        if (begin >= end || (count > 0 && begin <= chains_[count - 1]->position)) continue;
        if (count == chains_.size()) chains_.push_back(std::make_unique<Chain>());
        Chain& chain = *chains_[count++];
        chain.piece.clear();
        chain.begin = chain.position = begin;
        chain.end = end;
        chain.stop = Step::record;
        if (count > 1) chains_[count - 2]->end = begin;
    }
    return count;
}

/// One record further; false when the chain has stopped.
inline bool WindowWalk::advance(const capture::Format& format, Bytes window, Chain& chain) {
    if (chain.position >= chain.end) return false;
    capture::Record record;
    const std::size_t offset = chain.position;
    const Step step = format.step(window, chain.position, record);
    // The next record's header and the packet headers behind it, for when this chain's turn comes.
    const std::uint8_t* const next = window.data() + chain.position;
    constexpr std::size_t headers = 128;
    prefetch(next, headers);
    switch (step) {
        case Step::record:
            if (focus_ == nullptr) {
                chain.piece.take(record);
            } else {
                take_if_of_interest(record, offset, chain.piece);
            }
            return true;
        case Step::frame_without_packet: chain.piece.take_empty_frame(); return true;
        case Step::skipped: return true;
        default: chain.stop = step; return false;
    }
}

void WindowWalk::take_if_of_interest(const capture::Record& record, std::size_t offset,
                                     Piece& piece) {
    wire::Packet packet;
    piece.decode(record, packet);
    const engine::Focus::Interest interest = focus_->look(packet);
    if (interest.analysed) piece.add(packet);
    if (interest.noted) piece.note_place(offset);
}

void WindowWalk::walk_group(const capture::Format& format, Bytes window, std::size_t first,
                            std::size_t last) {
    std::vector<Chain*> active;
    for (std::size_t i = first; i < last; ++i)
        active.push_back(chains_[i].get());
    while (!active.empty()) {
        for (std::size_t i = 0; i < active.size();) {
            if (advance(format, window, *active[i])) {
                ++i;
            } else {
                active.erase(active.begin() + static_cast<std::ptrdiff_t>(i));
            }
        }
    }
}

WindowWalk::Result WindowWalk::walk(const capture::Format& format, Bytes window, std::size_t end,
                                    Nanoseconds near) {
    const std::size_t count = place_chains(format, window, end, near);
    const std::size_t groups = (count + shape_.chains - 1) / shape_.chains;
    executor_.run(groups, [&](std::size_t group, unsigned) {
        walk_group(format, window, group * count / groups, (group + 1) * count / groups);
    });
    Result result;
    for (std::size_t i = 0; i < count; ++i) {
        Chain& chain = *chains_[i];
        result.pieces.push_back(&chain.piece);
        result.end = chain.position;
        result.stop = chain.stop;
        const bool proven =
            i + 1 < count && chain.stop == Step::record && chain.position == chains_[i + 1]->begin;
        if (!proven) break;
    }
    return result;
}

}  // namespace tlstriage::dataplane
