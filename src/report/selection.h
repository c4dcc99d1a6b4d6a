// Which flows a person means, the same for every command: conditions on the columns of flows.csv.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/address.h"
#include "report/condition.h"
#include "report/row.h"

namespace tlstriage::report {

/// Kinds of choices are and-ed, choices of one kind or-ed; without any choice every flow is meant.
/// What can't be understood throws std::invalid_argument with a sentence for the person.
class Selection {
  public:
    /// A frame, for choose_frame(): when it came, and the ends of its flow, equal ones when it
    /// belongs to none.
    struct Frame {
        Moment at;
        FlowKey ends;
    };

    /// "cause=certificate_expired,sni=*.example.com": conditions that must all hold. Several calls
    /// are and-ed, too.
    void add_where(std::string_view text);
    void choose_flow(std::string_view id);
    /// Rows of a flows.csv or flows.jsonl, or ids, one a line.
    void choose_rows(std::istream& rows);
    void choose_cause(std::string_view name);
    void choose_sni(std::string_view pattern);
    /// "192.0.2.1", "192.0.2.1:443", "2001:db8::1", "[2001:db8::1]:443".
    void choose_client(std::string_view end);
    void choose_server(std::string_view end);
    /// The flow that a frame belongs to, is an ICMP error about, or is a lookup of.
    void choose_frame(const Frame& frame);

    [[nodiscard]] bool empty() const;
    [[nodiscard]] bool matches(const Row& row) const;

    /// Ids that were chosen, as flows.csv writes them.
    [[nodiscard]] const std::unordered_set<std::string>& flow_ids() const { return flow_ids_; }
    /// Frames that were chosen.
    [[nodiscard]] const std::vector<Frame>& frames() const { return frames_; }

  private:
    /// An end of a connection; any port when `port` is 0.
    struct End {
        IpAddress address;
        std::uint16_t port = 0;

        [[nodiscard]] bool is(const Endpoint& endpoint) const {
            return address == endpoint.address && (port == 0 || port == endpoint.port);
        }
    };

    static End parse_end(std::string_view text);
    [[nodiscard]] bool has_frame(const evidence::Evidence& evidence) const;

    std::vector<Condition> conditions_;  ///< all must hold
    std::vector<Condition> causes_;
    std::vector<Condition> names_;
    std::unordered_set<std::string> flow_ids_;
    bool any_flow_id_ = false;  ///< asked for, though there may have been no row
    std::vector<End> clients_;
    std::vector<End> servers_;
    std::vector<Frame> frames_;
};

}  // namespace tlstriage::report
