// Texts and fingerprints of a ClientHello, computed once for each shape of it.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "evidence/evidence.h"
#include "tls/messages.h"

namespace tlstriage::evidence {

/// Interns HelloShapes by a 128-bit hash of everything they are made from. One owner.
class HelloShapes {
  public:
    std::shared_ptr<const HelloShape> shape(const tls::ClientHello& hello);

  private:
    std::unordered_map<std::uint64_t, std::pair<std::uint64_t, std::shared_ptr<const HelloShape>>>
        shapes_;
    std::vector<std::uint8_t> key_;
};

}  // namespace tlstriage::evidence
