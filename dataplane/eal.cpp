#include "eal.h"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <sched.h>

#include <array>
#include <stdexcept>

namespace tlstriage::dataplane {
namespace {

/// EAL pins the thread that starts it to one core; TBB's workers would inherit that.
class KeptAffinity {
  public:
    KeptAffinity() { sched_getaffinity(0, sizeof(cpus_), &cpus_); }
    ~KeptAffinity() { sched_setaffinity(0, sizeof(cpus_), &cpus_); }
    KeptAffinity(KeptAffinity&&) = delete;
    KeptAffinity& operator=(KeptAffinity&&) = delete;

    [[nodiscard]] int first() const {
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &cpus_)) return cpu;
        }
        return 0;
    }

  private:
    cpu_set_t cpus_{};
};

}  // namespace

Eal::Eal(unsigned megabytes) {
    const KeptAffinity affinity;
    std::vector<std::string> words{"tlstriage",
                                   "--no-huge",
                                   "--no-shconf",
                                   "--no-pci",
                                   "--no-telemetry",
                                   "--log-level=lib.*:error",
                                   "--log-level=pmd.*:error",
                                   "-l",
                                   std::to_string(affinity.first()),
                                   "-m",
                                   std::to_string(megabytes)};
    std::vector<char*> arguments;
    arguments.reserve(words.size());
    for (std::string& word : words)
        arguments.push_back(word.data());
    if (rte_eal_init(static_cast<int>(arguments.size()), arguments.data()) < 0) {
        throw std::runtime_error(std::string("DPDK did not start: ") + rte_strerror(rte_errno));
    }
}

Eal::~Eal() {
    rte_eal_cleanup();
}

}  // namespace tlstriage::dataplane
