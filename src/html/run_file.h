// run.json, read back: what the page says about the run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace tlstriage::html {

/// Texts are printable, as run.json has them.
struct RunTrace {
    std::string name;
    std::uint64_t bytes = 0;
    std::uint64_t frames = 0;
    std::uint64_t dropped = 0;
    std::uint64_t archive = 0;
    std::vector<std::string> losses;  ///< a sentence for each damage, and why reading it stopped
};

struct RunFile {
    std::string version;
    std::string first_packet;
    std::string last_packet;
    std::uint64_t bytes = 0;
    std::uint64_t frames = 0;
    std::uint64_t rows = 0;
    std::uint64_t connections = 0;
    std::vector<RunTrace> traces;
    std::vector<std::string> not_read;  ///< a sentence each
    std::vector<std::string> remarks;
};

/// Throws DamagedFile for what is no JSON or lacks a member that `analyze` writes, and what reading
/// throws.
RunFile read_run(const std::filesystem::path& folder);

/// What a command line names to read the flows of a trace again.
class CommandInputs {
  public:
    explicit CommandInputs(const RunFile& run);

    /// Words for a shell: the traces that were read together with `trace`, as a lookup or the other
    /// half of a flow may be in them; when these are many, the folder that they lie in.
    [[nodiscard]] std::string of(const std::string& trace) const;

  private:
    std::unordered_map<std::string, std::uint64_t> archive_of_;  ///< by the trace's name
    std::map<std::uint64_t, std::string> words_;                 ///< by archive
};

}  // namespace tlstriage::html
