// What is true of a flow, in the words of the verdict contract, and the CSV that says it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "flow.h"

namespace tlstriage::generate {

struct Verdict {
    std::string outcome = "ok";
    std::string phase = "after_tls";
    std::string cause = "none";
    std::string actor = "none";
    std::string alert_sender;
    std::string alert;
};

struct Truth {
    Verdict verdict;
    std::string server_name;
    std::string application_protocol;  // where it can be read in the clear
    std::string version;
    std::string cipher;
    std::string certificate_serial;         // of the leaf, where it can be read in the clear
    std::optional<std::int64_t> handshake;  // ns
};

const char* side_name(Side side);
// The side that first sent a segment with the flag; empty when none did.
std::string_view first_sender(const Flow& flow, std::uint8_t flag);

struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

// Throws std::system_error.
File open_for_writing(const std::string& path);

class TruthWriter {
  public:
    explicit TruthWriter(const std::string& path);
    void write(const Flow& flow, const Truth& truth);
    // Throws if something could not be written.
    void close();

  private:
    std::string path_;
    File file_;
};

}  // namespace tlstriage::generate
