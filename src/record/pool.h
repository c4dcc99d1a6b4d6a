// Shapes, certificates and chains of recorded runs: each once, however many runs have it.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/limits.h"
#include "evidence/evidence.h"
#include "tls/certificate.h"

namespace tlstriage::record {

/// History and inventory know these by their addresses, as they do within one run. Shapes are kept
/// by shard, as a run's are. One owner.
class Pool {
  public:
    /// Each is valid as long as this object.
    const evidence::HelloShape* shape(std::size_t shard, evidence::HelloShape&& shape);
    std::shared_ptr<const tls::Certificate> certificate(tls::Certificate&& certificate);
    const tls::Chain* chain(tls::Chain&& chain);

  private:
    template <class T>
    using Interned = std::unordered_map<std::string, std::shared_ptr<const T>>;  ///< by content

    std::vector<Interned<evidence::HelloShape>> shapes_{engine::shard_count};
    Interned<tls::Certificate> certificates_;
    Interned<tls::Chain> chains_;
};

}  // namespace tlstriage::record
