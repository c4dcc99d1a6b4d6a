// Writes windows to the disk, in a thread of its own: nothing waits for it.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "live_counts.h"
#include "report/window_folders.h"

namespace tlstriage::cli {

/// A window that can't be written (the disk is full, say) is kept in memory and tried again. When
/// more bytes wait than may, the oldest window is given up. Both are counted, and said on standard
/// error.
class WindowWriter {
  public:
    /// `most_bytes` may wait. Throws what report::WindowFolders throws.
    WindowWriter(const std::filesystem::path& folder, std::size_t keep, std::size_t most_bytes,
                 dataplane::LiveCounts& counts);
    /// Tries for a few seconds more to write what waits.
    ~WindowWriter();
    WindowWriter(WindowWriter&&) = delete;
    WindowWriter& operator=(WindowWriter&&) = delete;

    void add(std::string name, report::FilesInMemory files);

    /// No more windows come: returns whether all of them were written. A disk that refuses gets a
    /// few seconds.
    bool finish();

  private:
    struct Waiting {
        std::string name;
        report::FilesInMemory files;
        std::size_t bytes = 0;
    };

    void work();
    bool write(const Waiting& window);
    void give_up_oldest();

    report::WindowFolders folders_;
    std::size_t most_bytes_;
    dataplane::LiveCounts& counts_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting> waiting_;
    std::size_t bytes_ = 0;  ///< of all that waits
    bool ending_ = false;
    bool troubled_ = false;  ///< the last try failed
    std::thread thread_;
};

}  // namespace tlstriage::cli
