// Which of many names a frame shows.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/bytes.h"

namespace tlstriage::carve {

/// Case does not count, and neither does whether labels stand behind dots or behind lengths.
class Sightings {
  public:
    static constexpr std::size_t shortest = 4;  ///< shorter names would be seen everywhere

    void add(std::string_view name);
    [[nodiscard]] bool in(Bytes frame) const;
    [[nodiscard]] std::size_t size() const { return names_.size(); }

  private:
    std::unordered_set<std::string> names_;
    std::unordered_map<std::uint32_t, std::vector<const std::string*>> by_beginning_;
};

}  // namespace tlstriage::carve
