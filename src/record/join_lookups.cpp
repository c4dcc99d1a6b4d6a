#include "record/join_lookups.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace tlstriage::record {
namespace {

using engine::Lookup;

// As in engine/lookups.cpp.
constexpr Nanoseconds one_question = seconds(30);
constexpr Nanoseconds capture_copy = milliseconds(20);

struct Found {
    std::size_t part = 0;
    Lookup lookup;
};

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

std::vector<Lookup> join_lookups(std::vector<RecordedRun>& parts) {
    std::vector<Found> all;
    for (std::size_t part = 0; part < parts.size(); ++part) {
        for (Lookup& lookup : parts[part].lookups)
            all.push_back({part, std::move(lookup)});
        parts[part].lookups.clear();
    }
    std::ranges::stable_sort(all, std::less{}, [](const Found& found) {
        return std::tuple(found.lookup.archive, found.lookup.asked.time, found.lookup.file,
                          found.lookup.asked.frame);
    });
    using Key = std::tuple<std::uint32_t, IpAddress, std::uint16_t, Endpoint, std::uint16_t,
                           std::uint16_t, std::string>;
    std::map<Key, std::pair<std::size_t, std::size_t>> last;  // its part, its place in the result
    std::vector<Lookup> joined;
    for (Found& found : all) {
        Lookup& lookup = found.lookup;
        const Key key{lookup.archive, lookup.client, lookup.client_port, lookup.resolver,
                      lookup.id,      lookup.type,   lookup.name};
        const auto [place, fresh] = last.try_emplace(key, found.part, joined.size());
        if (!fresh && place->second.first != found.part &&
            join(joined[place->second.second], lookup)) {
            place->second.first = found.part;
            continue;
        }
        place->second = {found.part, joined.size()};
        joined.push_back(std::move(lookup));
    }
    return joined;
}

}  // namespace tlstriage::record
