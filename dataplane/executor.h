// The threads of a run: oneTBB behind engine::Parallel, or std::thread (meson -Dexecutor=threads).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "engine/engine.h"

namespace tlstriage::dataplane {

/// Schedules jobs on `threads` threads (the caller's is one of them), which are the workers
/// 0 … threads - 1. With one thread everything runs inline, and no other is started.
class Executor {
  public:
    explicit Executor(unsigned threads);
    ~Executor();
    Executor(Executor&&) = delete;
    Executor& operator=(Executor&&) = delete;

    [[nodiscard]] unsigned threads() const { return threads_; }
    /// Returns when all jobs are done. A job may run others; while it waits for them, its thread
    /// may do jobs of the outer run.
    void run(std::size_t count, const engine::Job& job) const;
    [[nodiscard]] engine::Parallel parallel() const;

  private:
    struct Arena;
    unsigned threads_;
    std::unique_ptr<Arena> arena_;
};

}  // namespace tlstriage::dataplane
