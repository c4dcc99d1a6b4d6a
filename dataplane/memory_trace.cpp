#include "memory_trace.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

namespace tlstriage::dataplane {
namespace {

constexpr std::size_t block = std::size_t{1} << 20U;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void write_all(int descriptor, Bytes bytes, const std::string& name) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(name + ": no memory to hold it");
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::size_t copy_to(int descriptor, const capture::Input& input) {
    const auto source = capture::open(input);
    std::size_t size = 0;
    for (;;) {
        const Bytes window = source->window(block);
        if (window.empty()) break;
        write_all(descriptor, window, input.name());
        size += window.size();
        source->advance(window.size());
    }
    if (const std::string error = source->error(); !error.empty()) {
        throw std::system_error(EIO, std::generic_category(), input.name() + ": " + error);
    }
    return size;
}

class MemorySource final : public capture::Source {
  public:
    explicit MemorySource(Bytes bytes) : bytes_(bytes) {}

    Bytes window(std::size_t want) override {
        const Bytes rest = bytes_.subspan(position_);
        return rest.first(std::min(want, rest.size()));
    }
    void advance(std::size_t count) override { position_ += count; }
    [[nodiscard]] std::uint64_t position() const override { return position_; }
    [[nodiscard]] std::uint64_t stored_position() const override { return position_; }
    [[nodiscard]] std::uint64_t stored_size() const override { return bytes_.size(); }
    [[nodiscard]] std::string error() const override { return {}; }

  private:
    Bytes bytes_;
    std::size_t position_ = 0;
};

}  // namespace

MemoryTrace::MemoryTrace(const capture::Input& input)
    : descriptor_(::memfd_create("trace", MFD_CLOEXEC)) {
    if (descriptor_ < 0) fail("memfd_create");
    try {
        size_ = copy_to(descriptor_, input);
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
    if (size_ == 0) return;
    void* const mapped =
        ::mmap(nullptr, size_, PROT_READ, MAP_SHARED | MAP_POPULATE, descriptor_, 0);
    if (mapped == MAP_FAILED) {
        ::close(descriptor_);
        fail(input.name());
    }
    data_ = static_cast<std::uint8_t*>(mapped);
}

MemoryTrace::~MemoryTrace() {
    if (data_ != nullptr) ::munmap(data_, size_);
    ::close(descriptor_);
}

std::unique_ptr<capture::Source> MemoryTrace::source() const {
    return std::make_unique<MemorySource>(bytes());
}

std::uint64_t MemoryTrace::read_through() const {
    std::vector<std::uint8_t> buffer(block);
    std::uint64_t sum = 0;
    for (;;) {
        const ssize_t count =
            ::pread(descriptor_, buffer.data(), buffer.size(), static_cast<off_t>(sum));
        if (count <= 0) return sum;
        sum += static_cast<std::uint64_t>(count);
    }
}

}  // namespace tlstriage::dataplane
