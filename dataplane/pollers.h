// The threads that poll: nothing else happens on them.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "rx_queue.h"

namespace tlstriage::dataplane {

/// Queue i is polled by thread i modulo their number. Threads are EAL's worker lcores, each on its
/// core, where the user asked for such (-l 0-3); else threads that the kernel places.
class Pollers {
  public:
    /// Cores that EAL has for polling, besides the main thread's.
    static unsigned worker_cores();
    /// As many as EAL has worker lcores, or, where it has none, one; at most one a queue.
    static unsigned count_for(unsigned queues, unsigned asked);

    Pollers(std::deque<RxQueue>& queues, std::deque<ThreadCounts>& counts, unsigned threads);
    ~Pollers() {
        ask_to_stop();
        join();
    }
    Pollers(Pollers&&) = delete;
    Pollers& operator=(Pollers&&) = delete;

    /// They take what the devices still hold, but no longer than a second, hand over what they
    /// have, and end. Batches must be taken from the queues until they are done.
    void ask_to_stop() { stopping_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool done() const { return running_.load(std::memory_order_acquire) == 0; }
    void join();

  private:
    struct Task {
        std::vector<RxQueue*> queues;
        ThreadCounts* counts = nullptr;
        const std::atomic<bool>* stopping = nullptr;
        std::atomic<unsigned>* running = nullptr;
    };
    static void poll_until_stopped(Task& task);
    static void drain(const Task& task);
    static int run_on_lcore(void* task);

    std::atomic<bool> stopping_{false};
    std::atomic<unsigned> running_{0};
    std::vector<std::unique_ptr<Task>> tasks_;
    std::vector<unsigned> lcores_;
    std::vector<std::jthread> threads_;
};

}  // namespace tlstriage::dataplane
