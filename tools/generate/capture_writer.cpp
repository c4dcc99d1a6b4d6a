#include "capture_writer.h"

#include <cerrno>
#include <system_error>

#include "frame_builder.h"

namespace tlstriage::generate {
namespace {

constexpr std::size_t buffer_size = 1 << 20;
constexpr std::size_t longest_entry = longest_frame + 64;
constexpr std::uint32_t snap_length = 262144;
constexpr std::uint32_t link_ethernet = 1;
constexpr std::size_t packet_block_header = 28;

}  // namespace

CaptureWriter::CaptureWriter(const std::string& path, CaptureFormat format, bool nanosecond)
    : path_(path),
      file_(open_for_writing(path)),
      format_(format),
      nanosecond_(nanosecond),
      buffer_(buffer_size) {
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // buffered here already
    write_file_header();
}

void CaptureWriter::put32(std::uint64_t value) {
    for (int i = 0; i < 4; ++i)
        buffer_[used_++] = static_cast<std::uint8_t>(value >> (8 * i));
}

void CaptureWriter::write_file_header() {
    if (format_ == CaptureFormat::pcap) {
        put32(nanosecond_ ? 0xa1b23c4d : 0xa1b2c3d4);
        put32(0x00040002);  // version 2.4
        put32(0);
        put32(0);
        put32(snap_length);
        put32(link_ethernet);
        return;
    }
    for (const std::uint64_t word :
         {0x0a0d0d0aULL, 28ULL, 0x1a2b3c4dULL, 1ULL, 0xffffffffULL, 0xffffffffULL, 28ULL}) {
        put32(word);  // Section Header Block: version 1.0, length unknown
    }
    // Interface Description Block with if_tsresol (option 9, one byte) and opt_endofopt.
    const std::uint64_t resolution = nanosecond_ ? 9 : 6;
    for (const std::uint64_t word :
         {std::uint64_t{1}, std::uint64_t{32}, std::uint64_t{link_ethernet},
          std::uint64_t{snap_length}, std::uint64_t{0x00010009}, resolution, std::uint64_t{0},
          std::uint64_t{32}}) {
        put32(word);
    }
}

void CaptureWriter::flush() {
    if (std::fwrite(buffer_.data(), 1, used_, file_.get()) != used_) {
        throw std::system_error(errno, std::generic_category(), path_);
    }
    written_ += used_;
    used_ = 0;
}

std::uint8_t* CaptureWriter::frame() {
    if (used_ + longest_entry > buffer_.size()) flush();
    return buffer_.data() + used_ + (format_ == CaptureFormat::pcap ? 16 : packet_block_header);
}

void CaptureWriter::commit(std::int64_t time, std::size_t length) {
    const auto ticks = static_cast<std::uint64_t>(nanosecond_ ? time : time / 1000);
    const std::uint64_t per_second = nanosecond_ ? 1'000'000'000 : 1'000'000;
    ++frames_;
    frame_bytes_ += length;
    if (format_ == CaptureFormat::pcap) {
        put32(ticks / per_second);
        put32(ticks % per_second);
        put32(length);
        put32(length);
        used_ += length;
        return;
    }
    // Enhanced Packet Block, its data padded to 32 bits.
    const std::size_t padded = (length + 3) / 4 * 4;
    const std::size_t block = packet_block_header + padded + 4;
    for (const std::uint64_t word :
         {std::uint64_t{6}, std::uint64_t{block}, std::uint64_t{0}, ticks >> 32, ticks & 0xffffffff,
          std::uint64_t{length}, std::uint64_t{length}}) {
        put32(word);
    }
    used_ += length;
    while (length++ < padded)
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
