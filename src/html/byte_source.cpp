#include "html/byte_source.h"

#include <cerrno>
#include <system_error>

#include "report/safe_text.h"

namespace tlstriage::html {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
    throw std::system_error(error, std::generic_category(), report::printable(path.string()));
}

}  // namespace

ByteSource::ByteSource(const std::filesystem::path& path) : path_(path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (error) fail(path, error.value());
    // A stream opens a folder without complaint.
    if (std::filesystem::is_directory(status)) fail(path, EISDIR);
    file_.open(path, std::ios::binary);
    if (!file_) fail(path, errno);
}

bool ByteSource::fill() {
    if (!file_) return false;
    file_.read(bytes_.get(), room);
    if (file_.bad()) fail(path_, EIO);
    at_ = 0;
    filled_ = static_cast<std::size_t>(file_.gcount());
    return filled_ > 0;
}

}  // namespace tlstriage::html
