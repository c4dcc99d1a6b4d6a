// A table's header and rows as CSV or JSON lines, from its columns.
#pragma once

#include <tuple>

#include "report/cells.h"

namespace tlstriage::report {

enum class TableFormat : std::uint8_t { csv, jsonl };

template <class Write>
struct Column {
    std::string_view name;
    Write write;  ///< (const Model&, Cells&)
};
template <class Write>
constexpr Column<Write> column(std::string_view name, Write write) {
    return {name, write};
}

template <class Cells, class Model, class Columns>
void append_row(const Model& model, const Columns& columns, Buffer& out) {
    static_assert(std::tuple_size_v<Columns> <= CsvCells::max_columns);
    Cells cells(out);
    cells.begin_row();
    std::apply(
        [&](const auto&... column) {
            (..., (cells.begin_cell(column.name), column.write(model, cells), cells.end_cell()));
        },
        columns);
    cells.end_row();
}

template <class Model, class Columns>
void append_row(TableFormat format, const Model& model, const Columns& columns, Buffer& out) {
    if (format == TableFormat::csv) {
        append_row<CsvCells>(model, columns, out);
    } else {
        append_row<JsonCells>(model, columns, out);
    }
}

/// CSV has one, JSON lines need none.
template <class Columns>
void append_header(TableFormat format, const Columns& columns, Buffer& out) {
    if (format != TableFormat::csv) return;
    CsvCells cells(out);
    cells.begin_row();
    std::apply(
        [&](const auto&... column) {
            (..., (cells.begin_cell(column.name), cells.word(column.name), cells.end_cell()));
        },
        columns);
    cells.end_row();
}

constexpr std::string_view extension(TableFormat format) {
    return format == TableFormat::csv ? ".csv" : ".jsonl";
}

}  // namespace tlstriage::report
