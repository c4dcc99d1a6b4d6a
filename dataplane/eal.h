// DPDK's environment, started as quietly as it can be.
#pragma once

#include <string>
#include <vector>

namespace tlstriage::dataplane {

/// The EAL of this process, from construction to destruction. It needs no hugepages, no PCI device
/// and no rights beyond the user's own. `megabytes` of memory are set aside for pools. Throws
/// std::runtime_error with EAL's reason. A process can have one, once.
class Eal {
  public:
    explicit Eal(unsigned megabytes);
    ~Eal();
    Eal(Eal&&) = delete;
    Eal& operator=(Eal&&) = delete;
};

}  // namespace tlstriage::dataplane
