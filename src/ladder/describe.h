// A point of a flow as a step of its ladder.
#pragma once

#include <vector>

#include "evidence/tls13.h"
#include "ladder/ladder.h"
#include "ladder/point.h"
#include "ladder/texts.h"

namespace tlstriage::ladder {

constexpr Party party_of(evidence::Side side) {
    return side == evidence::Side::client ? Party::client : Party::server;
}

/// Borrows the evidence and the verdict.
class Describer {
  public:
    Describer(const evidence::Evidence& evidence, const verdict::Verdict& verdict);

    /// When both sides had finished, as far as can be seen; the end of time when they had not.
    [[nodiscard]] Moment done() const { return done_; }
    /// Whether it says nothing of the handshake, nor of the connection.
    [[nodiscard]] bool is_plain(const Point& point) const;
    [[nodiscard]] Step step(const Point& point) const;
    /// When and where a frame was.
    [[nodiscard]] Step begin_step(const Frame& frame) const;

  private:
    using Records = std::vector<const evidence::OpaqueRecord*>;

    [[nodiscard]] Records records_of(const Point& point) const;
    [[nodiscard]] bool speaks_clearly(const Point& point) const;
    [[nodiscard]] bool is_said_otherwise(evidence::EventKind kind, const Point& point) const;
    static void describe_lookup(const Frame& frame, Step& step);
    void describe_icmp(const Frame& frame, Step& step) const;
    void describe_segment(const Point& point, Step& step) const;
    void add_events(const Point& point, Words& words) const;
    void add_loss(const Frame& frame, Words& words) const;
    void add_records(const Point& point, Words& words) const;
    void add_payload(const Point& point, Words& words) const;

    const evidence::Evidence& e_;
    const verdict::Verdict& verdict_;
    bool tls13_;
    evidence::Tls13View view_;
    Moment done_;
};

}  // namespace tlstriage::ladder
