#include "tls/names.h"

#include <gtest/gtest.h>

namespace tlstriage::tls {
namespace {

TEST(Names, CipherSuites) {
    EXPECT_EQ(cipher_suite_name(0x1301), "TLS_AES_128_GCM_SHA256");
    EXPECT_EQ(cipher_suite_name(0xc02f), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    EXPECT_EQ(cipher_suite_name(0x0000), "TLS_NULL_WITH_NULL_NULL");
    EXPECT_EQ(cipher_suite_name(0x0003), "TLS_RSA_EXPORT_WITH_RC4_40_MD5");
    EXPECT_EQ(cipher_suite_name(0x00ff), "TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
    EXPECT_EQ(cipher_suite_name(0x5600), "TLS_FALLBACK_SCSV");
    EXPECT_EQ(cipher_suite_name(0x00c6), "TLS_SM4_GCM_SM3");
    EXPECT_EQ(cipher_suite_name(0xc102), "TLS_GOSTR341112_256_WITH_28147_CNT_IMIT");
    EXPECT_EQ(cipher_suite_name(0xfefe), "SSL_RSA_FIPS_WITH_DES_CBC_SHA");
    EXPECT_EQ(cipher_suite_name(0xd005), "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256");
}

TEST(Names, UnassignedCodesAreHex) {
    EXPECT_EQ(cipher_suite_name(0xffff), "0xffff");
    EXPECT_EQ(cipher_suite_name(0x005a), "0x005a");
    EXPECT_EQ(group_name(0x0000), "0x0000");
    EXPECT_EQ(version_name(0x002c), "0x002c");
    EXPECT_EQ(alert_name(2), "alert_2");
    EXPECT_EQ(alert_name(255), "alert_255");
}

TEST(Names, Groups) {
    EXPECT_EQ(group_name(23), "secp256r1");
    EXPECT_EQ(group_name(29), "x25519");
    EXPECT_EQ(group_name(0x0100), "ffdhe2048");
    EXPECT_EQ(group_name(4588), "X25519MLKEM768");
    EXPECT_EQ(group_name(0x6399), "X25519Kyber768Draft00");
}

TEST(Names, Versions) {
    EXPECT_EQ(version_name(0x0002), "SSLv2");
    EXPECT_EQ(version_name(0x0300), "SSLv3");
    EXPECT_EQ(version_name(0x0301), "TLS1.0");
    EXPECT_EQ(version_name(0x0304), "TLS1.3");
    EXPECT_EQ(version_name(0x7f1c), "TLS1.3-draft28");
    EXPECT_EQ(version_name(0x7f10), "TLS1.3-draft16");
    EXPECT_EQ(version_name(0xfb1a), "TLS1.3-fb26");
    EXPECT_EQ(version_name(0x7e01), "TLS1.3-fb1");
}

TEST(Names, Tls13AndItsDrafts) {
    EXPECT_TRUE(is_tls13(0x0304));
    EXPECT_TRUE(is_tls13(0x7f12));
    EXPECT_TRUE(is_tls13(0xfb1a));
    EXPECT_TRUE(is_tls13(0x7e02));
    EXPECT_FALSE(is_tls13(0x0303));
    EXPECT_FALSE(is_tls13(0xfefd));
    EXPECT_FALSE(is_tls13(0x7a7a));
}

TEST(Names, AlertsGoBothWays) {
    EXPECT_EQ(alert_name(0), "close_notify");
    EXPECT_EQ(alert_name(40), "handshake_failure");
    EXPECT_EQ(alert_name(41), "no_certificate");
    EXPECT_EQ(alert_name(60), "export_restriction");
    EXPECT_EQ(alert_name(113), "bad_certificate_status_response");
    EXPECT_EQ(alert_name(120), "no_application_protocol");
    EXPECT_EQ(alert_name(121), "ech_required");
    for (unsigned code = 0; code < 256; ++code) {
        const std::string_view name = alert_name(static_cast<std::uint8_t>(code));
        if (name.starts_with("alert_")) continue;
        EXPECT_EQ(alert_code(name), code) << name;
    }
    EXPECT_FALSE(alert_code("alert_2"));
    EXPECT_FALSE(alert_code(""));
}

TEST(Names, KeyExchangeBySuite) {
    EXPECT_TRUE(uses_ecdhe(0xc02f));
    EXPECT_TRUE(uses_ecdhe(0xc018));   // TLS_ECDH_anon_WITH_AES_128_CBC_SHA
    EXPECT_TRUE(uses_ecdhe(0xe011));   // ECDHE_SM4_CBC_SM3
    EXPECT_FALSE(uses_ecdhe(0xc004));  // TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA
    EXPECT_FALSE(uses_ecdhe(0x1301));
    EXPECT_FALSE(uses_ecdhe(0x0033));
    EXPECT_TRUE(uses_dhe(0x0033));
    EXPECT_TRUE(uses_dhe(0x0018));   // TLS_DH_anon_WITH_RC4_128_MD5
    EXPECT_TRUE(uses_dhe(0xc0aa));   // TLS_PSK_DHE_WITH_AES_128_CCM_8
    EXPECT_FALSE(uses_dhe(0x0031));  // TLS_DH_RSA_WITH_AES_128_CBC_SHA
    EXPECT_FALSE(uses_dhe(0xc02f));
    EXPECT_FALSE(uses_dhe(0x002f));
    EXPECT_TRUE(uses_psk(0x008c));
    EXPECT_TRUE(uses_psk(0xc0aa));
    EXPECT_FALSE(uses_psk(0xc02f));
}

TEST(Names, Grease) {
    EXPECT_TRUE(is_grease(0x0a0a));
    EXPECT_TRUE(is_grease(0xfafa));
    EXPECT_FALSE(is_grease(0x0a1a));
    EXPECT_FALSE(is_grease(0x1301));
}

}  // namespace
}  // namespace tlstriage::tls
