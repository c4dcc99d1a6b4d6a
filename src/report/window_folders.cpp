#include "report/window_folders.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "report/format.h"

namespace tlstriage::report {
namespace {

constexpr std::string_view temporary_suffix = ".partial";
/// dddddddd "T" dddddd.ddd "Z", in a pattern where 0 stands for any digit.
constexpr std::string_view name_pattern = "00000000T000000.000Z-00000000T000000.000Z";

/// "2026-11-27T22:55:35.123456789Z" without its punctuation, to the millisecond.
std::string compact(Nanoseconds time) {
    Buffer text;
    append_time(time, text);
    std::string out;
    for (const char c : text.view().substr(0, text.view().find('.'))) {
        if (c != '-' && c != ':' && c != 'Z') out += c;
    }
    const auto within = static_cast<unsigned>(
        (time % nanoseconds_per_second + nanoseconds_per_second) % nanoseconds_per_second);
    return out + fmt::format(".{:03}Z", within / 1'000'000);
}

/// Of a window, with or without a number behind: these are ours to remove.
bool is_window_name(std::string_view name) {
    if (name.size() < name_pattern.size()) return false;
    for (std::size_t i = 0; i < name_pattern.size(); ++i) {
        const bool digit = name[i] >= '0' && name[i] <= '9';
        if (name_pattern[i] == '0' ? !digit : name[i] != name_pattern[i]) return false;
    }
    const std::string_view rest = name.substr(name_pattern.size());
    return rest.empty() || (rest[0] == '-' && rest.size() > 1 &&
                            rest.find_first_not_of("0123456789", 1) == rest.npos);
}

bool is_leftover_name(std::string_view name) {
    return name.starts_with('.') && name.ends_with(temporary_suffix) &&
           is_window_name(name.substr(1, name.size() - 1 - temporary_suffix.size()));
}

[[noreturn]] void fail(const std::filesystem::path& path) {
    throw std::system_error(errno, std::generic_category(), path.string());
}

/// Until what was written to it is on the disk: a rename can get there before.
void synchronize(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail(path);
    const int result = ::fsync(descriptor);
    ::close(descriptor);
    if (result != 0 && errno != EINVAL && errno != EROFS) fail(path);
}

}  // namespace

std::string window_name(Nanoseconds begin, Nanoseconds end) {
    return compact(begin) + "-" + compact(end);
}

WindowFolders::WindowFolders(std::filesystem::path folder, std::size_t keep)
    : folder_(std::move(folder)), keep_(keep) {
    std::filesystem::create_directories(folder_);
    const std::filesystem::path path = folder_ / ".tlstriage-live.lock";
    lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock_ < 0) fail(path);
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        ::close(lock_);
        if (error != EWOULDBLOCK) throw std::system_error(error, std::generic_category(), path);
        throw std::runtime_error(
            fmt::format("{}: another tlstriage live writes there", folder_.string()));
    }
    remove_leftovers();
}

WindowFolders::~WindowFolders() {
    ::close(lock_);
}

std::filesystem::path WindowFolders::temporary(const std::string& name) const {
    return folder_ / ("." + name + std::string(temporary_suffix));
}

/// Recordings may give a window the name of an earlier one.
std::string WindowFolders::unused(const std::string& name) const {
    std::string result = name;
    for (unsigned number = 2; std::filesystem::exists(folder_ / result); ++number)
        result = fmt::format("{}-{}", name, number);
    return result;
}

void WindowFolders::remove_leftovers() const {
    std::vector<std::filesystem::path> leftovers;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        if (is_leftover_name(entry.path().filename().string())) leftovers.push_back(entry.path());
    }
    for (const std::filesystem::path& path : leftovers)
        std::filesystem::remove_all(path);
}

std::filesystem::path WindowFolders::write(const std::string& name, const FilesInMemory& files) {
    const std::string final_name = unused(name);
    const std::filesystem::path partial = temporary(final_name);
    try {
        std::filesystem::remove_all(partial);
        for (const auto& [file_name, parts] : files) {
            OutputFile file(partial, file_name);
            for (const std::string& part : parts)
                file.write(part);
            file.commit();
            synchronize(partial / file_name);
        }
        synchronize(partial);
        std::filesystem::rename(partial, folder_ / final_name);
        synchronize(folder_);
    } catch (const std::system_error&) {
        std::error_code ignored;
        std::filesystem::remove_all(partial, ignored);
        throw;
    }
    remove_old();
    return folder_ / final_name;
}

void WindowFolders::remove_old() const {
    if (keep_ == 0) return;
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        if (is_window_name(entry.path().filename().string()))
            names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    for (std::size_t i = 0; i + keep_ < names.size(); ++i) {
        // Half of it must not be found under its name.
        std::filesystem::rename(folder_ / names[i], temporary(names[i]));
        std::filesystem::remove_all(temporary(names[i]));
    }
}

}  // namespace tlstriage::report
