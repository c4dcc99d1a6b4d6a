// DNS lookups: put together from queries and answers, and found again for the flows they led to.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/address.h"
#include "base/time.h"
#include "evidence/evidence.h"
#include "plain/dns.h"

namespace tlstriage::engine {

/// One question of a client to a resolver, with its repetitions and its answer.
struct Lookup {
    IpAddress client;
    Endpoint resolver;
    std::uint16_t client_port = 0;
    std::uint16_t id = 0;
    bool over_tcp = false;
    std::uint32_t file = 0;
    std::uint32_t archive = 0;
    std::string name;
    std::uint16_t type = 0;
    std::uint16_t rcode = 0;
    bool truncated = false;
    std::uint32_t tries = 0;
    Moment asked;       ///< first
    Moment last_asked;  ///< the latest repetition before the answer
    Moment answered;    ///< not seen: no answer
    std::vector<IpAddress> addresses;
    std::vector<std::string> aliases;

    [[nodiscard]] Nanoseconds last_heard() const {
        return answered.seen() ? answered.time : last_asked.time;
    }
    [[nodiscard]] bool succeeded() const {
        return answered.seen() && rcode == 0 && !addresses.empty();
    }
};

/// A shard's lookups: takes messages in capture order. At most max_open questions wait for an
/// answer; the oldest is given up then.
class LookupCollector {
  public:
    void message(Bytes bytes, const Endpoint& source, const Endpoint& destination, bool over_tcp,
                 std::uint32_t file, Moment at);
    void end_archive(std::uint32_t archive);
    /// Drops lookups whose last message came before `time`.
    void forget(Nanoseconds time);
    [[nodiscard]] const std::vector<Lookup>& lookups() const { return lookups_; }

  private:
    static constexpr std::size_t max_open = 65'536;

    std::unordered_map<std::uint64_t, std::size_t> open_;  ///< by client, resolver, id, question
    std::unordered_map<std::uint64_t, std::size_t> answered_;  ///< the same, to know copies
    std::vector<Lookup> lookups_;
    std::size_t assigned_ = 0;
    plain::DnsMessage message_;  ///< scratch
};

/// What became of a name that a client asked for: a row of dns.csv.
struct NameTrouble {
    Lookup lookup;              ///< the last try; `asked` and `tries` are those of all
    bool failed = false;        ///< else slow
    std::string_view reason{};  ///< nxdomain servfail refused no_answer no_address; empty when slow
};

/// All lookups of a run, for questions about flows.
class LookupIndex {
  public:
    /// `ends`: time of the last packet, by archive.
    LookupIndex(std::vector<Lookup> lookups, std::vector<Nanoseconds> ends);

    [[nodiscard]] bool empty() const { return lookups_.empty(); }

    /// The last answer to `client` before `time` that holds `server`; null without one.
    [[nodiscard]] const Lookup* find(std::uint32_t archive, const IpAddress& client,
                                     const IpAddress& server, Nanoseconds time) const;
    /// The same, whoever asked, when it was one client alone within the last seconds: the other
    /// address of a client that asked by its first.
    [[nodiscard]] const Lookup* find_any(std::uint32_t archive, const IpAddress& server,
                                         Nanoseconds time) const;
    /// When the question behind an answer was first asked, failed tries before it included.
    [[nodiscard]] Moment first_asked(const Lookup& lookup) const;

    /// Names that failed, or took long, by time: those first asked for after `from`, up to `until`.
    [[nodiscard]] std::vector<NameTrouble> troubles(
        Nanoseconds from = std::numeric_limits<Nanoseconds>::min(),
        Nanoseconds until = std::numeric_limits<Nanoseconds>::max()) const;

  private:
    using Key = std::uint64_t;

    void explain(NameTrouble& trouble) const;
    [[nodiscard]] bool is_search_step(const Lookup& failed) const;
    [[nodiscard]] bool other_family_succeeded(const Lookup& lookup) const;

    std::vector<Lookup> lookups_;                                   ///< by time asked
    std::unordered_map<Key, std::vector<std::size_t>> answers_;     ///< client and address
    std::unordered_map<Key, std::vector<std::size_t>> by_address_;  ///< address alone
    std::unordered_map<Key, std::vector<std::size_t>> by_name_;     ///< client and name
    std::unordered_map<Key, std::vector<std::size_t>> by_client_;
    std::vector<Nanoseconds> ends_;
};

}  // namespace tlstriage::engine
