// How a row's cells become bytes: RFC 4180 CSV, or a JSON object on a line.
#pragma once

#include <cstring>
#include <string_view>

#include "base/time.h"
#include "report/format.h"
#include "report/safe_text.h"

namespace tlstriage::report {

/// Appends cells to a buffer, a row at a time. A column writes its cell by at most one call; no
/// call is an empty cell. `word` is for our own words, `text` for anything that came off the wire.
class CsvCells {
  public:
    /// Columns of a row at most.
    static constexpr std::size_t max_columns = 126;

    explicit CsvCells(Buffer& out) : out_(out) {}

    void begin_row() { at_ = out_.reserve(separators); }
    void begin_cell(std::string_view) {}
    void end_cell() { *at_++ = ','; }
    void end_row() {
        at_[-1] = '\r';
        *at_++ = '\n';
        out_.end_at(at_);
    }

    void word(std::string_view word) {
        if (word.empty()) return;
        make_room(word.size());
        std::memcpy(at_, word.data(), word.size());
        at_ += word.size();
    }
    void text(std::string_view text) { is_plain(text) ? word(text) : escaped(text); }
    /// A text of our own words, written by `write(Buffer&)`.
    template <class Write>
    void words(Write write) {
        out_.end_at(at_);
        write(out_);
        at_ = out_.reserve(separators);
    }
    void number(std::uint64_t number) {
        make_room(longest_number);
        at_ = write_number(number, at_);
    }
    void milliseconds(Nanoseconds span) {
        make_room(longest_milliseconds);
        at_ = write_milliseconds(span, at_);
    }
    void time(Nanoseconds time) {
        make_room(longest_time);
        at_ = write_time(time, at_);
    }
    void address(const IpAddress& address) {
        make_room(longest_address);
        at_ = write_address(address, at_);
    }

  private:
    /// Room that is always there: for the separators of the cells to come, all of them empty.
    static constexpr std::size_t separators = max_columns + 2;

    void make_room(std::size_t count) {
        if (static_cast<std::size_t>(out_.room_end() - at_) < count + separators) grow(count);
    }
    void grow(std::size_t count);
    void escaped(std::string_view text);

    Buffer& out_;
    char* at_ = nullptr;
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
    void address(const IpAddress& address) {
        words([&](Buffer& out) { append_address(address, out); });
    }

  private:
    void begin_member();

    Buffer& out_;
    std::string_view name_;
    bool first_ = true;
};

}  // namespace tlstriage::report
