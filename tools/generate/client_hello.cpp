#include "client_hello.h"

#include <algorithm>

namespace tlstriage::generate {
namespace {

std::size_t grease_code(std::uint8_t byte) {
    return byte * std::size_t{0x0101};
}

class HelloWriter {
  public:
    HelloWriter(const ClientOffer& offer, Rng& rng)
        : offer_(offer), shape_(*offer.shape), rng_(rng) {}

    Bytes record() {
        out_.u8(record_type::handshake);
        out_.u16(shape_.record_version);
        out_.prefixed(2, [&] {
            message_start_ = out_.size();
            out_.u8(handshake_type::client_hello);
            out_.prefixed(3, [&] { body(); });
        });
        return out_.take();
    }

  private:
    void body() {
        out_.u16(std::min(shape_.highest_version, tls_version::tls12));
        out_.bytes(offer_.random);
        out_.prefixed(1, [&] { out_.bytes(offer_.session_id); });
        out_.prefixed(2, [&] {
            if (shape_.grease) out_.u16(grease_code(offer_.grease[0]));
            for (const auto suite : shape_.suites)
                out_.u16(suite);
        });
        out_.prefixed(1, [&] { out_.u8(0); });  // no compression
        out_.prefixed(2, [&] { extensions(); });
    }

    void extensions() {
        if (shape_.grease) write(grease_code(offer_.grease[2]), [] {});
        for (const auto type : shape_.extensions) {
            if (type == extension::server_name && offer_.server_name.empty()) continue;
            if (type == extension::alpn && offer_.application_protocols.empty()) continue;
            write(type, [&] { extension_body(type); });
        }
        if (shape_.grease) write(grease_code(offer_.grease[3]), [&] { out_.u8(0); });
        if (shape_.pads && offer_.psk_identity.empty()) pad();
        // Has to be the last one: RFC 8446 §4.2.11.
        if (!offer_.psk_identity.empty())
            write(extension::pre_shared_key, [&] { pre_shared_key(); });
    }

    template <typename Body>
    void write(std::size_t type, Body&& content) {
        out_.u16(type);
        out_.prefixed(2, content);
    }

    // RFC 7685 §4: hellos of 256 to 511 bytes hang some servers.
    void pad() {
        const std::size_t length = out_.size() - message_start_;
        if (length < 256 || length >= 512) return;
        write(extension::padding, [&] { out_.zeros(length < 508 ? 512 - length - 4 : 1); });
    }

    void extension_body(std::uint16_t type) {
        switch (type) {
            case extension::server_name:
                out_.prefixed(2, [&] {
                    out_.u8(0);  // host_name
                    out_.prefixed(2, [&] { out_.text(offer_.server_name); });
                });
                break;
            case extension::status_request:
                out_.u8(1);  // ocsp
                out_.u32(0);
                break;
            case extension::supported_groups:
                out_.prefixed(2, [&] {
                    if (shape_.grease) out_.u16(grease_code(offer_.grease[1]));
                    for (const auto code : shape_.groups)
                        out_.u16(code);
                });
                break;
            case extension::ec_point_formats: out_.prefixed(1, [&] { out_.u8(0); }); break;
            case extension::signature_algorithms: algorithms(shape_.signature_algorithms); break;
            case extension::delegated_credential:
                algorithms({0x0403, 0x0503, 0x0603, 0x0203});
                break;
            case extension::alpn:
                out_.prefixed(2, [&] {
                    for (const auto& protocol : offer_.application_protocols) {
                        out_.prefixed(1, [&] { out_.text(protocol); });
                    }
                });
                break;
            case extension::session_ticket: out_.bytes(offer_.session_ticket); break;
            case extension::renegotiation_info: out_.u8(0); break;
            case extension::record_size_limit: out_.u16(0x4001); break;
            case extension::compress_certificate: out_.prefixed(1, [&] { out_.u16(2); }); break;
            case extension::application_settings:
                out_.prefixed(2, [&] { out_.prefixed(1, [&] { out_.text("h2"); }); });
                break;
            case extension::psk_key_exchange_modes: out_.prefixed(1, [&] { out_.u8(1); }); break;
            case extension::supported_versions:
                out_.prefixed(1, [&] {
                    if (shape_.grease) out_.u16(grease_code(offer_.grease[0]));
                    out_.u16(tls_version::tls13);
                    out_.u16(tls_version::tls12);
                });
                break;
            case extension::key_share: key_shares(); break;
            default: break;  // the empty ones
        }
    }

    void algorithms(const std::vector<std::uint16_t>& list) {
        out_.prefixed(2, [&] {
            for (const auto algorithm : list)
                out_.u16(algorithm);
        });
    }

    void key_shares() {
        out_.prefixed(2, [&] {
            if (shape_.grease) {
                out_.u16(grease_code(offer_.grease[1]));
                out_.prefixed(2, [&] { out_.u8(0); });
            }
            for (const auto code : offer_.key_shares) {
                out_.u16(code);
                out_.prefixed(2, [&] { write_public_value(out_, code, false, rng_); });
            }
        });
    }

    void pre_shared_key() {
        out_.prefixed(2, [&] {
            out_.prefixed(2, [&] { out_.bytes(offer_.psk_identity); });
            out_.random(rng_, 4);  // obfuscated_ticket_age
        });
        out_.prefixed(2, [&] {
            out_.prefixed(1, [&] { out_.random(rng_, offer_.psk_suite->hash_length); });
        });
    }

    const ClientOffer& offer_;
    const ClientShape& shape_;
    Rng& rng_;
    ByteWriter out_;
    std::size_t message_start_ = 0;
};

}  // namespace

void write_public_value(ByteWriter& writer, std::uint16_t group, bool from_server, Rng& rng) {
    switch (group) {
        case group::x25519: writer.random(rng, 32); break;
        case group::secp256r1:
        case group::secp384r1:
            writer.u8(4);  // uncompressed point: RFC 8446 §4.2.8.2
            writer.random(rng, group == group::secp256r1 ? 64 : 96);
            break;
        default:  // X25519MLKEM768: encapsulation key or ciphertext, then the X25519 share
            writer.random(rng, from_server ? 1088 + 32 : 1184 + 32);
            break;
    }
}

ClientOffer draw_offer(const ClientShape& shape, const std::string& server_name, Rng& rng) {
    ClientOffer offer;
    offer.shape = &shape;
    offer.server_name = server_name;
    if (shape.http_alpn) offer.application_protocols = {"h2", "http/1.1"};
    rng.fill(offer.random);
    if (shape.compatibility_session) {
        offer.session_id.resize(32);
        rng.fill(offer.session_id);
    }
    offer.key_shares = shape.key_shares;
    for (auto& byte : offer.grease)
        byte = static_cast<std::uint8_t>(rng.below(16) * 16 + 10);
    // Two extensions of one type are an error: RFC 8446 §4.2.
    if (offer.grease[3] == offer.grease[2]) offer.grease[3] ^= 0x10;
    return offer;
}

Bytes client_hello_record(const ClientOffer& offer, Rng& rng) {
    return HelloWriter(offer, rng).record();
}

}  // namespace tlstriage::generate
