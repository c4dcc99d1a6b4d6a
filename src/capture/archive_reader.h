// What libarchive reads for us: lz4 and tar.
#pragma once

#include <memory>
#include <string>

#include "capture/byte_reader.h"

namespace tlstriage::capture {

std::unique_ptr<ByteReader> unpack_lz4(std::unique_ptr<ByteReader> below);

/// The regular files of a tar, one after the other.
class TarReader {
  public:
    explicit TarReader(std::unique_ptr<ByteReader> below);
    ~TarReader();
    TarReader(const TarReader&) = delete;
    TarReader& operator=(const TarReader&) = delete;

    /// Goes to the next regular file; false at the end, or at a fault (then error() says so).
    bool next();
    [[nodiscard]] const std::string& member() const { return member_; }
    [[nodiscard]] std::uint64_t member_size() const { return member_size_; }
    /// As ByteReader::read, within the member.
    std::size_t read(std::span<std::uint8_t> out);
    [[nodiscard]] std::string error() const;
    [[nodiscard]] std::uint64_t stored_position() const;
    [[nodiscard]] std::uint64_t stored_size() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
    std::string member_;
    std::uint64_t member_size_ = 0;
};

/// One member of a tar that `tar` has gone to; the tar must outlive it.
std::unique_ptr<ByteReader> read_member(TarReader& tar);
/// The same, keeping the tar.
std::unique_ptr<ByteReader> read_member(std::unique_ptr<TarReader> tar);

}  // namespace tlstriage::capture
