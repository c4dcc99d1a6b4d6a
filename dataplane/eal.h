// DPDK's environment, started as quietly as it can be.
#pragma once

#include <string>
#include <vector>

namespace tlstriage::dataplane {

struct EalPlan {
    unsigned megabytes = 0;            ///< set aside for pools, unless the user's options say how
    std::vector<std::string> devices;  ///< PCI addresses, with their arguments as EAL's -a has them
    std::vector<std::string> options;  ///< the user's own, which go before ours
};

/// The EAL of this process, from construction to destruction. Unless the plan asks for them it
/// needs no hugepages, no PCI device and no rights beyond the user's own. Throws std::runtime_error
/// with EAL's reason. A process can have one, once.
class Eal {
  public:
    explicit Eal(unsigned megabytes) : Eal(EalPlan{megabytes, {}, {}}) {}
    explicit Eal(const EalPlan& plan);
    ~Eal();
    Eal(Eal&&) = delete;
    Eal& operator=(Eal&&) = delete;
};

/// The words that EAL is started with (word 0 is the program), `first_cpu` being one that this
/// process may run on.
std::vector<std::string> eal_words(const EalPlan& plan, int first_cpu);

}  // namespace tlstriage::dataplane
