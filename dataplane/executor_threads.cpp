// Without TBB, for ThreadSanitizer: Debian's TBB is not instrumented, so that every job would look
// like a race with the next.
#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

#include "executor.h"

namespace tlstriage::dataplane {

struct Executor::Arena {};

Executor::Executor(unsigned threads) : threads_(threads) {}

Executor::~Executor() = default;

/// Each thread gets every n-th job, so that even short ones run on all of them, and nothing orders
/// one job before another: a common counter would, and hide races.
void Executor::run(std::size_t count, const engine::Job& job) const {
    if (threads_ == 1 || count < 2) {
        engine::run_serially(count, job);
        return;
    }
    const auto workers = static_cast<unsigned>(std::min<std::size_t>(threads_, count));
    std::vector<std::exception_ptr> thrown(workers);
    const auto work = [&](unsigned worker) {
        try {
            for (std::size_t i = worker; i < count; i += workers)
                job(i, worker);
        } catch (...) {
            thrown[worker] = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> helpers;
        helpers.reserve(workers - 1);
        for (unsigned worker = 1; worker < workers; ++worker)
            helpers.emplace_back(work, worker);
        work(0);
    }
    for (const std::exception_ptr& exception : thrown) {
        if (exception) std::rethrow_exception(exception);
    }
}

engine::Parallel Executor::parallel() const {
    return [this](std::size_t count, const engine::Job& job) { run(count, job); };
}

}  // namespace tlstriage::dataplane
