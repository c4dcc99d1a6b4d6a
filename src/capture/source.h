// The bytes of one trace, in windows: mapped when it is a plain file, streamed when it is not.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace tlstriage::capture {

class ByteReader;

/// Sequential access to a trace's (decompressed) bytes. One virtual call a window, never one a
/// packet. Throws std::system_error only from open functions; later trouble is error().
class Source {
  public:
    virtual ~Source() = default;

    /// A view of the bytes from the current position on: at least `want` of them unless the input
    /// ends before. Valid until the next call of window() or advance().
    virtual Bytes window(std::size_t want) = 0;

    /// Moves the position forward by `count` bytes of the last window.
    virtual void advance(std::size_t count) = 0;

    /// Leaves the bytes of the last window where they are for as long as what it returns lives,
    /// whatever is called meanwhile: the bytes after them then come into other memory. Null where
    /// they stay anyway, as long as the source.
    [[nodiscard]] virtual std::shared_ptr<const void> keep() const { return nullptr; }

    /// Bytes before the current position in the decompressed trace.
    [[nodiscard]] virtual std::uint64_t position() const = 0;

    /// For progress: bytes consumed of the stored file, and its size (0 when unknown).
    [[nodiscard]] virtual std::uint64_t stored_position() const = 0;
    [[nodiscard]] virtual std::uint64_t stored_size() const = 0;

    /// What went wrong with reading (an I/O error, a compressed stream cut short or corrupt), empty
    /// while all is well. The bytes before it have been delivered.
    [[nodiscard]] virtual std::string error() const = 0;
};

/// A trace to read: a path as given or found, and for a member of a tar its name inside.
struct Input {
    std::string path;    ///< "-" is standard input
    std::string member;  ///< empty unless inside a tar

    /// As rows name it: path, or path!member.
    [[nodiscard]] std::string name() const { return member.empty() ? path : path + "!" + member; }
};

struct OpenOptions {
    bool map = true;  ///< false streams plain files too (tests compare both ways)
    /// Put around what a compressed trace is unpacked by; empty for nothing.
    std::function<std::unique_ptr<ByteReader>(std::unique_ptr<ByteReader>)> around{};
    /// Asked for the bytes of a compressed file by its path, its outer compression taken off; null
    /// where they are to be unpacked as a stream. Empty for always.
    std::function<std::unique_ptr<ByteReader>(const std::string&)> in_parts{};
};

/// Opens a trace, by content: plain files are mapped; gzip, zstd, lz4, xz and bzip2, pipes and
/// members of a tar are streamed. What can be read only once (a pipe, standard input) and was
/// looked at by collect() is handed over from there. Does not judge whether it is a capture. Throws
/// std::system_error with the path in its text when it can't.
std::unique_ptr<Source> open(const Input& input, const OpenOptions& options = {});

}  // namespace tlstriage::capture
