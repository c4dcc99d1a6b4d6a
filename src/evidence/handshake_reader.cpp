// StreamReader's half that reads TLS: what records and messages leave in the evidence.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "evidence/stream_reader.h"
#include "evidence/tls13.h"
#include "tls/names.h"

namespace tlstriage::evidence {
namespace {

bool is_tls13(const Evidence& evidence) {
    return evidence.server_hello && tls::is_tls13(evidence.server_hello->version);
}

std::uint64_t hash_of(Bytes session_id) {
    return session_id.empty() ? 0 : XXH3_64bits(session_id.data(), session_id.size()) | 1U;
}

/// Where nobody answers, a side that has sent this many records of data is past its handshake.
constexpr std::uint32_t records_of_one_side = 256;

bool data_went_both_ways(const Evidence& evidence) {
    const SideEvidence& client = evidence.of_client();
    const SideEvidence& server = evidence.of_server();
    if (std::max(client.application_records, server.application_records) > records_of_one_side) {
        return true;
    }
    if (!client.application_data.seen() || !server.application_data.seen()) return false;
    return !is_tls13(evidence) || view_tls13(evidence).server_answer.seen();
}

}  // namespace

bool StreamReader::expects_clear_handshake() const {
    return !own().change_cipher_spec.seen() || evidence_.hello_retry || is_tls13(evidence_);
}

void StreamReader::on_handshake(tls::HandshakeType type, Bytes body, bool whole, Moment at) {
    if (!own().first_record.seen()) own().first_record = at;
    switch (type) {
        case tls::HandshakeType::client_hello: {
            tls::ClientHello& hello = collector_.hello_;
            const bool good = tls::parse_client_hello(body, hello);
            read_client_hello(hello, whole && good, at);
            break;
        }
        case tls::HandshakeType::server_hello: read_server_hello(body, whole, at); break;
        case tls::HandshakeType::certificate: read_certificate(body, whole, at); break;
        case tls::HandshakeType::server_key_exchange:
            if (evidence_.server_hello) {
                ServerHelloEvidence& hello = *evidence_.server_hello;
                const auto exchange =
                    tls::parse_server_key_exchange(body, hello.cipher_suite, hello.version);
                if (exchange.named_group) hello.group = exchange.named_group;
                hello.dh_prime_bits = exchange.dh_prime_bits;
                hello.signature_algorithm = exchange.signature_algorithm.value_or(0);
            }
            break;
        case tls::HandshakeType::certificate_request:
            evidence_.certificate_request = at;
            if (whole) conversation_.certificate_request.assign(body.begin(), body.end());
            evidence_.add(EventKind::certificate_request, side(), at);
            break;
        case tls::HandshakeType::server_hello_done:
            evidence_.server_hello_done = at;
            evidence_.add(EventKind::server_hello_done, side(), at);
            break;
        case tls::HandshakeType::client_key_exchange:
            evidence_.client_key_exchange = at;
            evidence_.add(EventKind::client_key_exchange, side(), at);
            break;
        case tls::HandshakeType::finished:
            own().finished = at;
            evidence_.add(EventKind::finished, side(), at);
            break;
        default: break;
    }
}

void StreamReader::on_ssl2_hello(Bytes message, bool whole, Moment at) {
    if (!own().first_record.seen()) own().first_record = at;
    tls::ClientHello& hello = collector_.hello_;
    const bool good = tls::parse_ssl2_client_hello(message, hello);
    evidence_.ssl2_hello = true;
    read_client_hello(hello, whole && good, at);
}

void StreamReader::read_client_hello(tls::ClientHello& hello, bool whole, Moment at) {
    if (side() == Side::server) {
        if (evidence_.client_certain) return;  // the TCP server began TLS: not a handshake we judge
        evidence_.swap_sides();
    }
    evidence_.client_certain = true;
    if (evidence_.client_hellos++ == 0) evidence_.first_client_hello = at;
    evidence_.client_hello_at = at;
    own().hello_end = direction().stream.next();
    evidence_.add(EventKind::client_hello, Side::client, at);
    evidence_.client_hello = ClientHelloEvidence{
        .shape = collector_.shapes_.shape(hello),
        .server_name = std::move(hello.server_name),
        .session_id_hash = hash_of(hello.session_id),
        .session_ticket = hello.session_ticket,
        .pre_shared_key = hello.pre_shared_key,
        .early_data = hello.early_data,
        .whole = whole,
    };
}

void StreamReader::read_server_hello(Bytes body, bool whole, Moment at) {
    if (side() == Side::client) {
        if (evidence_.client_certain) return;
        evidence_.swap_sides();
    }
    tls::ServerHello hello;
    const bool good = tls::parse_server_hello(body, hello);
    if (hello.legacy_version == 0) return;
    if (hello.hello_retry_request) {
        evidence_.hello_retry = true;
        evidence_.add(EventKind::hello_retry_request, Side::server, at);
        return;
    }
    const auto& offered = evidence_.client_hello;
    const bool echoed = offered && offered->session_id_hash != 0 &&
                        offered->session_id_hash == hash_of(hello.session_id);
    evidence_.server_hello = ServerHelloEvidence{
        .version = hello.version(),
        .cipher_suite = hello.cipher_suite,
        .group = hello.key_share_group,
        .dh_prime_bits = {},
        .signature_algorithm = 0,
        .alpn = hello.alpn.value_or(""),
        // A hello that was there to its suite but is malformed behind it still tells those.
        .whole = whole && (good || hello.cipher_suite != 0),
        .session_id_echoed = echoed,
        .pre_shared_key = hello.pre_shared_key,
        .renegotiation_info = hello.renegotiation_info,
    };
    evidence_.server_hello_at = at;
    evidence_.steps_at_server_hello = evidence_.of_server().acknowledgement_steps;
    evidence_.add(EventKind::server_hello, Side::server, at);
}

void StreamReader::read_certificate(Bytes body, bool whole, Moment at) {
    std::vector<Bytes>& ders = collector_.ders_;
    const bool good = tls::parse_certificates(body, ders);
    if (ders.empty() && !(whole && good)) return;
    SideEvidence& s = own();
    const bool of_client = side() == Side::client;
    s.chain =
        collector_.chains_.chain(ders, of_client ? tls::Role::client : tls::Role::server).get();
    if (whole) s.certificate = at;
    if (of_client && !ders.empty()) note_authority(*s.chain);
    evidence_.add(ders.empty() ? EventKind::empty_certificate : EventKind::certificate, side(), at);
}

void StreamReader::note_authority(const tls::Chain& chain) {
    if (conversation_.certificate_request.empty() || !evidence_.server_hello) return;
    std::vector<Bytes> authorities;
    const bool good = tls::parse_certificate_request(conversation_.certificate_request,
                                                     evidence_.server_hello->version, authorities);
    if (!good || authorities.empty()) return;
    evidence_.client_authority =
        tls::is_issued_by(chain, authorities) ? Authority::listed : Authority::unlisted;
}

void StreamReader::on_alert(std::uint8_t level, std::uint8_t description, Moment at) {
    if (!own().first_record.seen()) own().first_record = at;
    if (evidence_.alerts.size() < max_alerts) {
        evidence_.alerts.push_back({side(), level, description, at, data_went_both_ways(evidence_),
                                    direction().stream.next()});
    }
    evidence_.add(EventKind::alert, side(), at,
                  static_cast<std::uint16_t>(level << 8U | description));
}

void StreamReader::on_record(const tls::RecordHeader& header, Moment at) {
    SideEvidence& s = own();
    if (!s.first_record.seen()) s.first_record = at;
    switch (header.type) {
        case tls::ContentType::change_cipher_spec:
            if (s.change_cipher_spec.seen()) break;
            s.change_cipher_spec = at;
            evidence_.add(EventKind::change_cipher_spec, side(), at);
            break;
        case tls::ContentType::handshake:
            s.last_record = {header.type, header.length, at};
            if (s.finished.seen() || !s.change_cipher_spec.seen()) break;
            s.finished = at;
            evidence_.add(EventKind::finished, side(), at);
            break;
        case tls::ContentType::alert:
            if (!s.encrypted_alert.seen()) s.encrypted_alert = at;
            s.last_encrypted_alert = at;
            s.last_record = {header.type, header.length, at};
            evidence_.add(EventKind::encrypted_alert, side(), at);
            break;
        case tls::ContentType::application_data: note_application_record(header, at); break;
        case tls::ContentType::heartbeat: break;
    }
}

void StreamReader::note_application_record(const tls::RecordHeader& header, Moment at) {
    SideEvidence& s = own();
    ++s.application_records;
    s.last_record = {header.type, header.length, at};
    // Their sizes tell something in TLS 1.3 only.
    if ((!evidence_.server_hello || is_tls13(evidence_)) &&
        s.opaque_records.size() < max_opaque_records) {
        s.opaque_records.push_back(s.last_record);
    }
    if (!s.application_data.seen()) {
        s.application_data = at;
        evidence_.add(EventKind::application_data, side(), at);
    }
    if (!evidence_.settled.seen() && data_went_both_ways(evidence_)) evidence_.settled = at;
}

}  // namespace tlstriage::evidence
