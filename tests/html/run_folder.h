// A finished run's folder, made up.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/paths.h"

namespace tlstriage::test {

/// Column -> cell; columns that are not named are empty.
using MadeRow = std::map<std::string, std::string>;

/// A cell as RFC 4180 has it, quoted whether it needs to be or not.
std::string quoted_cell(const std::string& text);

class RunFolder {
  public:
    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const {
        return folder_.file(name);
    }

    /// A row of flows, which is ok unless it says otherwise.
    void add_flow(MadeRow row);
    /// Writes all files; servers.csv counts the flows of each server. The other tables have `rows`.
    void write(const std::map<std::string, std::vector<MadeRow>>& rows = {}) const;

  private:
    ScratchFolder folder_;
    std::vector<MadeRow> flows_;
};

}  // namespace tlstriage::test
