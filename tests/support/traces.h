// Traces that tests analyse over and over: made once, in a folder that goes away with the process.
#pragma once

#include <string>
#include <vector>

namespace tlstriage::test {

/// A trace of tools/generate/tracegen and the truth beside it.
struct GeneratedTrace {
    std::string path;
    std::string truth;
};

/// Runs tracegen with `options`; the same options give the same trace, made once. Throws when it
/// fails.
const GeneratedTrace& generated(const std::vector<std::string>& options);

/// A few hundred flows of all kinds, µs pcap.
const GeneratedTrace& small_mixed();
/// The same as pcapng with ns.
const GeneratedTrace& small_mixed_pcapng();

}  // namespace tlstriage::test
