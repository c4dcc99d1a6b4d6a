#include "capture_writer.h"

#include <cerrno>
#include <system_error>

namespace tlstriage::generate {
namespace {

constexpr std::size_t buffer_size = 1 << 20;
constexpr std::size_t longest_overhead = 64;  // of an entry: headers, padding
constexpr std::size_t packet_block_header = 28;

}  // namespace

CaptureWriter::CaptureWriter(const std::string& path, CaptureFormat format, bool nanosecond,
                             std::vector<CaptureInterface> interfaces)
    : path_(path),
      file_(open_for_writing(path)),
      format_(format),
      nanosecond_(nanosecond),
      buffer_(buffer_size) {
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // buffered here already
    write_file_header(interfaces);
}

void CaptureWriter::put32(std::uint64_t value) {
    for (int i = 0; i < 4; ++i)
        buffer_[used_++] = static_cast<std::uint8_t>(value >> (8 * i));
}

void CaptureWriter::write_file_header(const std::vector<CaptureInterface>& interfaces) {
    if (format_ == CaptureFormat::pcap) {
        put32(nanosecond_ ? 0xa1b23c4d : 0xa1b2c3d4);
        put32(0x00040002);  // version 2.4
        put32(0);
        put32(0);
        put32(interfaces.front().snap_length);
        put32(interfaces.front().link);
        return;
    }
    for (const std::uint64_t word :
         {0x0a0d0d0aULL, 28ULL, 0x1a2b3c4dULL, 1ULL, 0xffffffffULL, 0xffffffffULL, 28ULL}) {
        put32(word);  // Section Header Block: version 1.0, length unknown
    }
    for (const CaptureInterface& interface : interfaces)
        write_interface(interface);
}

// Interface Description Block with if_name (option 2), if_tsresol (option 9, one byte) and
// opt_endofopt.
void CaptureWriter::write_interface(const CaptureInterface& interface) {
    const std::size_t name = interface.name.size();
    const std::size_t padded = (name + 3) / 4 * 4;
    const std::size_t length = 32 + (name == 0 ? 0 : 4 + padded);
    put32(1);
    put32(length);
    put32(interface.link);
    put32(interface.snap_length);
    if (name != 0) {
        put32(name << 16 | 2);
        for (std::size_t i = 0; i < padded; ++i)
            buffer_[used_++] = i < name ? static_cast<std::uint8_t>(interface.name[i]) : 0;
    }
    put32(0x00010009);
    put32(nanosecond_ ? 9 : 6);
    put32(0);
    put32(length);
}

void CaptureWriter::flush() {
    if (std::fwrite(buffer_.data(), 1, used_, file_.get()) != used_) {
        throw std::system_error(errno, std::generic_category(), path_);
    }
    written_ += used_;
    used_ = 0;
}

std::uint8_t* CaptureWriter::frame(std::size_t longest) {
    if (used_ + longest + longest_overhead > buffer_.size()) flush();
    return buffer_.data() + used_ + (format_ == CaptureFormat::pcap ? 16 : packet_block_header);
}

void CaptureWriter::commit(std::int64_t time, std::size_t captured, std::size_t wire_length,
                           std::uint32_t interface) {
    const auto ticks = static_cast<std::uint64_t>(nanosecond_ ? time : time / 1000);
    const std::uint64_t per_second = nanosecond_ ? 1'000'000'000 : 1'000'000;
    ++frames_;
    frame_bytes_ += captured;
    if (format_ == CaptureFormat::pcap) {
        put32(ticks / per_second);
        put32(ticks % per_second);
        put32(captured);
        put32(wire_length);
        used_ += captured;
        return;
    }
    // Enhanced Packet Block, its data padded to 32 bits.
    const std::size_t padded = (captured + 3) / 4 * 4;
    const std::size_t block = packet_block_header + padded + 4;
    for (const std::uint64_t word :
         {std::uint64_t{6}, std::uint64_t{block}, std::uint64_t{interface}, ticks >> 32,
          ticks & 0xffffffff, std::uint64_t{captured}, std::uint64_t{wire_length}}) {
        put32(word);
    }
    used_ += captured;
    while (captured++ < padded)
        buffer_[used_++] = 0;
    put32(block);
}

void CaptureWriter::close() {
    flush();
    if (std::fclose(file_.release()) != 0) {
        throw std::system_error(errno, std::generic_category(), path_);
    }
}

}  // namespace tlstriage::generate
