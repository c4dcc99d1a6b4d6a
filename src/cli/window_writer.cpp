#include "cli/window_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <system_error>
#include <utility>

#include "report/safe_text.h"

namespace tlstriage::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto between_tries = std::chrono::seconds(1);
constexpr unsigned last_tries = 5;  ///< once the run is over

std::size_t bytes_of(const report::FilesInMemory& files) {
    std::size_t sum = 0;
    for (const auto& [name, parts] : files) {
        for (const std::string& part : parts)
            sum += part.size();
    }
    return sum;
}

}  // namespace

WindowWriter::WindowWriter(const std::filesystem::path& folder, std::size_t keep,
                           std::size_t most_bytes, dataplane::LiveCounts& counts)
    : folders_(folder, keep), most_bytes_(most_bytes), counts_(counts) {
    thread_ = std::thread([this] { work(); });
}

WindowWriter::~WindowWriter() {
    finish();
}

void WindowWriter::add(std::string name, report::FilesInMemory files) {
    const std::size_t bytes = bytes_of(files);
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({std::move(name), std::move(files), bytes});
        bytes_ += bytes;
        counts_.windows_waiting.set(waiting_.size());
    }
    changed_.notify_all();
}

bool WindowWriter::finish() {
    if (thread_.joinable()) {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    return waiting_.empty() && counts_.windows_lost.get() == 0;
}

void WindowWriter::work() {
    unsigned tries_left = last_tries;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        // Not in the way of add(), which must not wait for the disk: only this thread takes away.
        const Waiting& oldest = waiting_.front();
        lock.unlock();
        const bool written = write(oldest);
        lock.lock();
        if (written || bytes_ > most_bytes_) {
            if (!written) give_up_oldest();
            bytes_ -= waiting_.front().bytes;
            waiting_.pop_front();
            counts_.windows_waiting.set(waiting_.size());
            continue;
        }
        if (ending_ && tries_left-- == 0) break;
        changed_.wait_for(lock, between_tries, [this] { return bytes_ > most_bytes_; });
    }
    while (!waiting_.empty()) {
        give_up_oldest();
        waiting_.pop_front();
    }
}

bool WindowWriter::write(const Waiting& window) {
    const auto begin = Clock::now();
    try {
        folders_.write(window.name, window.files);
    } catch (const std::system_error& error) {
        if (!std::exchange(troubled_, true)) {
            fmt::print(stderr,
                       "tlstriage: a window can't be written, and is kept and tried again: {}\n",
                       report::printable(error.what()));
        }
        return false;
    }
    counts_.write.note(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count());
    counts_.windows_written.add(1);
    if (std::exchange(troubled_, false)) {
        fmt::print(stderr, "tlstriage: windows can be written again\n");
    }
    return true;
}

void WindowWriter::give_up_oldest() {
    counts_.windows_lost.add(1);
    fmt::print(stderr, "tlstriage: window {} is lost: it could not be written\n",
               waiting_.front().name);
}

}  // namespace tlstriage::cli
