#include "capture/record_reader.h"

namespace tlstriage::capture {

bool RecordReader::next() {
    while (more_) {
        const std::size_t begin = walker_.position;
        switch (walker_.result.format->step(walker_.window, walker_.position, record_)) {
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
