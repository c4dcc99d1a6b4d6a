// Jobs run on several threads at once.
#include "executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

namespace tlstriage::dataplane {
namespace {

/// Jobs that wait for one another: they can only meet when they run at the same time.
class Meeting {
  public:
    explicit Meeting(unsigned guests) : guests_(guests) {}

    bool attend() {
        std::unique_lock lock(mutex_);
        threads_.insert(std::this_thread::get_id());
        changed_.notify_all();
        return changed_.wait_for(lock, std::chrono::seconds(20),
                                 [&] { return threads_.size() >= guests_; });
    }

  private:
    std::size_t guests_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::thread::id> threads_;
};

TEST(Executor, RunsJobsAtTheSameTime) {
    const Executor executor(4);
    Meeting meeting(2);
    std::atomic<int> met = 0;
    executor.run(2, [&](std::size_t, unsigned) { met += meeting.attend() ? 1 : 0; });
    EXPECT_EQ(met, 2) << "two jobs never ran at once";
}

TEST(Executor, RunsInlineWithOneThread) {
    const Executor executor(1);
    std::set<std::thread::id> threads;
    executor.run(100, [&](std::size_t, unsigned) { threads.insert(std::this_thread::get_id()); });
    EXPECT_EQ(threads, std::set{std::this_thread::get_id()});
}

TEST(Executor, RunsEachJobOnce) {
    for (const unsigned threads : {1U, 2U, 4U}) {
        const Executor executor(threads);
        for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{1000}}) {
            std::vector<std::atomic<int>> runs(count);
            executor.parallel()(count, [&](std::size_t i, unsigned) { ++runs[i]; });
            for (const auto& times : runs)
                EXPECT_EQ(times, 1);
        }
    }
}

TEST(Executor, JobsOfOneWorkerDoNotOverlap) {
    constexpr unsigned threads = 4;
    const Executor executor(threads);
    std::array<std::atomic<int>, threads> at_work{};
    std::atomic<int> overlaps = 0;
    executor.run(2000, [&](std::size_t, unsigned worker) {
        ASSERT_LT(worker, threads);
        if (++at_work[worker] != 1) ++overlaps;
        std::this_thread::yield();
        --at_work[worker];
    });
    EXPECT_EQ(overlaps, 0);
}

/// A window's walk, which runs jobs of its own, is a job beside the shards.
TEST(Executor, RunsJobsOfJobs) {
    for (const unsigned threads : {1U, 2U, 16U}) {
        const Executor executor(threads);
        std::atomic<int> outer = 0;
        std::atomic<int> inner = 0;
        executor.run(17, [&](std::size_t i, unsigned) {
            if (i < 2) executor.run(50, [&](std::size_t, unsigned) { ++inner; });
            ++outer;
        });
        EXPECT_EQ(outer, 17);
        EXPECT_EQ(inner, 100);
        const auto throws_inside = [&](std::size_t i, unsigned) {
            if (i > 0) return;
            executor.run(4, [](std::size_t j, unsigned) {
                if (j == 3) throw std::runtime_error("no");
            });
        };
        EXPECT_THROW(executor.run(17, throws_inside), std::runtime_error);
    }
}

TEST(Executor, HandsOnWhatAJobThrows) {
    const Executor executor(4);
    EXPECT_THROW(executor.run(8,
                              [](std::size_t i, unsigned) {
                                  if (i == 5) throw std::runtime_error("no");
                              }),
                 std::runtime_error);
}

}  // namespace
}  // namespace tlstriage::dataplane
