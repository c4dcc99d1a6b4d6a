// Words counted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlstriage::html {

/// How often each word came. Of words that others choose there may be any number: those after the
/// first `most_words` are counted together.
class Tally {
  public:
    void add(std::string_view word) {
        const auto found = counts_.find(word);
        if (found != counts_.end()) {
            ++found->second;
        } else if (counts_.size() < most_words) {
            counts_.emplace(word, 1);
        } else {
            ++others_;
        }
    }

    static constexpr std::size_t most_words = 1000;

    /// Most frequent first.
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> sorted() const {
        std::vector<std::pair<std::string, std::uint64_t>> words(counts_.begin(), counts_.end());
        std::ranges::stable_sort(words, std::greater{},
                                 [](const auto& word) { return word.second; });
        return words;
    }
    [[nodiscard]] std::uint64_t others() const { return others_; }

  private:
    std::map<std::string, std::uint64_t, std::less<>> counts_;
    std::uint64_t others_ = 0;
};

}  // namespace tlstriage::html
