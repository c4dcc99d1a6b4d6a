// All that the page knows, as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "html/flow_totals.h"
#include "html/kept_table.h"
#include "html/run_file.h"

namespace tlstriage::html {

/// Which flows of a run the page is about, when it is not about all.
struct Choice {
    std::string text;      ///< as the person typed it
    std::uint64_t of = 0;  ///< flows of the run
};

struct Model {
    RunFile run;
    FlowTotals flows;
    ServerTable servers;
    CertificateTable certificates;
    KeptTable names;
    KeptTable groups;
    std::optional<Choice> choice;
};

/// The object that page/*.js reads; its members are described where they are made.
std::string to_json(const Model& model);

}  // namespace tlstriage::html
