#include "pollers.h"

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace tlstriage::dataplane {
namespace {

/// Polls in vain before a thread that shares its core with others sleeps.
constexpr unsigned vain_polls = 256;
/// Short enough for 4096 descriptors at 14.88 million frames a second.
constexpr auto nap = std::chrono::microseconds(50);
constexpr auto longest_drain = std::chrono::seconds(1);

std::vector<unsigned> worker_lcores() {
    std::vector<unsigned> lcores;
    for (unsigned lcore = rte_get_next_lcore(UINT_MAX, 1, 0); lcore < RTE_MAX_LCORE;
         lcore = rte_get_next_lcore(lcore, 1, 0)) {
        lcores.push_back(lcore);
    }
    return lcores;
}

}  // namespace

unsigned Pollers::worker_cores() {
    return static_cast<unsigned>(worker_lcores().size());
}

unsigned Pollers::count_for(unsigned queues, unsigned asked) {
    const unsigned lcores = worker_cores();
    if (lcores > 0) asked = asked == 0 ? lcores : std::min(asked, lcores);
    return std::clamp(asked, 1U, std::max(queues, 1U));
}

Pollers::Pollers(std::deque<RxQueue>& queues, std::deque<ThreadCounts>& counts, unsigned threads) {
    for (unsigned i = 0; i < threads; ++i) {
        tasks_.push_back(std::make_unique<Task>());
        tasks_.back()->counts = &counts[i];
        tasks_.back()->stopping = &stopping_;
        tasks_.back()->running = &running_;
    }
    for (std::size_t i = 0; i < queues.size(); ++i)
        tasks_[i % threads]->queues.push_back(&queues[i]);
    running_ = threads;
    lcores_ = worker_lcores();
    lcores_.resize(std::min<std::size_t>(lcores_.size(), threads));
    for (unsigned i = 0; i < threads; ++i) {
        if (i < lcores_.size()) {
            if (rte_eal_remote_launch(run_on_lcore, tasks_[i].get(), lcores_[i]) != 0) {
                ask_to_stop();  // those that have begun
                throw std::runtime_error("a core of EAL is busy");
            }
        } else {
            threads_.emplace_back([task = tasks_[i].get()] {
                // For the cache of its own that a memory pool keeps for each thread it knows.
                const bool known = rte_thread_register() == 0;
                poll_until_stopped(*task);
                if (known) rte_thread_unregister();
            });
        }
    }
}

void Pollers::join() {
    for (const unsigned lcore : lcores_)
        rte_eal_wait_lcore(lcore);
    lcores_.clear();
    threads_.clear();
}

int Pollers::run_on_lcore(void* task) {
    poll_until_stopped(*static_cast<Task*>(task));
    return 0;
}

void Pollers::poll_until_stopped(Task& task) {
    const double nanoseconds_per_cycle = 1e9 / static_cast<double>(rte_get_tsc_hz());
    const bool own_core =
        rte_lcore_id() != LCORE_ID_ANY && rte_eal_lcore_role(rte_lcore_id()) == ROLE_RTE;
    unsigned vain = 0;
    while (!task.stopping->load(std::memory_order_relaxed)) {
        const std::uint64_t begin = rte_rdtsc();
        unsigned frames = 0;
        for (RxQueue* const queue : task.queues)
            frames += queue->poll();
        if (frames > 0) {
            vain = 0;
            task.counts->busy.add(static_cast<std::uint64_t>(
                static_cast<double>(rte_rdtsc() - begin) * nanoseconds_per_cycle));
        } else if (++vain >= vain_polls && !own_core) {
            std::this_thread::sleep_for(nap);
        } else {
            rte_pause();
        }
    }
    drain(task);
    task.running->fetch_sub(1, std::memory_order_release);
}

void Pollers::drain(const Task& task) {
    const auto begin = std::chrono::steady_clock::now();
    for (RxQueue* const queue : task.queues) {
        while (!queue->waits() && std::chrono::steady_clock::now() - begin < longest_drain) {
            queue->poll();
            if (queue->empty()) break;
        }
        queue->hand_over();
    }
}

}  // namespace tlstriage::dataplane
