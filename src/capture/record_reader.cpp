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
        const std::size_t begin = walker_.position;
        const Step step = walker_.result.format->step(walker_.window, walker_.position, record_);
        if (places_ && step != Step::partial) places_ = places_->subspan(1);
        switch (step) {
            case Step::record:
                ++walker_.result.frames;
                block_ = walker_.window.subspan(begin, walker_.position - begin);
                walker_.last_time = record_.time;
                return true;
            case Step::frame_without_packet: ++walker_.result.frames; break;
            case Step::skipped: break;
            case Step::control: control(); break;
            case Step::damaged: walker_.damaged(); break;
            case Step::partial: more_ = walker_.refill(); break;
        }
    }
    return false;
}

void RecordReader::control() {
    /// Bytes of all interfaces of one trace.
    constexpr std::size_t most_option_bytes = std::size_t{16} << 20U;
    const Bytes block = walker_.window.subspan(walker_.position);
    const std::size_t before = format().interfaces().size();
    walker_.control();
    if (format().interfaces().size() == before) return;
    // The block was one of an interface, so the window is the same.
    std::vector<KeptOption> options = kept_interface_options(block, format().swapped());
    for (const KeptOption& option : options)
        option_bytes_ += option.value.size();
    if (option_bytes_ > most_option_bytes) options.clear();
    interface_options_.push_back(std::move(options));
}

std::span<const KeptOption> RecordReader::interface_options() const {
    if (record_.interface_id >= interface_options_.size()) return {};  // pcap
    return interface_options_[record_.interface_id];
}

std::vector<KeptOption> RecordReader::packet_options() const {
    if (format().kind() != Format::Kind::pcapng) return {};
    return kept_packet_options(block_, format().swapped());
}

}  // namespace tlstriage::capture
