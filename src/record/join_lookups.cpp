#include "record/join_lookups.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace tlstriage::record {
namespace {

using engine::Lookup;

// As in engine/lookups.cpp.
constexpr Nanoseconds one_question = seconds(30);
constexpr Nanoseconds capture_copy = milliseconds(20);

void take_answer(Lookup& question, Lookup& other) {
    question.answered = other.answered;
    question.rcode = other.rcode;
    question.truncated = other.truncated;
    question.addresses = std::move(other.addresses);
    question.aliases = std::move(other.aliases);
}

/// Whether `later`, of another part, is the same lookup; `before` has it all then.
bool join(Lookup& before, Lookup& later) {
    const bool answer_alone = later.tries == 0;
    if (before.answered.seen()) {
        const Moment last = answer_alone ? before.answered : before.last_asked;
        const Moment again = answer_alone ? later.answered : later.asked;
        return again.time - last.time <= capture_copy;
    }
    if (!answer_alone) {
        if (later.asked.time - before.last_asked.time > one_question) return false;
        const bool copy = later.asked.time - before.last_asked.time <= capture_copy;
        before.tries += copy ? later.tries - 1 : later.tries;
        if (!copy || later.tries > 1) before.last_asked = later.last_asked;
    }
    if (later.answered.seen()) take_answer(before, later);
    return true;
}

}  // namespace

std::vector<Lookup> join_lookups(std::vector<RecordedRun>& parts,
                                 const std::vector<std::uint32_t>& archive_of_piece) {
    std::vector<Lookup> all;
    for (RecordedRun& part : parts) {
        std::ranges::move(part.lookups, std::back_inserter(all));
        part.lookups.clear();
    }
    std::ranges::stable_sort(all, std::less{}, [](const Lookup& lookup) {
        return std::tuple(lookup.asked.time, lookup.file, lookup.asked.frame);
    });
    using Key = std::tuple<std::uint32_t, IpAddress, std::uint16_t, Endpoint, std::uint16_t,
                           std::uint16_t, std::string>;
    std::map<Key, std::pair<std::uint32_t, std::size_t>> last;  // piece, place in the result
    std::vector<Lookup> joined;
    for (Lookup& lookup : all) {
        const std::uint32_t piece = lookup.archive;
        lookup.archive = archive_of_piece[piece];
        const Key key{lookup.archive, lookup.client, lookup.client_port, lookup.resolver,
                      lookup.id,      lookup.type,   lookup.name};
        const auto [place, fresh] = last.try_emplace(key, piece, joined.size());
        if (!fresh && place->second.first != piece && join(joined[place->second.second], lookup)) {
            place->second.first = piece;
            continue;
        }
        place->second = {piece, joined.size()};
        joined.push_back(std::move(lookup));
    }
    return joined;
}

}  // namespace tlstriage::record
