#include "corpus/streams.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <set>

#include "support/paths.h"

namespace tlstriage::test {
namespace {

/// "files/a/b.pcap", as truth.csv has it, from the path that we were given.
std::string in_corpus(const std::string& path) {
    const auto at = path.rfind("/files/");
    return at == std::string::npos ? path : path.substr(at + 1);
}

/// Microseconds since the epoch of "seconds.fraction".
std::int64_t micros_of_epoch(const std::string& text) {
    const auto dot = text.find('.');
    if (dot == std::string::npos) return 0;
    const std::string fraction = (text.substr(dot + 1) + "000000").substr(0, 6);
    return std::stoll(text.substr(0, dot)) * 1'000'000 + std::stoll(fraction);
}

/// The same of an RFC 3339 time.
std::int64_t micros_of_rfc3339(const std::string& text) {
    std::tm parts{};
    const char* const rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr || *rest != '.') return -1;
    return std::int64_t{::timegm(&parts)} * 1'000'000 + std::stoll(std::string(rest + 1, 6));
}

/// The file and both ends, whichever is the client's.
std::string ends_of(const CsvTable& table, const CsvTable::Row& row) {
    std::string a = table.cell(row, "client_ip") + " " + table.cell(row, "client_port");
    std::string b = table.cell(row, "server_ip") + " " + table.cell(row, "server_port");
    if (b < a) std::swap(a, b);
    return in_corpus(std::string(unguarded(table.cell(row, "file")))) + " " + a + " " + b;
}

struct Begin {
    std::int64_t micros;
    const CsvTable::Row* row;
};

}  // namespace

std::string Streams::missing() {
    if (std::filesystem::exists(corpus_folder() / "truth.csv")) return {};
    return "NO CORPUS at " + corpus_folder().string() + ": set TLSTRIAGE_CORPUS";
}

const Streams& Streams::get() {
    static const Streams streams;
    return streams;
}

Streams::Streams() {
    truth_ = read_csv(corpus_folder() / "truth.csv");
    dataplane::RunPlan plan;
    plan.grouping = dataplane::Grouping::separate;
    plan.threads = 2;
    analysis_ = analyse({corpus_folder() / "files"}, plan);
    std::map<std::string, std::vector<Begin>> rows;
    for (const CsvTable::Row& row : analysis_.flows.rows()) {
        const auto micros = micros_of_rfc3339(analysis_.flows.cell(row, "start_time"));
        rows[ends_of(analysis_.flows, row)].push_back({micros, &row});
    }
    for (const CsvTable::Row& truth : truth_.rows()) {
        Stream stream{&truth, nullptr};
        const auto micros = micros_of_epoch(truth_.cell(truth, "t_first"));
        auto& candidates = rows[ends_of(truth_, truth)];
        const auto same = std::ranges::find_if(candidates, [&](const Begin& begin) {
            return std::abs(begin.micros - micros) <= 1;  // tshark rounds
        });
        if (same != candidates.end()) {
            stream.row = same->row;
            candidates.erase(same);
        }
        streams_.push_back(stream);
    }
}

std::string Streams::ours(const Stream& stream, const char* column) const {
    if (stream.row == nullptr) return {};
    return std::string(unguarded(analysis_.flows.cell(*stream.row, column)));
}

std::string Streams::file_in_corpus(const std::string& cell) {
    return in_corpus(std::string(unguarded(cell)));
}

std::string Streams::name(const Stream& stream) const {
    const std::string& file = truth(stream, "file");
    return file.substr(file.find('/') + 1) + " " + truth(stream, "tcp_stream");
}

}  // namespace tlstriage::test
