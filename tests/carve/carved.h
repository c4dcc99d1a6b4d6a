// Carving as a person does it, and rows of two runs side by side.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "support/analysis.h"
#include "support/program.h"

namespace tlstriage::test {

/// Runs `tlstriage carve` without a progress bar.
Finished run_carve(std::vector<std::string> arguments);

/// A trace with every case of pcaps/ once, made by tracegen.
const std::string& every_case();

/// Writes the key of anonymisation that the tests use into `path`.
void write_anonymization_key(const std::string& path);

/// A line for each cell that differs between flows of the same number, files and frame numbers
/// apart; and for another number of flows. `besides`: columns that may differ, too.
std::vector<std::string> differing_cells(const CsvTable& whole, const CsvTable& carved,
                                         const std::set<std::string>& besides = {});

/// The rows of `table` whose flow_id is one of `ids`.
CsvTable rows_of(const CsvTable& table, const std::set<std::string>& ids);

}  // namespace tlstriage::test
