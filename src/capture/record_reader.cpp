#include "capture/record_reader.h"

namespace tlstriage::capture {

bool RecordReader::next() {
    while (more_) {
        switch (walker_.result.format->step(walker_.window, walker_.position, record_)) {
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
