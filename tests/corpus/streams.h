// The whole corpus analysed once, its rows beside tshark's streams.
#pragma once

#include <string>
#include <vector>

#include "support/analysis.h"

namespace tlstriage::test {

/// A TCP stream of truth.csv, and the row of ours that begins with the same packet.
struct Stream {
    const CsvTable::Row* truth = nullptr;
    const CsvTable::Row* row = nullptr;  ///< null: we have none
};

/// Both tables and their pairs. Built once for all tests, since it takes a while.
class Streams {
  public:
    static const Streams& get();
    /// Empty when the corpus is there, else why not.
    static std::string missing();

    [[nodiscard]] const std::vector<Stream>& all() const { return streams_; }
    [[nodiscard]] const std::string& truth(const Stream& stream, const char* column) const {
        return truth_.cell(*stream.truth, column);
    }
    /// The cell of our row without its guard against formulas; empty without a row.
    [[nodiscard]] std::string ours(const Stream& stream, const char* column) const;
    /// File within the corpus and tshark's stream number: "folder/name.pcap 3".
    [[nodiscard]] std::string name(const Stream& stream) const;
    /// Our rows, and what such a row's `file` is in the corpus' own tables.
    [[nodiscard]] const CsvTable& rows() const { return analysis_.flows; }
    static std::string file_in_corpus(const std::string& cell);
    [[nodiscard]] const report::RunFacts& facts() const { return analysis_.result.facts; }

  private:
    Streams();

    CsvTable truth_;
    Analysis analysis_;
    std::vector<Stream> streams_;
};

}  // namespace tlstriage::test
