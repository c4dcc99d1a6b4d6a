#include "capture/inputs.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <set>
#include <system_error>
#include <tuple>

#include "capture/appearance.h"
#include "capture/archive_reader.h"
#include "capture/first_packet.h"
#include "capture/format.h"
#include "capture/kept_sources.h"
#include "capture/layers.h"
#include "capture/spool.h"
#include "capture/stream_source.h"

namespace tlstriage::capture {

namespace {

namespace fs = std::filesystem;

std::string reason_of(int number) {
    return number == ENOENT ? "no such file" : std::generic_category().message(number);
}

/// True for names like a.pcap, a.pcapng.gz, trace.cap, dump.pcap3: such a file in a folder is worth
/// a word when it is no capture.
bool is_named_as_capture(const std::string& path) {
    const std::string name = fs::path(path).filename().string();
    if (name.find(".pcap") != std::string::npos) return true;
    constexpr std::array endings{".cap", ".cap.", ".ntar"};
    return name.ends_with(endings[0]) || name.find(endings[1]) != std::string::npos ||
           name.ends_with(endings[2]);
}

std::vector<std::string> matches_of(const std::string& pattern) {
    glob_t found{};
    std::vector<std::string> paths;
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
        paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    ::globfree(&found);
    return paths;
}

class Collector {
  public:
    Inputs take();
    void add_argument(const std::string& path);

  private:
    /// How a path was come by: what a person typed must be a capture, what lies in a folder may be.
    enum class Origin : std::uint8_t { given, found };

    void add_glob(const std::string& pattern, int trouble);
    void add_folder(const std::string& path);
    void add_file(const std::string& path, Origin origin);
    void inspect(const std::string& path, Origin origin, std::uint64_t size);
    void add_tar(const std::string& path, std::unique_ptr<ByteReader> reader, Origin origin);
    void add_member(const std::string& path, TarReader& tar, bool once);
    void add_trace(Trace trace, std::unique_ptr<Source> source, bool once, Origin origin);
    void reject(const std::string& name, const std::string& reason, Origin origin);
    bool is_new(const struct stat& status) {
        return seen_.emplace(status.st_dev, status.st_ino).second;
    }

