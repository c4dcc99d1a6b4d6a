#include "evidence/tls13.h"

namespace tlstriage::evidence {
namespace {

constexpr std::uint16_t aes_128_ccm_8_sha256 = 0x1305;
constexpr std::uint16_t aes_256_gcm_sha384 = 0x1302;

std::uint16_t finished_length(std::uint16_t cipher_suite) {
    return cipher_suite == aes_256_gcm_sha384 ? tls::tls13_finished_sha384_length
                                              : tls::tls13_finished_sha256_length;
}

bool is_application(const OpaqueRecord& record) {
    return record.type == tls::ContentType::application_data;
}

/// The index of the record that ends the client's handshake: one of exactly a Finished's length, or
/// else the first that is long enough to hold one.
std::size_t find_finished(const std::vector<OpaqueRecord>& records, std::size_t begin,
                          std::uint16_t length) {
    constexpr std::size_t flight = 4;  // Certificate, CertificateVerify, Finished, one spare
    for (std::size_t i = begin; i < records.size() && i < begin + flight; ++i) {
        if (is_application(records[i]) && records[i].length == length) return i;
    }
    for (std::size_t i = begin; i < records.size(); ++i) {
        if (is_application(records[i]) && records[i].length >= tls::tls13_finished_sha256_length) {
            return i;
        }
    }
    return records.size();
}

}  // namespace

bool is_alert_sized(const OpaqueRecord& record, std::uint16_t cipher_suite) {
    const std::uint16_t length = cipher_suite == aes_128_ccm_8_sha256 ? tls::tls13_alert_length_ccm8
                                                                      : tls::tls13_alert_length;
    return is_application(record) && record.length == length;
}

Tls13View view_tls13(const Evidence& evidence) {
    Tls13View view;
    const std::uint16_t suite = evidence.server_hello ? evidence.server_hello->cipher_suite : 0;
    const auto& client = evidence.of_client().opaque_records;
    const auto& server = evidence.of_server().opaque_records;

    std::size_t begin = 0;
    while (begin < client.size() && client[begin].at < evidence.server_hello_at)
        ++begin;
    while (begin < client.size() && !is_application(client[begin]))
        ++begin;
    if (begin < client.size() && client[begin].length == tls::tls13_end_of_early_data_length) {
        ++begin;
    }
    if (begin < client.size()) {
        if (is_alert_sized(client[begin], suite)) view.client_alert_sized = client[begin].at;
        view.empty_certificate = client[begin].length == tls::tls13_empty_certificate_length;
    }

    const std::size_t finished = find_finished(client, begin, finished_length(suite));
    if (finished == client.size()) return view;
    view.client_alert_sized = {};
    view.client_finished = client[finished].at;
    view.client_flight_records = static_cast<std::uint32_t>(finished - begin + 1);
    for (std::size_t i = finished + 1; i < client.size() && !view.client_data.seen(); ++i) {
        if (!is_alert_sized(client[i], suite)) view.client_data = client[i].at;
    }
    const OpaqueRecord& client_last = evidence.of_client().last_record;
    const bool is_another = client_last.at > client[finished].at || client.size() > finished + 1;
    if (is_another && is_alert_sized(client_last, suite)) view.client_close = client_last.at;
    if (!view.client_data.seen() && client_last.at > client[finished].at &&
        !is_alert_sized(client_last, suite)) {
        view.client_data = client_last.at;
    }
    for (const OpaqueRecord& record : server) {
        if (!is_application(record)) continue;
        if (record.at <= view.client_finished) {
            view.server_flight_end = record.at;
        } else if (view.server_records_after_finished++ == 0 && is_alert_sized(record, suite)) {
            view.server_alert_sized = record.at;
        }
        if (view.client_data.seen() && record.at > view.client_data && !view.server_answer.seen() &&
            !is_alert_sized(record, suite)) {
            view.server_answer = record.at;
        }
    }
    const OpaqueRecord& last = evidence.of_server().last_record;
    if (!view.server_answer.seen() && view.client_data.seen() && last.at > view.client_data &&
        !is_alert_sized(last, suite)) {
        view.server_answer = last.at;
    }
    return view;
}

}  // namespace tlstriage::evidence
