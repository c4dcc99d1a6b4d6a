#include "html/run_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "html/byte_source.h"
#include "html/damaged_file.h"
#include "html/page_text.h"
#include "report/safe_text.h"

namespace tlstriage::html {
namespace {

using Json = nlohmann::json;

/// A hundred thousand traces take some 15 MB.
constexpr std::size_t most_bytes = std::size_t{1} << 30U;
constexpr std::size_t most_of_path = 4096;

std::string read_whole(const std::filesystem::path& path) {
    ByteSource source(path);
    std::string text;
    for (int byte = source.take(); byte != ByteSource::end; byte = source.take()) {
        if (text.size() == most_bytes) throw DamagedFile(path, "is too large for a run.json");
        text += static_cast<char>(byte);
    }
    return text;
}

std::string text_of(const Json& json, const char* member) {
    return page_text(json.at(member).get_ref<const std::string&>(), most_of_path);
}

std::uint64_t count_of(const Json& json, const char* member) {
    const Json& value = json.at(member);
    // get() would make something of -1 and of 1.5.
    if (!value.is_number_unsigned())
        throw Json::type_error::create(302, fmt::format("{} is no count", member), &value);
    return value.get<std::uint64_t>();
}

RunTrace trace_of(const Json& json) {
    RunTrace trace{.name = text_of(json, "name"),
                   .bytes = count_of(json, "bytes"),
                   .frames = count_of(json, "frames"),
                   .dropped = count_of(json, "dropped"),
                   .archive = count_of(json, "archive"),
                   .losses = {}};
    if (json.contains("damage")) {
        for (const Json& damage : json.at("damage")) {
            trace.losses.push_back(
                fmt::format("at offset {}: {}; {} bytes skipped", count_of(damage, "offset"),
                            text_of(damage, "reason"), count_of(damage, "bytes")));
        }
    }
    if (json.contains("error")) trace.losses.push_back(text_of(json, "error"));
    return trace;
}

RunFile run_of(const Json& json) {
    RunFile run;
    run.version = text_of(json, "tlstriage");
    const Json& capture = json.at("capture");
    run.first_packet = text_of(capture, "first_packet");
    run.last_packet = text_of(capture, "last_packet");
    run.bytes = count_of(capture, "bytes");
    run.frames = count_of(capture, "frames");
    const Json& flows = json.at("flows");
    run.rows = count_of(flows, "rows");
    run.connections = count_of(flows, "tcp_connections");
    const Json& inputs = json.at("inputs");
    for (const Json& trace : inputs.at("traces"))
        run.traces.push_back(trace_of(trace));
    for (const Json& path : inputs.at("not_read"))
        run.not_read.push_back(text_of(path, "path") + ": " + text_of(path, "reason"));
    if (json.contains("remarks")) {
        for (const Json& remark : json.at("remarks"))
            run.remarks.push_back(page_text(remark.get_ref<const std::string&>(), most_of_path));
    }
    return run;
}

/// A member of a tar is read by naming the tar: "path!member".
std::string input_of(const std::string& trace) {
    return trace.substr(0, trace.find('!'));
}

/// The folder that all of these lie in; empty when there is none below the root.
std::string common_folder(const std::set<std::string>& paths) {
    // What the first and the last of the alphabet share, all share.
    const std::string& first = *paths.begin();
    const auto ends = std::ranges::mismatch(first, *paths.rbegin());
    const std::size_t slash =
        first.substr(0, static_cast<std::size_t>(ends.in1 - first.begin())).rfind('/');
    return slash == first.npos ? "" : first.substr(0, slash);
}

std::string words_of(const std::set<std::string>& paths) {
    constexpr std::size_t most_named = 6;
    if (paths.size() > most_named) {
        if (const std::string folder = common_folder(paths); !folder.empty())
            return shell_quoted(folder);
    }
    std::string words;
    for (const std::string& path : paths) {
        if (!words.empty()) words += ' ';
        words += shell_quoted(path);
    }
    return words;
}

}  // namespace

RunFile read_run(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / "run.json";
    if (!std::filesystem::exists(path)) {
        throw DamagedFile(folder,
                          "has no run.json; it is the last file that `tlstriage analyze "
                          "INPUT -o DIR` writes");
    }
    try {
        return run_of(Json::parse(read_whole(path)));
    } catch (const Json::exception& error) {
        throw DamagedFile(path, report::printable(error.what()));
    }
}

CommandInputs::CommandInputs(const RunFile& run) {
    std::map<std::uint64_t, std::set<std::string>> inputs;
    for (const RunTrace& trace : run.traces) {
        archive_of_[trace.name] = trace.archive;
        inputs[trace.archive].insert(input_of(trace.name));
    }
    for (const auto& [archive, paths] : inputs)
        words_[archive] = words_of(paths);
}

std::string CommandInputs::of(const std::string& trace) const {
    const auto archive = archive_of_.find(trace);
    return archive == archive_of_.end() ? shell_quoted(input_of(trace))
                                        : words_.at(archive->second);
}

}  // namespace tlstriage::html