    Inputs inputs_;
    std::set<std::pair<dev_t, ino_t>> seen_;  ///< files and folders
    std::set<std::string> members_;
    Spool spool_;
};

Inputs Collector::take() {
    const auto key = [](const Trace& trace) {
        constexpr auto last = std::numeric_limits<Nanoseconds>::max();
        return std::tuple(!trace.first_packet, trace.first_packet.value_or(last),
                          trace.input.name());
    };
    std::ranges::sort(inputs_.traces, {}, key);
    return std::move(inputs_);
}

void Collector::add_argument(const std::string& path) {
    if (path == "-") return add_file(path, Origin::given);
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return add_glob(path, errno);
    if (S_ISDIR(status.st_mode)) return add_folder(path);
    add_file(path, Origin::given);
}

void Collector::add_glob(const std::string& pattern, int trouble) {
    const bool is_pattern = pattern.find_first_of("*?[") != std::string::npos;
    const std::vector<std::string> paths =
        is_pattern ? matches_of(pattern) : std::vector<std::string>{};
    if (paths.empty()) {
        inputs_.problems.push_back(
            {pattern, is_pattern ? "no file has a name like this" : reason_of(trouble)});
    }
    for (const std::string& path : paths) {
        if (fs::is_directory(path)) {
            add_folder(path);
        } else {
            add_file(path, Origin::given);
        }
    }
}

void Collector::add_folder(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !is_new(status)) return;
    std::error_code trouble;
    std::vector<std::string> entries;
    for (fs::directory_iterator entry(path, trouble), end; !trouble && entry != end;
         entry.increment(trouble)) {
        entries.push_back(entry->path().string());
    }
    if (trouble) inputs_.problems.push_back({path, trouble.message()});
    std::ranges::sort(entries);
    for (const std::string& entry : entries) {
        if (::stat(entry.c_str(), &status) != 0) {
            inputs_.problems.push_back({entry, reason_of(errno)});
        } else if (S_ISDIR(status.st_mode)) {
            add_folder(entry);
        } else if (S_ISREG(status.st_mode)) {
            add_file(entry, Origin::found);
        } else {
            inputs_.ignored.push_back(entry);  // opening a pipe that no one writes to would block
        }
    }
}

void Collector::add_file(const std::string& path, Origin origin) {
    struct stat status {};
    const int failed = path == "-" ? ::fstat(0, &status) : ::stat(path.c_str(), &status);
    if (failed != 0) {
        inputs_.problems.push_back({path, reason_of(errno)});
        return;
    }
    if (!is_new(status)) return;
    const bool regular = S_ISREG(status.st_mode);
    if (regular && status.st_size == 0) return reject(path, "empty file", origin);
    inspect(path, origin, regular ? static_cast<std::uint64_t>(status.st_size) : 0);
}

void Collector::inspect(const std::string& path, Origin origin, std::uint64_t size) {
    try {
        const bool once = reads_once(path);
        Unpacked unpacked = unpack(read_file(open_descriptor(path)));
        if (unpacked.content == Content::tar) {
            add_tar(path, std::move(unpacked.reader), origin);
        } else {
            add_trace({{path, ""}, std::nullopt, path == "-" ? 0 : size},
                      stream(std::move(unpacked.reader)), once, origin);
        }
    } catch (const std::system_error& trouble) {
        inputs_.problems.push_back({path, reason_of(trouble.code().value())});
    }
}

void Collector::add_tar(const std::string& path, std::unique_ptr<ByteReader> reader,
                        Origin origin) {
    const bool once = reads_once(path);
    const std::size_t traces = inputs_.traces.size();
    const std::size_t problems = inputs_.problems.size();
    TarReader tar(std::move(reader));
    while (tar.next())
        add_member(path, tar, once);
    if (!tar.error().empty()) inputs_.problems.push_back({path, tar.error()});
    if (inputs_.traces.size() == traces && inputs_.problems.size() == problems) {
        reject(path, "a tar with no capture in it", origin);
    }
}

void Collector::add_member(const std::string& path, TarReader& tar, bool once) {
    Trace trace{{path, tar.member()}, std::nullopt, tar.member_size()};
    const std::string name = trace.input.name();
    if (!members_.insert(name).second) {
        inputs_.problems.push_back({name, "the second member of this name in the tar"});
        return;
    }
    if (tar.member_size() == 0) return reject(name, "empty file", Origin::found);
    Unpacked unpacked = unpack(read_member(tar));
    if (!once || unpacked.content != Content::capture) {
        add_trace(std::move(trace), stream(std::move(unpacked.reader)), false, Origin::found);
        return;
    }
    std::unique_ptr<ByteReader> copy = spool_.put(*unpacked.reader);
    if (!copy) return reject(name, "no room for a temporary copy", Origin::given);
    if (const std::string trouble = unpacked.reader->error(); !trouble.empty()) {
        inputs_.problems.push_back({name, trouble});
    }
    add_trace(std::move(trace), stream(std::move(copy)), true, Origin::found);
}

void Collector::add_trace(Trace trace, std::unique_ptr<Source> source, bool once, Origin origin) {
    const Bytes start = source->window(recognised_bytes);
    const std::string name = trace.input.name();
    if (!Format::detect(start)) {
        const std::string trouble = source->error();
        const std::string appearance = describe_appearance(start);
        reject(name, trouble.empty() || !start.empty() ? "not a capture: " + appearance : trouble,
               origin);
        return;
    }
    trace.first_packet = find_first_packet(*source);
    inputs_.traces.push_back(std::move(trace));
    if (once) keep_source(name, std::move(source));
}

void Collector::reject(const std::string& name, const std::string& reason, Origin origin) {
    if (origin == Origin::given || is_named_as_capture(name)) {
        inputs_.problems.push_back({name, reason});
    } else {
        inputs_.ignored.push_back(name);
    }
}

}  // namespace

Inputs collect(const std::vector<std::string>& arguments) {
    Collector collector;
    for (const std::string& argument : arguments)
        collector.add_argument(argument);
    return collector.take();
}

}  // namespace tlstriage::capture
