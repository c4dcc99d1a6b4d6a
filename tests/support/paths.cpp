#include "support/paths.h"

#include <algorithm>

namespace tlstriage::test {

namespace fs = std::filesystem;

std::vector<std::string> case_names() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(source_root() / "pcaps")) {
        if (entry.is_directory()) names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    return names;
}

}  // namespace tlstriage::test
