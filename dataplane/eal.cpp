#include "eal.h"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <sched.h>

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string_view>

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

/// Whether the user gave one of these, as "-m", "-m64", "--lcores" or "--lcores=0".
bool gave(const std::vector<std::string>& options, std::initializer_list<std::string_view> names) {
    return std::ranges::any_of(options, [&](std::string_view option) {
        return std::ranges::any_of(names, [&](std::string_view name) {
            if (!name.starts_with("--")) return option.starts_with(name) && option[1] != '-';
            return option == name || option.starts_with(std::string(name) + "=");
        });
    });
}

}  // namespace

std::vector<std::string> eal_words(const EalPlan& plan, int first_cpu) {
    std::vector<std::string> words{"tlstriage"};
    words.insert(words.end(), plan.options.begin(), plan.options.end());
    const auto& options = plan.options;
    // Memory: the user's hugepages, or none.
    if (!gave(options, {"--in-memory", "--huge-dir", "--socket-mem", "--huge-unlink", "--no-huge",
                        "--single-file-segments", "--legacy-mem"})) {
        words.emplace_back("--no-huge");
        if (!gave(options, {"-m"})) {
            words.insert(words.end(), {"-m", std::to_string(plan.megabytes)});
        }
    }
    if (!gave(options, {"--no-shconf", "--in-memory", "--file-prefix"}))
        words.emplace_back("--no-shconf");
    if (plan.devices.empty() && !gave(options, {"-a", "-b", "--allow", "--block", "--no-pci"}))
        words.emplace_back("--no-pci");
    for (const std::string& device : plan.devices)
        words.insert(words.end(), {"-a", device});
    if (!gave(options, {"--telemetry", "--no-telemetry"})) words.emplace_back("--no-telemetry");
    if (!gave(options, {"--log-level"})) {
        words.insert(words.end(), {"--log-level=lib.*:error", "--log-level=pmd.*:error"});
    }
    if (!gave(options, {"-l", "-c", "--lcores", "-s", "-S"}))
        words.insert(words.end(), {"-l", std::to_string(first_cpu)});
    return words;
}

Eal::Eal(const EalPlan& plan) {
    const KeptAffinity affinity;
    std::vector<std::string> words = eal_words(plan, affinity.first());
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
