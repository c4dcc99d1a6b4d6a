// Which flows the page holds, of more than it can.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tlstriage::html {

/// Rows are offered one after the other; at most `most_rows` of them, of at most `most_bytes`,
/// stay. When it is too much, the cause that holds most gives its worst row away: so each cause
/// gets as many as any other, as long as it has them. Within a cause the first row of each server
/// goes before the second of any, so the servers share alike. The same rows in the same order leave
/// the same ones.
class FlowSample {
  public:
    using Cells = std::vector<std::string>;

    FlowSample(std::size_t most_rows, std::size_t most_bytes)
        : most_rows_(most_rows), most_bytes_(most_bytes) {}

    /// `pinned` rows come before all others of their cause. `make()` gives the cells, and is called
    /// only for a row that stays for now.
    template <class Make>
    void offer(std::string_view cause, std::string_view server, bool pinned, Make make) {
        Group& group = groups_[std::string(cause)];
        const Rank rank = rank_of(group, server, pinned);
        if (would_go_at_once(group, rank)) return;
        Cells cells = make();
        for (const std::string& cell : cells)
            bytes_ += cell.size();
        group.kept.emplace(rank, std::move(cells));
        ++rows_;
        while (rows_ > most_rows_ || (bytes_ > most_bytes_ && rows_ > 1))
            drop_one();
    }

    [[nodiscard]] std::size_t size() const { return rows_; }
    /// In the order in which they were offered.
    [[nodiscard]] std::vector<const Cells*> rows() const;

  private:
    struct Rank {
        std::uint64_t turn = 0;  ///< how many rows of this cause and server came before; 0: pinned
        std::uint64_t number = 0;  ///< of the offer
        friend auto operator<=>(const Rank&, const Rank&) = default;
    };
    struct Group {
        std::map<Rank, Cells> kept;
        std::unordered_map<std::uint64_t, std::uint32_t> by_server;  ///< hash of it -> rows offered
    };

    Rank rank_of(Group& group, std::string_view server, bool pinned);
    [[nodiscard]] bool would_go_at_once(const Group& group, const Rank& rank) const;
    Group& fullest();
    void drop_one();

    std::size_t most_rows_;
    std::size_t most_bytes_;
    std::map<std::string, Group> groups_;  ///< by cause
    std::size_t rows_ = 0;
    std::size_t bytes_ = 0;
    std::uint64_t offers_ = 0;
};

}  // namespace tlstriage::html
