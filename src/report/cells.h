// How a row's cells become bytes: RFC 4180 CSV, or a JSON object on a line.
#pragma once

#include <string_view>

#include "base/time.h"
#include "report/format.h"
#include "report/safe_text.h"

namespace tlstriage::report {

/// Appends cells to a string. A column writes its cell by at most one call; no call is an empty
/// cell. `word` is for our own words, `text` for anything that came off the wire.
class CsvCells {
  public:
    explicit CsvCells(Buffer& out) : out_(out) {}

    void begin_row() { first_ = true; }
    void begin_cell(std::string_view) {
        if (!first_) out_ += ',';
        first_ = false;
    }
    void end_cell() {}
    void end_row() { out_ += "\r\n"; }

    void word(std::string_view word) { out_ += word; }
    void text(std::string_view text);
    /// A text of our own words, written by `write(Buffer&)`.
    template <class Write>
    void words(Write write) {
        write(out_);
    }
    void number(std::uint64_t number) { append_number(number, out_); }
    void milliseconds(Nanoseconds span) { append_milliseconds(span, out_); }
    void time(Nanoseconds time) { append_time(time, out_); }

  private:
    Buffer& out_;
    bool first_ = true;
};

/// The same cells as members of a JSON object (RFC 8259); empty cells are left out.
class JsonCells {
  public:
    explicit JsonCells(Buffer& out) : out_(out) {}

    void begin_row() {
        out_ += '{';
        first_ = true;
    }
    void begin_cell(std::string_view name) { name_ = name; }
    void end_cell() {}
    void end_row() { out_ += "}\n"; }

    void word(std::string_view word) { text(word); }
    void text(std::string_view text);
    template <class Write>
    void words(Write write) {
        Buffer cell;
        write(cell);
        text(cell.view());
    }
    void number(std::uint64_t number) {
        begin_member();
        append_number(number, out_);
    }
    void milliseconds(Nanoseconds span) {
        begin_member();
        append_milliseconds(span, out_);
    }
    void time(Nanoseconds time) {
        begin_member();
        out_ += '"';
        append_time(time, out_);
        out_ += '"';
    }

  private:
    void begin_member();

    Buffer& out_;
    std::string_view name_;
    bool first_ = true;
};

}  // namespace tlstriage::report
