#include "cli/read_twice.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tlstriage::cli {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

bool is_read_once(const std::string& input) {
    struct stat status {};
    const bool standard = input == "-";
    const int found = standard ? ::fstat(STDIN_FILENO, &status) : ::stat(input.c_str(), &status);
    return found == 0 && (standard || S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode));
}

void write_all(int to, const char* bytes, std::size_t count, const std::string& name) {
    while (count > 0) {
        const ssize_t written = ::write(to, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(name);
        bytes += written;
        count -= static_cast<std::size_t>(written);
    }
}

}  // namespace

ReadTwice::ReadTwice(std::vector<std::string>& inputs) {
    copies_.reserve(inputs.size());
    for (std::string& input : inputs) {
        if (is_read_once(input)) copy(input);
    }
}

void ReadTwice::copy(std::string& input) {
    if (!folder_) folder_.emplace();
    const std::string name = folder_->file(std::to_string(copies_.size()));
    constexpr mode_t for_user = 0600;
    const int to = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, for_user);
    if (to < 0) fail(name);
    copies_.push_back({input, name});
    const int from =
        input == "-" ? ::dup(STDIN_FILENO) : ::open(input.c_str(), O_RDONLY | O_CLOEXEC);
    if (from < 0) {
        ::close(to);
        fail(input);
    }
    constexpr std::size_t chunk = std::size_t{1} << 20U;
    std::vector<char> bytes(chunk);
    for (;;) {
        const ssize_t got = ::read(from, bytes.data(), bytes.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(input);
        if (got == 0) break;
        write_all(to, bytes.data(), static_cast<std::size_t>(got), name);
    }
    ::close(from);
    if (::close(to) != 0) fail(name);
    input = name;
}

void ReadTwice::restore(std::vector<std::string>& names) const {
    for (const Copy& copy : copies_) {
        for (std::string& name : names) {
            // Of a tar there are several names, path!member.
            const std::string& path = copy.path.native();
            if (name == path || name.starts_with(path + "!")) {
                name.replace(0, path.size(), copy.typed);
            }
        }
    }
}

}  // namespace tlstriage::cli
