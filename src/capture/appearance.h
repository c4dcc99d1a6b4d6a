// What a file is that is no capture, for the person who took it for one.
#pragma once

#include <string>

#include "base/bytes.h"

namespace tlstriage::capture {

/// In words, from the first bytes: "empty file", "a Sun snoop capture (convert it with …)", "HTML",
/// "starts with 7f 45 4c 46".
std::string describe_appearance(Bytes start);

}  // namespace tlstriage::capture
