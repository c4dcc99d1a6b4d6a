#include "lab_truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tlstriage::generate {
namespace {

// As in flows.csv and dns.csv; others follow by name.
const std::vector<std::string>& usual_columns() {
    static const std::vector<std::string> columns{
        "name",         "type",           "rcode",        "outcome",       "phase",
        "stage",        "cause",          "reason",       "actor",         "confidence",
        "alternatives", "decisive_frame", "alert_sender", "alert_level",   "alert",
        "rst_sender",   "fin_sender",     "icmp",         "server_speaks", "proxy_status",
        "sni",          "alpn_offered",   "alpn",         "version",       "cipher",
        "hello_retry",  "resumed",        "client_auth"};
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

std::string joined(const std::map<std::string, std::string>& values) {
    std::string text;
    for (const auto& [name, value] : values)
        text += (text.empty() ? "" : ";") + name + '=' + value;
    return text;
}

}  // namespace

ClaimTable::ClaimTable(const std::string& path, const std::vector<std::string>& fixed,
                       std::vector<std::string> claimed)
    : path_(path), file_(open_for_writing(path)), claimed_(in_order(std::move(claimed))) {
    std::string header = fmt::format("{}", fmt::join(fixed, ","));
    for (const std::string& column : claimed_)
        header += ',' + column;
    write_line(header);
}

void ClaimTable::write(const std::vector<std::string>& fixed,
                       const std::map<std::string, std::string>& claims) {
    std::string line;
    for (const std::string& text : fixed)
        line += (&text == fixed.data() ? "" : ",") + cell(text);
    for (const std::string& column : claimed_) {
        const auto claim = claims.find(column);
        line += ',' + (claim == claims.end() ? "?" : cell(claim->second));
    }
    write_line(line);
}

void ClaimTable::write_line(const std::string& line) {
    std::fwrite(line.data(), 1, line.size(), file_.get());
    std::fputc('\n', file_.get());
}

void ClaimTable::close() {
    const bool failed = std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0;
    if (failed) throw std::system_error(errno, std::generic_category(), path_);
    file_.reset();
}

LabTruthWriter::LabTruthWriter(const std::string& path, std::vector<std::string> columns)
    : table_(path,
             {"case", "copy", "client_ip", "client_port", "server_ip", "server_port", "start_time",
              "first_frame", "also_right"},
             std::move(columns)) {}

void LabTruthWriter::write(const LabTruthRow& row) {
    table_.write({row.case_name, std::to_string(row.copy), row.client_ip, row.client_port,
                  row.server_ip, row.server_port, std::to_string(row.start_time),
                  std::to_string(row.first_frame), joined(row.also_right)},
                 row.claims);
}

LabDnsTruthWriter::LabDnsTruthWriter(const std::string& path, std::vector<std::string> columns)
    : table_(path, {"case", "copy", "client_ip"}, std::move(columns)) {}

void LabDnsTruthWriter::write(const LabDnsTruthRow& row) {
    table_.write({row.case_name, std::to_string(row.copy), row.client_ip}, row.claims);
}

}  // namespace tlstriage::generate
