// Writes frames to a classic pcap file or a pcapng file, little endian, through a large buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "byte_writer.h"
#include "frame_builder.h"
#include "truth.h"

namespace tlstriage::generate {

enum class CaptureFormat { pcap, pcapng };

struct CaptureInterface {
    std::uint32_t link = 1;  // LINKTYPE_ number; Ethernet
    std::uint32_t snap_length = 262144;
    std::string name;  // pcapng only; empty: none
};

class CaptureWriter {
  public:
    // A pcap file has the first of the interfaces only.
    CaptureWriter(const std::string& path, CaptureFormat format, bool nanosecond,
                  std::vector<CaptureInterface> interfaces = {{}});

    // Room for one frame of up to `longest` bytes (256 KiB at most); put it there, then commit().
    std::uint8_t* frame(std::size_t longest = longest_frame);
    void commit(std::int64_t time, std::size_t length) { commit(time, length, length, 0); }
    // Of a frame that the capture cut to `captured` bytes.
    void commit(std::int64_t time, std::size_t captured, std::size_t wire_length,
                std::uint32_t interface);
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
    void write_file_header(const std::vector<CaptureInterface>& interfaces);
    void write_interface(const CaptureInterface& interface);

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
