// Inputs that a command reads more than once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/scratch_folder.h"

namespace tlstriage::cli {

/// Copies what can be read only once (standard input, pipes) into temporary files, gone with this
/// object.
class ReadTwice {
  public:
    /// `inputs` as typed; those that were copied are replaced by their copies. Throws
    /// std::system_error.
    explicit ReadTwice(std::vector<std::string>& inputs);

    /// In names of traces, what was typed again.
    void restore(std::vector<std::string>& names) const;

  private:
    struct Copy {
        std::string typed;
        std::filesystem::path path;
    };
    void copy(std::string& input);

    std::optional<ScratchFolder> folder_;  ///< once there is one to copy
    std::vector<Copy> copies_;
};

}  // namespace tlstriage::cli
