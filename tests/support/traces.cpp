#include "support/traces.h"

#include <map>
#include <stdexcept>

#include "support/paths.h"
#include "support/program.h"

namespace tlstriage::test {

const GeneratedTrace& generated(const std::vector<std::string>& options) {
    static const ScratchFolder folder;
    static std::map<std::vector<std::string>, GeneratedTrace> made;
    const auto known = made.find(options);
    if (known != made.end()) return known->second;
    const std::string stem = folder.file("trace" + std::to_string(made.size()));
    const GeneratedTrace trace{stem + ".pcap", stem + ".truth.csv"};
    std::vector<std::string> command{built_program("TLSTRIAGE_TRACEGEN")};
    command.insert(command.end(), options.begin(), options.end());
    command.insert(command.end(), {"-o", trace.path, "--truth", trace.truth});
    const Finished finished = run_program(command);
    if (finished.status != 0) throw std::runtime_error("tracegen failed: " + finished.err);
    return made[options] = trace;
}

const GeneratedTrace& small_mixed() {
    return generated({"--profile", "mixed", "--flows", "300", "--failures", "0.5", "--disorder",
                      "0.1", "--seed", "11"});
}

const GeneratedTrace& small_mixed_pcapng() {
    return generated({"--profile", "mixed", "--flows", "300", "--failures", "0.5", "--disorder",
                      "0.1", "--seed", "11", "--format", "pcapng", "--nanosecond"});
}

}  // namespace tlstriage::test
