// Which packets are let in when the analysis falls behind.
#pragma once

#include <cstdint>

#include "engine/flow_marks.h"
#include "wire/packet.h"

namespace tlstriage::dataplane {

/// How far the analysis is behind.
enum class Load : std::uint8_t {
    light,   ///< all is let in
    heavy,   ///< no application data of flows whose handshake is over
    severe,  ///< nor connections that begin now
};

/// Load for so many free slots of all.
constexpr Load load_of(std::size_t free, std::size_t slots) {
    if (free * 4 <= slots) return Load::severe;
    if (free * 2 <= slots) return Load::heavy;
    return Load::light;
}

/// Sheds the application data of settled flows first, then new connections as a whole; never what
/// belongs to the handshake of a flow that was let in: so that what is shed changes no verdict.
class Shedder {
  public:
    enum class Answer : std::uint8_t { let_in, application_data, new_flow };

    explicit Shedder(engine::FlowMarks& marks) : marks_(marks) {}

    /// For a TCP packet.
    Answer ask(const wire::Packet& packet, Load load) {
        if (packet.has(wire::tcp_flag::syn)) return syn(packet, load);
        if (load == Load::light && !marks_.any_shed()) return Answer::let_in;
        switch (marks_.of(packet.flow_hash, packet.time)) {
            case Mark::shed:
                marks_.set(packet.flow_hash, Mark::shed, packet.time);
                return Answer::new_flow;
            case Mark::settled:
                return load == Load::light || packet.has(wire::tcp_flag::fin | wire::tcp_flag::rst)
                           ? Answer::let_in
                           : Answer::application_data;
            default: return Answer::let_in;
        }
    }

  private:
    using Mark = engine::FlowMarks::Mark;

    /// A repeated SYN of a flow that was let in is let in. Where another flow's mark is in the
    /// place, nobody knows: let in, too.
    Answer syn(const wire::Packet& packet, Load load) {
        const bool answers = packet.has(wire::tcp_flag::ack);
        const Mark mark = marks_.of(packet.flow_hash, packet.time);
        if (answers) {
            return mark == Mark::shed ? Answer::new_flow : Answer::let_in;
        }
        if (load == Load::severe && (mark == Mark::none || mark == Mark::shed)) {
            marks_.set(packet.flow_hash, Mark::shed, packet.time);
            return Answer::new_flow;
        }
        marks_.set(packet.flow_hash, Mark::known, packet.time);
        return Answer::let_in;
    }

    engine::FlowMarks& marks_;
};

}  // namespace tlstriage::dataplane
