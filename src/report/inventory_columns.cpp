#include "report/inventory_columns.h"

#include <algorithm>

#include "report/format.h"

namespace tlstriage::report {
namespace {

void add(std::string_view word, std::string& text) {
    if (word.empty()) return;
    if (!text.empty()) text += ' ';
    text += word;
}

/// Servers of one certificate that are named; there may be thousands.
constexpr std::size_t most_servers = 64;

}  // namespace

std::string versions_text(const ServerEntry& entry) {
    std::string text;
    for (const std::uint16_t version : entry.versions.all())
        add(tls::version_name(version), text);
    return text;
}

std::string ciphers_text(const ServerEntry& entry) {
    std::string text;
    for (const std::uint16_t suite : entry.cipher_suites.all())
        add(tls::cipher_suite_name(suite), text);
    return text;
}

/// "cause:flows", most flows first.
std::string causes_text(const ServerEntry& entry) {
    std::vector<std::pair<verdict::Cause, std::uint64_t>> causes(entry.causes.begin(),
                                                                 entry.causes.end());
    std::ranges::stable_sort(causes, std::greater{}, [](const auto& c) { return c.second; });
    std::string text;
    for (const auto& [cause, flows] : causes)
        add(std::string(name(cause)) + ':' + std::to_string(flows), text);
    return text;
}

std::string names_text(const ServerEntry& entry) {
    std::string text;
    for (const std::string& name : entry.names)
        add(name, text);
    return text;
}

std::string certificates_text(const ServerEntry& entry) {
    std::vector<std::string_view> hashes;
    for (const tls::Certificate* certificate : entry.certificates.all())
        hashes.push_back(certificate->sha256);
    std::ranges::sort(hashes);
    std::string text;
    for (const std::string_view hash : hashes)
        add(hash, text);
    return text;
}

std::string servers_text(const CertificateEntry& entry) {
    std::string text;
    std::size_t count = 0;
    for (const Endpoint& server : entry.servers.all()) {
        if (count++ == most_servers) break;
        add(readable(server), text);
    }
    return text;
}

std::string findings_text(const CertificateRow& row) {
    tls::Findings findings = row.entry.findings;
    if (row.certificate.weak_key) findings |= bit(tls::Finding::weak_key);
    if (row.certificate.weak_signature) findings |= bit(tls::Finding::weak_signature);
    if (row.capture_end > row.certificate.not_after) findings |= bit(tls::Finding::expired);
    std::string text;
    for (unsigned i = 0; i < tls::finding_count; ++i) {
        const auto finding = static_cast<tls::Finding>(i);
        if ((findings & bit(finding)) != 0) add(tls::finding_name(finding), text);
    }
    return text;
}

std::string days_left(const CertificateRow& row) {
    constexpr Nanoseconds day = seconds(86'400);
    const Nanoseconds left = row.certificate.not_after / day - row.capture_end / day;
    return std::to_string(left);
}

}  // namespace tlstriage::report
