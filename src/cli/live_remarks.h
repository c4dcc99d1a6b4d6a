// What people must be told about a live run's frames, once.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "report/run_facts.h"

namespace tlstriage::cli {

/// Frames that a ring cut or an offload merged, with the command that ends it; frames that were
/// lost or shed. Each is said of a port or cause once in a run: run.json has the numbers of each
/// window.
class LiveRemarks {
  public:
    std::vector<std::string> about(const report::RunFacts& facts);

  private:
    std::set<std::string> said_;
};

}  // namespace tlstriage::cli
