// The slow, obvious way: one walk, one piece, one thread.
#pragma once

#include <string>

namespace tlstriage::test {

/// The bytes of flows.csv for one trace.
std::string oracle_csv(const std::string& path);

}  // namespace tlstriage::test
