// Rights that a run needs to open its ports, and not after.
#pragma once

#include <string>

namespace tlstriage::cli {

/// This process becomes `user` (a name; empty: stays who it is), gives up all capabilities, and
/// can't get any back. All of its threads, when called before it starts any. Throws
/// std::runtime_error.
void drop_privileges(const std::string& user);

}  // namespace tlstriage::cli
