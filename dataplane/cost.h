// What a stretch of work took, for the benchmark.
#pragma once

#include <chrono>
#include <ctime>

namespace tlstriage::dataplane {

/// Seconds on the wall, and of CPU over all threads of the process.
struct Cost {
    double wall = 0;
    double cpu = 0;

    Cost& operator+=(const Cost& other) {
        wall += other.wall;
        cpu += other.cpu;
        return *this;
    }
};

/// Adds what passes between construction and destruction to a sum.
class Timed {
  public:
    explicit Timed(Cost& sum) : sum_(sum) {}
    ~Timed() {
        sum_.cpu += cpu_seconds() - cpu_;
        sum_.wall += std::chrono::duration<double>(Clock::now() - wall_).count();
    }
    Timed(Timed&&) = delete;
    Timed& operator=(Timed&&) = delete;

  private:
    using Clock = std::chrono::steady_clock;

    static double cpu_seconds() {
        timespec time{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    }

    Cost& sum_;
    Clock::time_point wall_ = Clock::now();
    double cpu_ = cpu_seconds();
};

}  // namespace tlstriage::dataplane
