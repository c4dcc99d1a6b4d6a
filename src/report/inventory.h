// What servers and certificates a run has met: the models of servers.csv and certificates.csv.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "report/row.h"

namespace tlstriage::report {

/// A set of mostly one, which most insertions find again at its head.
template <class T>
class MostlyOne {
  public:
    void insert(const T& value) {
        if (value_ && *value_ == value) return;
        if (!value_) {
            value_ = value;
        } else {
            others_.insert(value);
        }
    }
    void insert(const MostlyOne& other) {
        other.each([this](const T& value) { insert(value); });
    }
    /// In order.
    [[nodiscard]] std::set<T> all() const {
        std::set<T> all = others_;
        if (value_) all.insert(*value_);
        return all;
    }

  private:
    template <class Visit>
    void each(Visit visit) const {
        if (value_) visit(*value_);
        for (const T& value : others_)
            visit(value);
    }

    std::optional<T> value_;  ///< the first
    std::set<T> others_;      ///< all but that
};

/// A server endpoint and how its flows fared.
struct ServerEntry {
    std::array<std::uint64_t, 4> flows{};  ///< by verdict::Outcome
    Nanoseconds first_seen = 0;
    Nanoseconds last_seen = 0;
    std::map<verdict::Cause, std::uint64_t> causes;  ///< of failed flows
    MostlyOne<std::uint16_t> versions;               ///< that it chose
    MostlyOne<std::uint16_t> cipher_suites;
    std::set<std::string> names;                      ///< SNIs, the first max_names of the alphabet
    MostlyOne<const tls::Certificate*> certificates;  ///< leaves
    std::vector<Nanoseconds> tcp_connect;
    std::vector<Nanoseconds> server_hello;
    std::vector<Nanoseconds> handshake;

    static constexpr std::size_t max_names = 64;

    [[nodiscard]] std::uint64_t total() const { return flows[0] + flows[1] + flows[2] + flows[3]; }
    void add_name(const std::string& name);
    void merge(const ServerEntry& other);
};

/// Where a certificate was shown.
struct CertificateEntry {
    std::uint64_t flows = 0;
    Nanoseconds first_seen = 0;
    Nanoseconds last_seen = 0;
    MostlyOne<Endpoint> servers;
    tls::Findings findings = 0;  ///< of chains that it led
    bool leaf = false;
    bool of_client = false;

    void merge(const CertificateEntry& other);
};

/// Flows may come in any order. Parts of a run are counted apart and merged.
class Inventory {
  public:
    void add(const Row& row);
    void merge(const Inventory& other);

    [[nodiscard]] std::map<Endpoint, const ServerEntry*> servers() const;
    /// By SHA-256.
    [[nodiscard]] std::map<std::string_view,
                           std::pair<const tls::Certificate*, const CertificateEntry*>>
    certificates() const;

  private:
    struct Hash {
        std::size_t operator()(const Endpoint& endpoint) const;
    };

    void add_chain(const tls::Chain& chain, bool of_client, tls::Findings findings, const Row& row);

    std::unordered_map<Endpoint, ServerEntry, Hash> servers_;
    std::unordered_map<const tls::Certificate*, CertificateEntry> certificates_;
};

}  // namespace tlstriage::report
