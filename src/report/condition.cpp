#include "report/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "report/columns.h"

namespace tlstriage::report {
namespace {

/// Takes one cell for CellValue as CsvCells takes it for a file.
class OneCell {
  public:
    explicit OneCell(CellValue& value) : value_(value) {}

    void word(std::string_view word) { value_.text = word; }
    void text(std::string_view text) { value_.text = printable(text); }
    template <class Write>
    void words(Write write) {
        Buffer out;
        write(out);
        value_.text = out.view();
    }
    void number(std::uint64_t number) {
        value_.kind = CellKind::number;
        value_.number = static_cast<double>(number);
        write([&](Buffer& out) { append_number(number, out); });
    }
    void milliseconds(Nanoseconds span) {
        value_.kind = CellKind::number;
        value_.number = static_cast<double>(span) / 1e6;
        write([&](Buffer& out) { append_milliseconds(span, out); });
    }
    void address(const IpAddress& address) {
        write([&](Buffer& out) { append_address(address, out); });
    }
    void time(Nanoseconds time) {
        value_.kind = CellKind::time;
        value_.time = time;
        write([&](Buffer& out) { append_time(time, out); });
    }

  private:
    template <class Write>
    void write(Write write) {
        Buffer out;
        write(out);
        value_.text = out.view();
    }

    CellValue& value_;
};

using ReadCell = void (*)(const Row&, OneCell&);

template <std::size_t... Index>
constexpr auto make_readers(std::index_sequence<Index...>) {
    return std::array<ReadCell, sizeof...(Index)>{
        [](const Row& row, OneCell& cell) { std::get<Index>(flow_columns).write(row, cell); }...};
}

constexpr std::size_t column_count = std::tuple_size_v<decltype(flow_columns)>;
constexpr auto cell_readers = make_readers(std::make_index_sequence<column_count>{});

/// By the name, as all columns of one kind are named alike; a test holds it to the cells.
CellKind kind_of(std::string_view name) {
    for (const std::string_view end :
         {"_ms", "_frame", "_port", "_packets", "_bytes", "_retransmits", "_length", "_status"}) {
        if (name.ends_with(end)) return CellKind::number;
    }
    if (name == "vlan") return CellKind::number;
    if (name == "start_time" || name.starts_with("cert_not_")) return CellKind::time;
    return CellKind::text;
}

std::size_t column_named(std::string_view name) {
    const auto& columns = columns_of_flows();
    const auto found = std::ranges::find(columns, name, &ColumnInfo::name);
    if (found == columns.end()) {
        std::string all;
        for (const ColumnInfo& column : columns)
            all.append(all.empty() ? "" : ", ").append(column.name);
        throw std::invalid_argument(
            fmt::format("there is no column '{}'; there are {}", printable(name), all));
    }
    return static_cast<std::size_t>(found - columns.begin());
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

/// `count` digits, taken off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + count, value);
    if (error != std::errc() || end != text.data() + count || text.front() == '-') {
        return std::nullopt;
    }
    text.remove_prefix(count);
    return value;
}

/// The same behind `mark`; `missing` where the text ends before it.
std::optional<int> take_part(std::string_view& text, std::string_view marks, int missing) {
    if (text.empty() || text == "Z") return missing;
    if (marks.find(text.front()) == std::string_view::npos) return std::nullopt;
    text.remove_prefix(1);
    return take_digits(text, 2);
}

std::optional<Nanoseconds> take_fraction(std::string_view& text) {
    if (text.empty() || text.front() != '.') return 0;
    text.remove_prefix(1);
    Nanoseconds unit = nanoseconds_per_second;
    Nanoseconds fraction = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        unit /= 10;
        fraction += unit * (text.front() - '0');
        text.remove_prefix(1);
    }
    if (unit == nanoseconds_per_second) return std::nullopt;
    return fraction;
}

/// RFC 3339 in UTC, from a date alone to nanoseconds.
std::optional<Nanoseconds> parse_time(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || text.empty()) return std::nullopt;
    const auto month = take_part(text, "-", 0);
    const auto day = take_part(text, "-", 0);
    const auto hour = take_part(text, "T ", 0);
    const auto minute = take_part(text, ":", 0);
    const auto second = take_part(text, ":", 0);
    if (!month || !day || !hour || !minute || !second) return std::nullopt;
    const auto fraction = take_fraction(text);
    if (!fraction || (!text.empty() && text != "Z")) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    constexpr int most_years = 2261;  // 64 bits of nanoseconds end in 2262
    if (!date.ok() || *year > most_years || *year < 1700 || *hour > 23 || *minute > 59 ||
        *second > 60) {
        return std::nullopt;
    }
    const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
    return seconds(((days * 24LL + *hour) * 60 + *minute) * 60 + *second) + *fraction;
}

