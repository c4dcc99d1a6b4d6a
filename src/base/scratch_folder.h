// A folder for what a program needs for a while.
#pragma once

#include <filesystem>
#include <string>

namespace tlstriage {

/// A new folder in $TMPDIR or /tmp, which its user alone can enter; gone with all that is in it
/// when the object is.
class ScratchFolder {
  public:
    /// Throws std::system_error.
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(ScratchFolder&&) = delete;
    ScratchFolder& operator=(ScratchFolder&&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

}  // namespace tlstriage
