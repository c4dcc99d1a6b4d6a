// A program run as a person runs it: arguments in; status, output and files out.
#pragma once

#include <string>
#include <vector>

namespace tlstriage::test {

struct Finished {
    int status = -1;  ///< exit status; 128 + the signal that ended it
    std::string out;
    std::string err;
};

/// Runs `command` to its end. With `input` the named file's bytes come through a pipe on standard
/// input, else that is empty. Throws std::system_error when it can't be started.
Finished run_program(const std::vector<std::string>& command, const std::string& input = {});

}  // namespace tlstriage::test
