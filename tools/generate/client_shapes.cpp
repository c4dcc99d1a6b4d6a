#include "client_shapes.h"

#include "tls_names.h"

namespace tlstriage::generate {
namespace {

using namespace extension;
using namespace tls_version;

// As a browser of the Chromium family sends it; `first_group` leads groups and shares.
ClientShape chromium(std::string_view name, bool post_quantum) {
    ClientShape shape{name,
                      tls13,
                      tls10,
                      true,
                      true,
                      !post_quantum,
                      true,
                      {0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8,
                       0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
                      {group::x25519, group::secp256r1, group::secp384r1},
                      {group::x25519},
                      {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601},
                      {server_name, extended_master_secret, renegotiation_info, supported_groups,
                       ec_point_formats, session_ticket, alpn, status_request, signature_algorithms,
                       signed_certificate_timestamp, key_share, psk_key_exchange_modes,
                       supported_versions, compress_certificate, application_settings}};
    if (post_quantum) {
        shape.groups.insert(shape.groups.begin(), group::x25519_mlkem768);
        shape.key_shares.insert(shape.key_shares.begin(), group::x25519_mlkem768);
    }
    return shape;
}

ClientShape firefox() {
    return {
        "firefox",
        tls13,
        tls10,
        false,
        true,
        true,
        true,
        {0x1301, 0x1303, 0x1302, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030, 0xc00a, 0xc009,
         0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
        {group::x25519, group::secp256r1, group::secp384r1, 25, 256, 257},
        {group::x25519, group::secp256r1},
        {0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201},
        {server_name, extended_master_secret, renegotiation_info, supported_groups,
         ec_point_formats, session_ticket, alpn, status_request, delegated_credential, key_share,
         supported_versions, signature_algorithms, psk_key_exchange_modes, record_size_limit}};
}

ClientShape openssl3() {
    return {"openssl3",
            tls13,
            tls10,
            false,
            true,
            false,
            true,
            {0x1302, 0x1303, 0x1301, 0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa,
             0xc02b, 0xc02f, 0x009e, 0xc024, 0xc028, 0x006b, 0xc023, 0xc027, 0x0067,
             0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f, 0x00ff},
            {group::x25519, group::secp256r1, 30, 25, group::secp384r1, 256, 257, 258, 259, 260},
            {group::x25519},
            {0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0804, 0x0805,
             0x0806, 0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0302, 0x0402, 0x0502, 0x0602},
            {server_name, ec_point_formats, supported_groups, session_ticket, alpn,
             encrypt_then_mac, extended_master_secret, signature_algorithms, supported_versions,
             psk_key_exchange_modes, key_share}};
}

ClientShape go() {
    return {"go",
            tls13,
            tls10,
            false,
            true,
            false,
            true,
            {0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc009, 0xc013, 0xc00a, 0xc014, 0x1301,
             0x1302, 0x1303},
            {group::x25519, group::secp256r1, group::secp384r1, 25},
            {group::x25519},
            {0x0804, 0x0403, 0x0807, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0503, 0x0603},
            {server_name, status_request, supported_groups, ec_point_formats, signature_algorithms,
             renegotiation_info, extended_master_secret, alpn, signed_certificate_timestamp,
             supported_versions, key_share, session_ticket, psk_key_exchange_modes}};
}

ClientShape java11() {
    return {
        "java11",
        tls13,
        tls12,
        false,
        true,
        false,
        false,
        {0x1302, 0x1301, 0x1303, 0xc02c, 0xc02b, 0xcca9, 0xc030, 0xcca8, 0xc02f, 0x009f, 0x009e,
         0xc024, 0xc028, 0xc023, 0xc027, 0x006b, 0x0067, 0xc00a, 0xc014, 0xc009, 0xc013, 0x00ff},
        {group::x25519, group::secp256r1, group::secp384r1, 25, 30, 256, 257},
        {group::x25519, group::secp256r1},
        {0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601,
         0x0303, 0x0203, 0x0201},
        {server_name, status_request, supported_groups, ec_point_formats, signature_algorithms,
         extended_master_secret, supported_versions, psk_key_exchange_modes, key_share,
         session_ticket}};
}

ClientShape java8() {
    return {"java8",
            tls12,
            tls12,
            false,
            false,
            false,
            false,
            {0xc024, 0xc028, 0xc023, 0xc027, 0xc00a, 0xc014, 0xc009, 0xc013, 0xc02c, 0xc02b, 0xc030,
             0xc02f, 0x009d, 0x009c, 0x0035, 0x002f, 0x00ff},
            {group::secp256r1, group::secp384r1, 25},
            {},
            {0x0603, 0x0601, 0x0503, 0x0501, 0x0403, 0x0401, 0x0203, 0x0201},
            {server_name, supported_groups, ec_point_formats, signature_algorithms,
             extended_master_secret, session_ticket}};
}

ClientShape openssl102() {
    return {"openssl1.0.2",
            tls12,
            tls10,
            false,
            false,
            false,
            true,
            {0xc030, 0xc02c, 0xc028, 0xc024, 0xc014, 0xc00a, 0x009f, 0x006b,
             0x0039, 0xc02f, 0xc02b, 0xc027, 0xc023, 0xc013, 0xc009, 0x009e,
             0x0067, 0x0033, 0x009d, 0x009c, 0x0035, 0x002f, 0x00ff},
            {group::secp256r1, group::secp384r1, 25, 22},
            {},
            {0x0601, 0x0602, 0x0603, 0x0501, 0x0502, 0x0503, 0x0401, 0x0402, 0x0403, 0x0301, 0x0303,
             0x0201, 0x0203},
            {server_name, ec_point_formats, supported_groups, session_ticket, signature_algorithms,
             alpn}};
}

}  // namespace

const std::vector<ClientShape>& current_clients() {
    static const std::vector<ClientShape> shapes{
        chromium("chromium", false), firefox(), openssl3(), go(), java11(), openssl102(), java8()};
    return shapes;
}

const ClientShape& post_quantum_client() {
    static const ClientShape shape = chromium("chromium-mlkem", true);
    return shape;
}

const ClientShape& tls10_client() {
    static const ClientShape shape{
        "tls1.0",
        tls10,
        tls10,
        false,
        false,
        false,
        false,
        {0xc00a, 0xc014, 0x0035, 0xc009, 0xc013, 0x002f, 0x000a, 0x0005, 0x00ff},
        {group::secp256r1, group::secp384r1},
        {},
        {},
        {server_name, ec_point_formats, supported_groups, session_ticket}};
    return shape;
}

const ClientShape& rsa_only_client() {
    static const ClientShape shape{"rsa-only",
                                   tls12,
                                   tls10,
                                   false,
                                   false,
                                   false,
                                   false,
                                   {0x009d, 0x009c, 0x003d, 0x0035, 0x003c, 0x002f, 0x000a, 0x00ff},
                                   {},
                                   {},
                                   {0x0601, 0x0501, 0x0401, 0x0201},
                                   {server_name, session_ticket, signature_algorithms}};
    return shape;
}

}  // namespace tlstriage::generate
