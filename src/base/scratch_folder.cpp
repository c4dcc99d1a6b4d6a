#include "base/scratch_folder.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace tlstriage {

ScratchFolder::ScratchFolder() {
    std::string name = std::filesystem::temp_directory_path() / "tlstriage-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), name);
    }
    path_ = name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace tlstriage
