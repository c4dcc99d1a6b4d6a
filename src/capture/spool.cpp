#include "capture/spool.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace tlstriage::capture {

namespace {

constexpr std::size_t copied_at_a_time = 1U << 20U;

std::shared_ptr<FileDescriptor> open_nameless() {
    const char* const folder = std::getenv("TMPDIR");
    std::string name = std::string(folder != nullptr ? folder : "/tmp") + "/tlstriage-XXXXXX";
    const int number = ::mkstemp(name.data());
    if (number < 0) return nullptr;
    ::unlink(name.c_str());
    return std::make_shared<FileDescriptor>(number);
}

bool write_all(int file, Bytes bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t count =
            ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return true;
}

}  // namespace

std::unique_ptr<ByteReader> Spool::put(ByteReader& reader) {
    if (!file_) file_ = open_nameless();
    if (!file_) return nullptr;
    std::vector<std::uint8_t> buffer(copied_at_a_time);
    const std::uint64_t begin = size_;
    for (;;) {
        const std::size_t count = reader.read(buffer);
        if (!write_all(file_->get(), Bytes(buffer).first(count), size_)) return nullptr;
        size_ += count;
        if (count < buffer.size()) break;
    }
    return read_region(file_, begin, size_ - begin);
}

}  // namespace tlstriage::capture