std::optional<double> parse_number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <class Ordered>
bool compare(Condition::Operator op, Ordered cell, Ordered value) {
    using Operator = Condition::Operator;
    switch (op) {
        case Operator::less: return cell < value;
        case Operator::at_most: return cell <= value;
        case Operator::more: return cell > value;
        case Operator::at_least: return cell >= value;
        default: return cell == value;
    }
}

struct OperatorName {
    std::string_view text;
    Condition::Operator op;
};
/// Those that begin like another one come before it.
constexpr std::array operator_names{
    OperatorName{"!=", Condition::Operator::is_not},
    OperatorName{"!~", Condition::Operator::has_not},
    OperatorName{"<=", Condition::Operator::at_most},
    OperatorName{">=", Condition::Operator::at_least},
    OperatorName{"=", Condition::Operator::is},
    OperatorName{"~", Condition::Operator::has},
    OperatorName{"<", Condition::Operator::less},
    OperatorName{">", Condition::Operator::more},
};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

const std::vector<ColumnInfo>& columns_of_flows() {
    static const std::vector<ColumnInfo> columns = std::apply(
        [](const auto&... column) {
            return std::vector<ColumnInfo>{{column.name, kind_of(column.name)}...};
        },
        flow_columns);
    return columns;
}

CellValue cell_of(const Row& row, std::size_t column) {
    CellValue value;
    OneCell cell(value);
    cell_readers.at(column)(row, cell);
    return value;
}

std::vector<std::string_view> split_unescaped(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == separator) {
            parts.push_back(text.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    parts.push_back(text.substr(begin));
    return parts;
}

bool matches_glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    // Where to go on after the last star: it takes one character more.
    std::size_t star = std::string_view::npos;
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            star_text = t;
            continue;
        }
        const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
        const std::size_t at = escaped ? p + 1 : p;
        if (at < pattern.size() &&
            ((!escaped && pattern[at] == '?') || lower(pattern[at]) == lower(text[t]))) {
            p = at + 1;
            ++t;
            continue;
        }
        if (star == std::string_view::npos) return false;
        p = star;
        t = ++star_text;
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

Condition::Condition(std::string_view text) {
    const std::size_t at = text.find_first_of("=!~<>");
    const auto* const found = at == std::string_view::npos
                                  ? operator_names.end()
                                  : std::ranges::find_if(operator_names, [&](const auto& name) {
                                        return text.substr(at).starts_with(name.text);
                                    });
    if (found == operator_names.end()) {
        throw std::invalid_argument(fmt::format(
            "'{}' is no condition: it takes a column, one of = != ~ !~ < <= > >=, and a value",
            printable(text)));
    }
    column_ = column_named(trimmed(text.substr(0, at)));
    operator_ = found->op;
    for (const std::string_view value :
         split_unescaped(text.substr(at + found->text.size()), '|')) {
        add_value(trimmed(value));
    }
}

Condition::Condition(std::string_view column, Operator op, std::string_view value)
    : column_(column_named(column)), operator_(op) {
    add_value(value);
}

void Condition::add_value(std::string_view text) {
    const ColumnInfo& column = columns_of_flows()[column_];
    Value value{.pattern = std::string(text)};
    if (column.kind == CellKind::number) {
        const auto number = parse_number(text);
        value.comparable = number.has_value();
        value.number = number.value_or(0);
    } else if (column.kind == CellKind::time) {
        const auto time = parse_time(text);
        value.comparable = time.has_value();
        value.time = time.value_or(0);
    }
    if (ordered() && !value.comparable) {
        throw std::invalid_argument(
            column.kind == CellKind::number
                ? fmt::format("{}: '{}' is no number", column.name, printable(text))
            : column.kind == CellKind::time
                ? fmt::format("{}: '{}' is no time; write it as 2026-11-23T22:08:06.5Z or a part "
                              "of that from the left",
                              column.name, printable(text))
                : fmt::format("{}: < and > are for numbers and times; this column has words",
                              column.name));
    }
    if (operator_ == Operator::has || operator_ == Operator::has_not) {
        value.pattern = '*' + value.pattern + '*';
    }
    values_.push_back(std::move(value));
}

bool Condition::holds(const Row& row) const {
    const CellValue cell = cell_of(row, column_);
    if (ordered() && cell.kind == CellKind::text) return false;  // empty
    const bool any = std::ranges::any_of(values_, [&](const Value& value) {
        const bool by_value = ordered() || (operator_ == Operator::is && value.comparable) ||
                              (operator_ == Operator::is_not && value.comparable);
        if (by_value && cell.kind == CellKind::number) {
            return compare(operator_, cell.number, value.number);
        }
        if (ordered()) return compare(operator_, cell.time, value.time);
        return matches_glob(value.pattern, cell.text);
    });
    return any != (operator_ == Operator::is_not || operator_ == Operator::has_not);
}

}  // namespace tlstriage::report
