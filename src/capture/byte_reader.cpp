#include "capture/byte_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace tlstriage::capture {

namespace {

/// Bytes of packed input read at a time.
constexpr std::size_t packed_chunk = 256U << 10U;

std::string read_error(int number) {
    return "read error: " + std::generic_category().message(number);
}

class FileReader final : public ByteReader {
  public:
    explicit FileReader(FileDescriptor file) : file_(std::move(file)) {
        struct stat status {};
        regular_ = ::fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode);
        if (regular_) size_ = static_cast<std::uint64_t>(status.st_size);
    }

    std::size_t read(std::span<std::uint8_t> out) override {
        std::size_t done = 0;
        while (done < out.size()) {
            const ssize_t count = ::read(file_.get(), out.data() + done, out.size() - done);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) error_ = read_error(errno);
            if (count <= 0) break;
            done += static_cast<std::size_t>(count);
        }
        position_ += done;
        return done;
    }
    std::uint64_t skip(std::uint64_t count) override {
        if (!regular_ || position_ > size_) return 0;
        const std::uint64_t step = std::min(count, size_ - position_);
        if (::lseek(file_.get(), static_cast<off_t>(step), SEEK_CUR) < 0) return 0;
        position_ += step;
        return step;
    }
    [[nodiscard]] std::string error() const override { return error_; }
    [[nodiscard]] std::uint64_t stored_position() const override { return position_; }
    [[nodiscard]] std::uint64_t stored_size() const override { return size_; }

  private:
    FileDescriptor file_;
    bool regular_ = false;
    std::uint64_t position_ = 0;
    std::uint64_t size_ = 0;
    std::string error_;
};

class RegionReader final : public ByteReader {
  public:
    RegionReader(std::shared_ptr<FileDescriptor> file, std::uint64_t offset, std::uint64_t size)
        : file_(std::move(file)), offset_(offset), size_(size) {}

    std::size_t read(std::span<std::uint8_t> out) override {
        const auto want =
            static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - position_));
        std::size_t done = 0;
        while (done < want) {
            const ssize_t count = ::pread(file_->get(), out.data() + done, want - done,
                                          static_cast<off_t>(offset_ + position_ + done));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) error_ = read_error(errno);
            if (count <= 0) break;
            done += static_cast<std::size_t>(count);
        }
        position_ += done;
        return done;
    }
    std::uint64_t skip(std::uint64_t count) override {
        const std::uint64_t step = std::min(count, size_ - position_);
        position_ += step;
        return step;
    }
    [[nodiscard]] std::string error() const override { return error_; }
    [[nodiscard]] std::uint64_t stored_position() const override { return position_; }
    [[nodiscard]] std::uint64_t stored_size() const override { return size_; }

  private:
    std::shared_ptr<FileDescriptor> file_;
    std::uint64_t offset_;
    std::uint64_t size_;
    std::uint64_t position_ = 0;
    std::string error_;
};

}  // namespace

Bytes UnpackingReader::packed() {
    if (packed_begin_ == packed_end_) {
        packed_.resize(packed_chunk);
        packed_begin_ = 0;
        packed_end_ = below_->read(packed_);
    }
    return Bytes(packed_).subspan(packed_begin_, packed_end_ - packed_begin_);
}

Bytes PeekReader::peek(std::size_t count) {
    const std::size_t left = ahead_.size() - used_;
    if (left < count) {
        ahead_.erase(ahead_.begin(), ahead_.begin() + static_cast<std::ptrdiff_t>(used_));
        used_ = 0;
        ahead_.resize(count);
        const std::size_t more = below_->read(std::span(ahead_).subspan(left));
        ahead_.resize(left + more);
    }
    return Bytes(ahead_).subspan(used_, std::min(count, ahead_.size() - used_));
}

std::size_t PeekReader::read(std::span<std::uint8_t> out) {
    const std::size_t from_ahead = std::min(out.size(), ahead_.size() - used_);
    if (from_ahead != 0) std::memcpy(out.data(), ahead_.data() + used_, from_ahead);
    used_ += from_ahead;
    if (from_ahead == out.size()) return from_ahead;
    return from_ahead + below_->read(out.subspan(from_ahead));
}

std::uint64_t PeekReader::skip(std::uint64_t count) {
    const std::uint64_t from_ahead = std::min<std::uint64_t>(count, ahead_.size() - used_);
    used_ += static_cast<std::size_t>(from_ahead);
    if (from_ahead == count) return count;
    return from_ahead + below_->skip(count - from_ahead);
}

FileDescriptor::~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
}

bool reads_once(const std::string& path) {
    struct stat status {};
    if (path != "-") return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
    return ::fstat(STDIN_FILENO, &status) != 0 || !S_ISREG(status.st_mode) ||
           ::lseek(STDIN_FILENO, 0, SEEK_CUR) != 0;
}

FileDescriptor open_descriptor(const std::string& path) {
    int number = -1;
    if (path != "-") {
        number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    } else if (reads_once(path)) {
        number = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    } else {
        // Opened anew, for a position of its own: what recognises it must not eat it.
        number = ::open("/proc/self/fd/0", O_RDONLY | O_CLOEXEC);
    }
    if (number < 0) throw std::system_error(errno, std::generic_category(), path);
    return FileDescriptor(number);
}

std::unique_ptr<ByteReader> read_file(FileDescriptor file) {
    return std::make_unique<FileReader>(std::move(file));
}

std::unique_ptr<ByteReader> read_region(std::shared_ptr<FileDescriptor> file, std::uint64_t offset,
                                        std::uint64_t size) {
    return std::make_unique<RegionReader>(std::move(file), offset, size);
}

}  // namespace tlstriage::capture
