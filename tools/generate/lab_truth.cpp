#include "lab_truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tlstriage::generate {
namespace {

// As in flows.csv; others follow by name.
const std::vector<std::string>& usual_columns() {
    static const std::vector<std::string> columns{
        "outcome",       "phase",        "stage",        "cause",          "reason",
        "actor",         "confidence",   "alternatives", "decisive_frame", "alert_sender",
        "alert_level",   "alert",        "rst_sender",   "fin_sender",     "icmp",
        "server_speaks", "proxy_status", "sni",          "alpn_offered",   "alpn",
        "version",       "cipher",       "hello_retry",  "resumed",        "client_auth"};
    return columns;
}

std::vector<std::string> in_order(std::vector<std::string> columns) {
    const auto place = [](const std::string& column) {
        const auto& usual = usual_columns();
        return std::pair{std::ranges::find(usual, column) - usual.begin(), column};
    };
    std::ranges::sort(columns, {}, place);
    const auto repeated = std::ranges::unique(columns);
    columns.erase(repeated.begin(), repeated.end());
    return columns;
}

// RFC 4180 §2
std::string cell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace

LabTruthWriter::LabTruthWriter(const std::string& path, const std::vector<std::string>& columns)
    : path_(path), file_(open_for_writing(path)), columns_(in_order(columns)) {
    std::string header =
        "case,copy,client_ip,client_port,server_ip,server_port,start_time,first_frame";
    for (const std::string& column : columns_)
        header += ',' + column;
    header += ",also_right\n";
    std::fwrite(header.data(), 1, header.size(), file_.get());
}

void LabTruthWriter::write(const LabTruthRow& row) {
    fmt::memory_buffer line;
    const auto out = std::back_inserter(line);
    fmt::format_to(out, "{},{},{},{},{},{},{},{}", cell(row.case_name), row.copy, row.client_ip,
                   row.client_port, row.server_ip, row.server_port, row.start_time,
                   row.first_frame);
    for (const std::string& column : columns_) {
        const auto claim = row.claims.find(column);
        fmt::format_to(out, ",{}", claim == row.claims.end() ? "?" : cell(claim->second));
    }
    std::string also_right;
    for (const auto& [column, value] : row.also_right)
        also_right += (also_right.empty() ? "" : ";") + column + '=' + value;
    fmt::format_to(out, ",{}\n", cell(also_right));
    std::fwrite(line.data(), 1, line.size(), file_.get());
}

void LabTruthWriter::close() {
    const bool failed = std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0;
    if (failed) throw std::system_error(errno, std::generic_category(), path_);
    file_.reset();
}

}  // namespace tlstriage::generate
