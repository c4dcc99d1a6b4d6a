#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <new>
#include <optional>
#include <utility>

#include "executor.h"

namespace tlstriage::dataplane {

struct Executor::Arena {
    explicit Arena(unsigned threads)
        : control(std::in_place, tbb::global_control::max_allowed_parallelism, threads),
          arena(static_cast<int>(threads)) {}

    /// With the last executor TBB's workers end, and are waited for: else they could still be
    /// ending while the process does, and clean up OpenSSL's data of theirs after OpenSSL itself.
    ~Arena() {
        arena.terminate();
        control.reset();
        tbb::finalize(workers, std::nothrow);  // refuses while another executor is there
    }
    Arena(Arena&&) = delete;
    Arena& operator=(Arena&&) = delete;

    tbb::task_scheduler_handle workers{tbb::attach{}};
    std::optional<tbb::global_control> control;
    tbb::task_arena arena;
};

Executor::Executor(unsigned threads)
    : threads_(threads), arena_(threads > 1 ? std::make_unique<Arena>(threads) : nullptr) {}

Executor::~Executor() = default;

void Executor::run(std::size_t count, const engine::Job& job) const {
    if (arena_ == nullptr || count < 2) {
        engine::run_serially(count, job);
        return;
    }
    arena_->arena.execute([&] {
        tbb::parallel_for(
            std::size_t{0}, count,
            [&](std::size_t i) {
                job(i, static_cast<unsigned>(tbb::this_task_arena::current_thread_index()));
            },
            tbb::simple_partitioner{});
    });
}

engine::Parallel Executor::parallel() const {
    return [this](std::size_t count, const engine::Job& job) { run(count, job); };
}

}  // namespace tlstriage::dataplane
