#include "tls_names.h"

#include <algorithm>
#include <stdexcept>

namespace tlstriage::generate {

std::string_view alert_name(std::uint8_t description) {
    switch (description) {
        case alert::close_notify: return "close_notify";
        case alert::handshake_failure: return "handshake_failure";
        case alert::bad_certificate: return "bad_certificate";
        case alert::certificate_expired: return "certificate_expired";
        case alert::certificate_unknown: return "certificate_unknown";
        case alert::unknown_ca: return "unknown_ca";
        case alert::decrypt_error: return "decrypt_error";
        case alert::protocol_version: return "protocol_version";
        case alert::internal_error: return "internal_error";
        case alert::unrecognized_name: return "unrecognized_name";
        case alert::no_application_protocol: return "no_application_protocol";
        default: throw std::logic_error("an alert without a name");
    }
}

const CipherSuite& find_suite(std::uint16_t code) {
    const auto found =
        std::find_if(cipher_suites.begin(), cipher_suites.end(),
                     [code](const CipherSuite& suite) { return suite.code == code; });
    if (found == cipher_suites.end()) throw std::logic_error("an unknown cipher suite");
    return *found;
}

std::uint32_t sealed_length(const CipherSuite& suite, std::uint32_t plaintext) {
    switch (suite.kind) {
        case CipherSuite::Kind::tls13: return plaintext + 1 + 16;  // type, tag: RFC 8446 §5.2
        case CipherSuite::Kind::gcm12: return 8 + plaintext + 16;  // nonce, tag: RFC 5288 §3
        case CipherSuite::Kind::chacha12: return plaintext + 16;   // tag: RFC 7905 §2
        case CipherSuite::Kind::cbc_sha12: break;
    }
    // IV, then content, MAC, padding and its length byte in whole blocks: RFC 5246 §6.2.3.2.
    return 16 + (plaintext + 20 + 1 + 15) / 16 * 16;
}

}  // namespace tlstriage::generate
