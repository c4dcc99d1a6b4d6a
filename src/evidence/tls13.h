// TLS 1.3 read from record sizes, without keys (verdicts.md §4.4, §6).
#pragma once

#include "evidence/evidence.h"

namespace tlstriage::evidence {

/// What the sizes of the client's encrypted records say of its part of the handshake.
struct Tls13View {
    Moment client_finished;    ///< the record that can hold the client's Finished
    Moment client_data;        ///< the client's first record behind it
    Moment server_answer;      ///< server's record after client_data, not of an alert's size
    Moment server_flight_end;  ///< server's last encrypted record before client_finished
    std::uint32_t server_records_after_finished = 0;
    Moment server_alert_sized;  ///< the first of those, when it is of an alert's size
    Moment client_alert_sized;  ///< in handshake position: an alert's size, no Finished
    Moment client_close;  ///< its last record, when it follows the Finished and is alert-sized
    std::uint32_t client_flight_records =
        0;                           ///< up to its Finished: more than one with a certificate
    bool empty_certificate = false;  ///< the client's flight began with an empty Certificate
};

/// Reads the sizes. Precondition: the version is TLS 1.3. Early data (records before ServerHello)
/// and EndOfEarlyData are passed over.
Tls13View view_tls13(const Evidence& evidence);

/// A TLS 1.3 record body of an encrypted alert's length.
bool is_alert_sized(const OpaqueRecord& record, std::uint16_t cipher_suite);

}  // namespace tlstriage::evidence
