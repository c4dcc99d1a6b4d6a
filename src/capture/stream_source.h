// A trace that is read, not mapped.
#pragma once

#include <algorithm>
#include <memory>

#include "capture/byte_reader.h"
#include "capture/source.h"

namespace tlstriage::capture {

std::unique_ptr<Source> stream(std::unique_ptr<ByteReader> reader);

/// Maps a regular file. Empty when it can't be mapped (no regular file, or none the kernel maps).
/// A file that shrinks while it is read ends early with an error(); one that is cut between the
/// check, once a window, and the reading of that window raises SIGBUS, as any mapping does.
std::unique_ptr<Source> map(FileDescriptor file);

/// Borrowed bytes as a trace.
class MemorySource final : public Source {
  public:
    explicit MemorySource(Bytes bytes) : bytes_(bytes) {}

    Bytes window(std::size_t want) override {
        const Bytes rest = bytes_.subspan(position_);
        return rest.first(std::min(want, rest.size()));
    }
    void advance(std::size_t count) override {
        position_ += std::min(count, bytes_.size() - position_);
    }
    [[nodiscard]] std::uint64_t position() const override { return position_; }
    [[nodiscard]] std::uint64_t stored_position() const override { return position_; }
    [[nodiscard]] std::uint64_t stored_size() const override { return bytes_.size(); }
    [[nodiscard]] std::string error() const override { return {}; }

  private:
    Bytes bytes_;
    std::size_t position_ = 0;
};

}  // namespace tlstriage::capture
