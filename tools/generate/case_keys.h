// The few lines of a case.toml (tools/lab/README.md) that matter to who reads its capture.
#pragma once

#include <optional>
#include <string_view>

namespace tlstriage::generate {

struct CaseKeys {
    std::optional<bool> edge;     // edge = true: the case is about where its capture begins or ends
    bool keep_addresses = false;  // keep_addresses = true: something in the capture names them
    bool partial_capture = false;  // [capture] has start_after or snaplen
};

// Not a reader of TOML: it sees `key = value` lines and table headers, and skips multi-line
// strings.
CaseKeys read_case_keys(std::string_view text);

}  // namespace tlstriage::generate
