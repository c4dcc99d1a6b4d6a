#include "cli/trace_truth.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace tlstriage::cli {
namespace {

/// The cells of a line (RFC 4180; the truth has no line breaks in cells).
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            cells.back() += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            cells.emplace_back();
        } else {
            cells.back() += c;
        }
    }
    return cells;
}

constexpr std::array outcomes{verdict::Outcome::ok, verdict::Outcome::failed,
                              verdict::Outcome::incomplete, verdict::Outcome::not_tls};

std::optional<verdict::Outcome> outcome_named(std::string_view name) {
    const auto found = std::ranges::find(
        outcomes, name, [](verdict::Outcome outcome) { return verdict::name(outcome); });
    if (found == outcomes.end()) return std::nullopt;
    return *found;
}

std::optional<verdict::Cause> cause_named(std::string_view name) {
    const auto found = std::ranges::find(verdict::cause_infos, name, &verdict::CauseInfo::name);
    if (found == verdict::cause_infos.end()) return std::nullopt;
    return static_cast<verdict::Cause>(found - verdict::cause_infos.begin());
}

/// Where the columns are.
struct Columns {
    std::size_t outcome = 0;
    std::size_t cause = 0;
    std::size_t also_right = 0;  ///< the header's length without

    explicit Columns(const std::vector<std::string>& header) {
        const auto place = [&](std::string_view name) {
            return static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
        };
        outcome = place("outcome");
        cause = place("cause");
        also_right = place("also_right");
    }
};

}  // namespace

std::optional<Answers> truth_beside(const std::filesystem::path& trace) {
    std::filesystem::path path = trace;
    std::ifstream file(path.replace_extension(".truth.csv"));
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    const std::vector<std::string> header = cells_of(line);
    const Columns columns(header);
    if (columns.outcome == header.size() || columns.cause == header.size()) return std::nullopt;
    Answers answers;
    while (std::getline(file, line)) {
        const std::vector<std::string> cells = cells_of(line);
        if (cells.size() != header.size()) return std::nullopt;
        const auto outcome = outcome_named(cells[columns.outcome]);
        const auto cause = cause_named(cells[columns.cause]);
        const bool open = columns.also_right < header.size() && !cells[columns.also_right].empty();
        if (!outcome || !cause || open) return std::nullopt;
        // A connection that is no attempt at TLS gets no row.
        const bool row = *outcome != verdict::Outcome::not_tls || *cause != verdict::Cause::none;
        if (row) ++answers[{*outcome, *cause}];
    }
    return answers;
}

}  // namespace tlstriage::cli
