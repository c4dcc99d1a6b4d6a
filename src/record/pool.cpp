#include "record/pool.h"

#include "record/members.h"

namespace tlstriage::record {
namespace {

template <class Map, class T>
const auto& intern(Map& map, std::string&& key, T&& value) {
    auto& place = map[std::move(key)];
    if (place == nullptr) place = std::make_shared<const T>(std::forward<T>(value));
    return place;
}

template <class T>
std::string key_of(const T& value) {
    std::string key;
    FieldWriter fields(key);
    fields(value);
    return key;
}

}  // namespace

const evidence::HelloShape* Pool::shape(std::size_t shard, evidence::HelloShape&& shape) {
    std::string key = key_of(shape);
    return intern(shapes_[shard], std::move(key), std::move(shape)).get();
}

std::shared_ptr<const tls::Certificate> Pool::certificate(tls::Certificate&& certificate) {
    std::string key = key_of(certificate);
    return intern(certificates_, std::move(key), std::move(certificate));
}

const tls::Chain* Pool::chain(tls::Chain&& chain) {
    std::string key;
    FieldWriter fields(key);
    for (const auto& certificate : chain.certificates)
        fields(std::bit_cast<std::uintptr_t>(certificate.get()));
    fields(chain.findings, chain.path_not_before, chain.path_not_after);
    return intern(chains_, std::move(key), std::move(chain)).get();
}

}  // namespace tlstriage::record
