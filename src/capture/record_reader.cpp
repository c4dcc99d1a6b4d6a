#include "capture/record_reader.h"

namespace tlstriage::capture {

/// Goes to the place whose turn it is.
bool RecordReader::next_place() {
    if (places_->empty()) return false;
    const Place& place = places_->front();
    if (!walker_.skip_to(place.offset)) return false;
    // step() counts the record in.
    walker_.result.frames = place.frame == 0 ? walker_.result.frames : place.frame - 1;
    return true;
}

bool RecordReader::next() {
    while (more_ && (!places_ || next_place())) {
        const Step step = walker_.result.format->step(walker_.window, walker_.position, record_);
        if (places_ && step != Step::partial) places_ = places_->subspan(1);
        switch (step) {
            case Step::record:
                ++walker_.result.frames;
                walker_.last_time = record_.time;
                return true;
            case Step::frame_without_packet: ++walker_.result.frames; break;
            case Step::skipped: break;
            case Step::control: walker_.control(); break;
            case Step::damaged: walker_.damaged(); break;
            case Step::partial: more_ = walker_.refill(); break;
        }
    }
    return false;
}

}  // namespace tlstriage::capture
