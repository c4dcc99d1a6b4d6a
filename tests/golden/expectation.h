// expected.json of a case in pcaps/ (tools/lab/README.md), beside what a run found.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/analysis.h"

namespace tlstriage::test {

/// What differs between the right answer and ours, a line each; empty when nothing does. A value
/// may be as claimed or as its flow's `also_right` has it. `overlay`: the name of a member of flows
/// whose values stand in for the right ones ("" for none).
std::vector<std::string> differences(const nlohmann::json& expected, const Analysis& analysis,
                                     const std::string& overlay);

/// The name of the `until_` member that some flow has, empty without.
std::string until_member(const nlohmann::json& expected);

}  // namespace tlstriage::test
