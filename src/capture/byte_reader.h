// Bytes in order from a descriptor, and the layers that unpack them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace tlstriage::capture {

/// A stream of bytes. Layers own the reader below them.
class ByteReader {
  public:
    virtual ~ByteReader() = default;

    /// Fills `out` from the front and returns how many bytes were read: fewer than asked for only
    /// at the end or at a fault, and then all that came before it.
    virtual std::size_t read(std::span<std::uint8_t> out) = 0;

    /// Skips up to `count` bytes without reading them; returns how many, 0 where it must be read.
    virtual std::uint64_t skip(std::uint64_t count) = 0;

    /// What ended the stream before its time, this layer's or a lower one's; empty while all is
    /// well.
    [[nodiscard]] virtual std::string error() const = 0;

    /// Bytes taken from the stored file, and its size (0 when unknown).
    [[nodiscard]] virtual std::uint64_t stored_position() const = 0;
    [[nodiscard]] virtual std::uint64_t stored_size() const = 0;
};

/// A layer that makes other bytes of the ones below.
class UnpackingReader : public ByteReader {
  public:
    std::uint64_t skip(std::uint64_t /*count*/) override { return 0; }
    [[nodiscard]] std::string error() const override {
        return error_.empty() ? below_->error() : error_;
    }
    [[nodiscard]] std::uint64_t stored_position() const override {
        return below_->stored_position();
    }
    [[nodiscard]] std::uint64_t stored_size() const override { return below_->stored_size(); }

  protected:
    explicit UnpackingReader(std::unique_ptr<ByteReader> below) : below_(std::move(below)) {}

    /// The unread packed bytes, read on when there are none; empty at the end.
    Bytes packed();
    void consume(std::size_t count) { packed_begin_ += count; }
    ByteReader& below() { return *below_; }
    void fail(std::string reason) {
        if (error_.empty()) error_ = std::move(reason);
    }

  private:
    std::unique_ptr<ByteReader> below_;
    std::vector<std::uint8_t> packed_;
    std::size_t packed_begin_ = 0;
    std::size_t packed_end_ = 0;
    std::string error_;
};

/// Lets the first bytes be seen before they are read.
class PeekReader final : public ByteReader {
  public:
    explicit PeekReader(std::unique_ptr<ByteReader> below) : below_(std::move(below)) {}

    /// The next `count` bytes, or all there are.
    Bytes peek(std::size_t count);
    std::size_t read(std::span<std::uint8_t> out) override;
    std::uint64_t skip(std::uint64_t count) override;
    [[nodiscard]] std::string error() const override { return below_->error(); }
    [[nodiscard]] std::uint64_t stored_position() const override {
        return below_->stored_position();
    }
    [[nodiscard]] std::uint64_t stored_size() const override { return below_->stored_size(); }

  private:
    std::unique_ptr<ByteReader> below_;
    std::vector<std::uint8_t> ahead_;
    std::size_t used_ = 0;
};

/// A descriptor of its own.
class FileDescriptor {
  public:
    explicit FileDescriptor(int number) : number_(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&&) = delete;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor();
    [[nodiscard]] int get() const { return number_; }

  private:
    int number_;
};

/// True when what is read of `path` is gone: pipes, sockets, and standard input that is one or has
/// been read from.
bool reads_once(const std::string& path);

/// Opens for reading; "-" is standard input, from its start where it is a file. Throws
/// std::system_error.
FileDescriptor open_descriptor(const std::string& path);

std::unique_ptr<ByteReader> read_file(FileDescriptor file);
/// The `size` bytes at `offset`, by pread, of a descriptor that others use too.
std::unique_ptr<ByteReader> read_region(std::shared_ptr<FileDescriptor> file, std::uint64_t offset,
                                        std::uint64_t size);

// These use the compressors' own libraries: libarchive throws away up to 128 KiB of good bytes
// before the place where a stream is cut or corrupt, which is all of a small capture.

/// Where in a file of several members `below` begins: behind a member there may be padding, or
/// nothing more.
enum class GzipStart : std::uint8_t { first_member, behind_member };
std::unique_ptr<ByteReader> unpack_gzip(std::unique_ptr<ByteReader> below,
                                        GzipStart start = GzipStart::first_member);
std::unique_ptr<ByteReader> unpack_zstd(std::unique_ptr<ByteReader> below);
std::unique_ptr<ByteReader> unpack_xz(std::unique_ptr<ByteReader> below);
std::unique_ptr<ByteReader> unpack_bzip2(std::unique_ptr<ByteReader> below);

}  // namespace tlstriage::capture
