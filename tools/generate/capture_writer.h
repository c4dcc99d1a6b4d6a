// Writes frames to a classic pcap file or a pcapng file, little endian, through a large buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "byte_writer.h"
#include "truth.h"

namespace tlstriage::generate {

enum class CaptureFormat { pcap, pcapng };

class CaptureWriter {
  public:
    CaptureWriter(const std::string& path, CaptureFormat format, bool nanosecond);

    // Room for one frame of up to longest_frame bytes; put it there, then commit().
    std::uint8_t* frame();
    void commit(std::int64_t time, std::size_t length);
    // Throws std::system_error, as the others do, if something could not be written.
    void close();

    std::uint64_t frames() const { return frames_; }
    std::uint64_t frame_bytes() const { return frame_bytes_; }
    std::uint64_t file_bytes() const { return written_ + used_; }

    // Bytes that the format adds to a frame.
    static std::size_t overhead(CaptureFormat format) {
        return format == CaptureFormat::pcap ? 16 : 28 + 4;
    }

  private:
    void flush();
    void put32(std::uint64_t value);
    void write_file_header();

    std::string path_;
    File file_;
    CaptureFormat format_;
    bool nanosecond_;
    Bytes buffer_;
    std::size_t used_ = 0;
    std::uint64_t written_ = 0;
    std::uint64_t frames_ = 0;
    std::uint64_t frame_bytes_ = 0;
};

}  // namespace tlstriage::generate
