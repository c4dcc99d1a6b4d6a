// Where evidence and frames meet: each frame with the events that it stands for.
#pragma once

#include <deque>
#include <vector>

#include "evidence/evidence.h"
#include "ladder/frame.h"
#include "verdict/verdict.h"

namespace tlstriage::ladder {

struct Point {
    const Frame* frame;
    std::vector<const evidence::Event*> events;
    bool decisive = false;
    bool goes_on = false;  ///< payload that follows payload of the same side
};

/// In the order of the flow. A frame that no walk found is made from what the evidence knows of it.
class Points {
  public:
    Points(const evidence::Evidence& evidence, const verdict::Verdict& verdict,
           const FlowFrames& frames);

    [[nodiscard]] auto begin() const { return points_.begin(); }
    [[nodiscard]] auto end() const { return points_.end(); }

  private:
    Point& at(Moment moment, evidence::Side side);
    void note_turns();

    std::vector<Point> points_;
    std::deque<Frame> made_;
    std::uint32_t file_;
};

/// The same frame; a reader that knows microseconds only may have cut a time.
constexpr bool same(Moment a, Moment b) {
    const Nanoseconds apart = a.time < b.time ? b.time - a.time : a.time - b.time;
    return a.frame == b.frame && apart < 1000;
}

}  // namespace tlstriage::ladder
