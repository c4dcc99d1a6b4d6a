#include "capture/source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <system_error>

#include "capture/archive_reader.h"
#include "capture/kept_sources.h"
#include "capture/layers.h"
#include "capture/stream_source.h"

namespace tlstriage::capture {

namespace {

/// Standard input has one reader in a process, so what was read of it ahead has one place.
std::map<std::string, std::unique_ptr<Source>>& kept_sources() {
    static std::map<std::string, std::unique_ptr<Source>> kept;
    return kept;
}

[[noreturn]] void refuse(const Input& input, std::errc code, const std::string& why) {
    throw std::system_error(std::make_error_code(code), input.name() + ": " + why);
}

bool is_unpacked(const FileDescriptor& file) {
    std::array<std::uint8_t, recognised_bytes> start{};
    const ssize_t count = ::pread(file.get(), start.data(), start.size(), 0);
    if (count <= 0) return false;
    const Content content = recognise(Bytes(start).first(static_cast<std::size_t>(count)));
    return content == Content::capture || content == Content::other;
}

std::unique_ptr<Source> open_member(const Input& input, std::unique_ptr<ByteReader> stored) {
    auto tar = std::make_unique<TarReader>(std::move(stored));
    while (tar->next()) {
        if (tar->member() != input.member) continue;
        return stream(unpack(read_member(std::move(tar))).reader);
    }
    refuse(input, std::errc::no_such_file_or_directory,
           tar->error().empty() ? "no such member" : tar->error());
}

}  // namespace

void keep_source(const std::string& name, std::unique_ptr<Source> source) {
    kept_sources()[name] = std::move(source);
}

std::unique_ptr<Source> take_kept_source(const std::string& name) {
    const auto found = kept_sources().find(name);
    if (found == kept_sources().end()) return nullptr;
    std::unique_ptr<Source> source = std::move(found->second);
    kept_sources().erase(found);
    return source;
}

std::unique_ptr<Source> open(const Input& input, const OpenOptions& options) {
    if (auto kept = take_kept_source(input.name())) return kept;
    FileDescriptor file = open_descriptor(input.path);
    struct stat status {};
    if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
        refuse(input, std::errc::is_a_directory, "a folder");
    }
    const bool packed = !is_unpacked(file);
    if (options.map && input.member.empty() && !reads_once(input.path) && !packed) {
        if (auto mapped = map(open_descriptor(input.path))) return mapped;
    }
    std::unique_ptr<ByteReader> stored;
    if (packed && options.in_parts && input.member.empty() && !reads_once(input.path)) {
        stored = options.in_parts(input.path);
    }
    if (stored == nullptr) stored = read_file(std::move(file));
    Unpacked unpacked = unpack(std::move(stored));
    const bool tar = unpacked.content == Content::tar;
    if (tar && input.member.empty()) {
        refuse(input, std::errc::invalid_argument, "a tar, of which one member must be named");
    }
    if (!input.member.empty()) {
        if (!tar) refuse(input, std::errc::invalid_argument, "not in a tar");
        return open_member(input, std::move(unpacked.reader));
    }
    std::unique_ptr<ByteReader> reader = std::move(unpacked.reader);
    if (!unpacked.plain && options.around) reader = options.around(std::move(reader));
    return stream(std::move(reader));
}

}  // namespace tlstriage::capture
