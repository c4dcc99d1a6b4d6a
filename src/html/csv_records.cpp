#include "html/csv_records.h"

#include "html/damaged_file.h"

namespace tlstriage::html {

void CsvRecords::fail(const std::string& reason) const {
    throw DamagedFile(source_.path(), number_, reason);
}

void CsvRecords::add(int byte) {
    if (text_.size() == most_bytes) fail("longer than a row can be");
    text_ += static_cast<char>(byte);
}

/// RFC 4180 §2: escaped = DQUOTE *(TEXTDATA / COMMA / CR / LF / 2DQUOTE) DQUOTE
void CsvRecords::read_quoted_cell() {
    for (;;) {
        const int byte = source_.take();
        if (byte == ByteSource::end) fail("a quote that does not close");
        if (byte == '"') {
            if (source_.peek() != '"') return;
            source_.skip();
        }
        add(byte);
    }
}

void CsvRecords::read_bare_cell() {
    for (;;) {
        const int byte = source_.peek();
        if (byte == ByteSource::end || byte == ',' || byte == '\r' || byte == '\n') return;
        if (byte == '"') fail("a quote inside a cell that does not begin with one");
        source_.skip();
        add(byte);
    }
}

bool CsvRecords::next() {
    text_.clear();
    ends_.clear();
    if (source_.peek() == ByteSource::end) return false;
    ++number_;
    for (;;) {
        if (source_.peek() == '"') {
            source_.skip();
            read_quoted_cell();
        } else {
            read_bare_cell();
        }
        ends_.push_back(text_.size());
        if (source_.peek() != ',') break;
        source_.skip();
    }
    const int byte = source_.take();
    if (byte == '\r' && source_.take() != '\n') fail("a CR without its LF");
    if (byte != '\r' && byte != '\n' && byte != ByteSource::end) fail("text behind a quoted cell");
    return true;
}

}  // namespace tlstriage::html
