#include "engine/recollection.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>

#include "base/hash_map.h"

namespace tlstriage::engine {
namespace {

std::uint64_t number_of(const auto* shared) {
    return reinterpret_cast<std::uintptr_t>(shared);
}

/// A hash of all that a record tells, but for when, and from which port.
std::uint64_t kind_of(const FlowRecord& record) {
    const verdict::Profile& profile = record.profile;
    std::uint64_t flags = record.server_hops;
    for (const bool flag :
         {record.server_hops_vary, record.heard, record.spoke_tls, record.one_sided,
          record.client_data, record.offers_tls13, profile.ok, profile.proxy_header}) {
        flags = flags << 1U | std::uint64_t{flag};
    }
    const std::array words{number_of(profile.shape),
                           number_of(profile.chain),
                           profile.server_name,
                           record.domain,
                           std::uint64_t{profile.hello_bytes} << 32U |
                               std::uint64_t{profile.version} << 16U | profile.cipher_suite,
                           flags << 32U | std::uint64_t{profile.group} << 16U | record.server.port};
    const auto& server = record.server.address.bytes;
    const auto& client = record.client.address.bytes;
    return XXH3_64bits_withSeed(words.data(), sizeof(words),
                                XXH3_64bits_withSeed(server.data(), server.size(),
                                                     XXH3_64bits(client.data(), client.size())));
}

}  // namespace

void Recollection::add(const EvidenceStore& store) {
    for (EvidenceStore::Index i = 0; i < store.size(); ++i) {
        if (!store.at(i).open) records_.push_back(store.at(i).record);
    }
}

void Recollection::forget(Nanoseconds time) {
    std::ranges::stable_sort(records_, {}, &FlowRecord::start);
    const auto first = std::ranges::lower_bound(records_, time, {}, &FlowRecord::start);
    records_.erase(records_.begin(), first);
    forget_alike();
    if (records_.size() > most_) {
        records_.erase(records_.begin(),
                       records_.begin() + static_cast<std::ptrdiff_t>(records_.size() - most_));
    }
}

void Recollection::forget_alike() {
    HashMap<unsigned> alike;
    auto kept = records_.rbegin();
    for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
        if (++alike[kind_of(*record)] > most_alike) continue;
        if (kept != record) *kept = *record;
        ++kept;
    }
    records_.erase(records_.begin(), kept.base());
    records_.shrink_to_fit();
}

}  // namespace tlstriage::engine
