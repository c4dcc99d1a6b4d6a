// A file's bytes, one after the other.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>

namespace tlstriage::html {

/// Reads through a buffer of a fixed size. Throws std::system_error with the path for a file that
/// can't be opened or read.
class ByteSource {
  public:
    explicit ByteSource(const std::filesystem::path& path);

    static constexpr int end = -1;

    /// The next byte, which stays the next one; `end` behind the last.
    int peek() {
        if (at_ == filled_ && !fill()) return end;
        return static_cast<unsigned char>(bytes_[at_]);
    }
    void skip() { ++at_; }
    int take() {
        const int byte = peek();
        if (byte != end) skip();
        return byte;
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    bool fill();

    static constexpr std::size_t room = 256 * 1024;

    std::filesystem::path path_;
    std::ifstream file_;
    std::unique_ptr<char[]> bytes_ = std::make_unique_for_overwrite<char[]>(room);
    std::size_t at_ = 0;
    std::size_t filled_ = 0;
};

}  // namespace tlstriage::html
