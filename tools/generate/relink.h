// One link type for captures of several.
#pragma once

#include "lab_case.h"

namespace tlstriage::generate {

// Makes all frames Ethernet, for captures of one link type. The interface of a Linux cooked frame
// goes to its destination address. Throws std::runtime_error on a frame without a whole link
// header.
void make_ethernet(LabCase& lab_case);

}  // namespace tlstriage::generate
