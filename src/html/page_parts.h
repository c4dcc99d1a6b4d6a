// The page without its data, as the build made it of page/ and Chart.js (assemble.py).
#pragma once

#include <string_view>

namespace tlstriage::html {

extern const std::string_view page_before_data;
extern const std::string_view page_after_data;

}  // namespace tlstriage::html
