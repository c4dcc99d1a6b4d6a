// The folders of a live run: one a window, under a name with its time span.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/time.h"
#include "report/files.h"

namespace tlstriage::report {

/// "20261127T225535.123Z-20261127T225635.456Z": sorts by time.
std::string window_name(Nanoseconds begin, Nanoseconds end);

/// A folder that one run at a time writes windows into. A window's folder is written under a
/// temporary name and renamed when it is whole: what has a window's name is whole, however the run
/// was ended.
class WindowFolders {
  public:
    /// Makes the folder if need be, locks it, and removes what a run that was killed left half
    /// done. `keep`: the newest that stay, 0 for all. Throws std::system_error, and
    /// std::runtime_error when another run has the folder.
    WindowFolders(std::filesystem::path folder, std::size_t keep);
    ~WindowFolders();
    WindowFolders(WindowFolders&&) = delete;
    WindowFolders& operator=(WindowFolders&&) = delete;

    /// Puts the files on the disk; returns their folder. Throws std::system_error when that is not
    /// possible: nothing is left then, and it can be tried again.
    std::filesystem::path write(const std::string& name, const FilesInMemory& files);

  private:
    [[nodiscard]] std::filesystem::path temporary(const std::string& name) const;
    [[nodiscard]] std::string unused(const std::string& name) const;
    void remove_leftovers() const;
    void remove_old() const;

    std::filesystem::path folder_;
    std::size_t keep_;
    int lock_ = -1;
};

}  // namespace tlstriage::report
