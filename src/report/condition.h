// A condition on a column of flows.csv: "sni=*.example.com", "tcp_connect_ms>250".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/row.h"

namespace tlstriage::report {

/// Operators:
///   =  !=        the cell is the value, in which * stands for any text and ? for one character;
///                capital letters are as good as small ones. Numbers are compared as numbers.
///   ~  !~        the value, so understood, is somewhere in the cell
///   <  <=  >  >= numbers, and times as 2026-11-23, 2026-11-23T22:08 or 2026-11-23T22:08:06.5Z;
///                an empty cell is neither
/// A | separates values of which one is enough (for != and !~: none may be); a backslash takes the
/// meaning from the character behind it.
class Condition {
  public:
    enum class Operator : std::uint8_t { is, is_not, has, has_not, less, at_most, more, at_least };

    /// Throws std::invalid_argument with a sentence for the person.
    explicit Condition(std::string_view text);
    /// A column that there is, and one value.
    Condition(std::string_view column, Operator op, std::string_view value);

    [[nodiscard]] bool holds(const Row& row) const;

  private:
    /// A value as typed, and what it is as a number or time where the column has such.
    struct Value {
        std::string pattern;
        double number = 0;
        Nanoseconds time = 0;
        bool comparable = false;  ///< `number` or `time` is set
    };

    void add_value(std::string_view text);
    [[nodiscard]] bool ordered() const { return operator_ >= Operator::less; }

    std::size_t column_ = 0;
    Operator operator_ = Operator::is;
    std::vector<Value> values_;
};

/// What the cells of a column are.
enum class CellKind : std::uint8_t { text, number, time };

struct ColumnInfo {
    std::string_view name;
    CellKind kind = CellKind::text;
};

/// The columns of flows.csv, in order.
const std::vector<ColumnInfo>& columns_of_flows();

/// A cell's text as JSON has it, and as a number where it is one; what a condition compares.
struct CellValue {
    CellKind kind = CellKind::text;
    std::string text;
    double number = 0;  ///< milliseconds for a span
    Nanoseconds time = 0;
};
CellValue cell_of(const Row& row, std::size_t column);

/// Splits at each `separator` that no backslash precedes; the backslashes stay.
std::vector<std::string_view> split_unescaped(std::string_view text, char separator);

/// * any text, ? any character, \ takes the next one as it is; ASCII letters of either case match.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace tlstriage::report
