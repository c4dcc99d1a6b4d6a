// All that the page knows, as JSON.
#pragma once

#include <string>

#include "html/flow_totals.h"
#include "html/kept_table.h"
#include "html/run_file.h"

namespace tlstriage::html {

struct Model {
    RunFile run;
    FlowTotals flows;
    ServerTable servers;
    CertificateTable certificates;
    KeptTable names;
    KeptTable groups;
};

/// The object that page/*.js reads; its members are described where they are made.
std::string to_json(const Model& model);

}  // namespace tlstriage::html
