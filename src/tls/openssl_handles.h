// OpenSSL's objects as owned values. Inside this folder only.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/bytes.h"
#include "base/time.h"

namespace tlstriage::tls {

template <auto Free>
struct FreeWith {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};
using X509Handle = std::unique_ptr<X509, FreeWith<X509_free>>;
using NameHandle = std::unique_ptr<X509_NAME, FreeWith<X509_NAME_free>>;
using BioHandle = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using GeneralNamesHandle = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using BasicConstraintsHandle = std::unique_ptr<BASIC_CONSTRAINTS, FreeWith<BASIC_CONSTRAINTS_free>>;
using BitStringHandle = std::unique_ptr<ASN1_BIT_STRING, FreeWith<ASN1_BIT_STRING_free>>;
using KeyPurposesHandle = std::unique_ptr<EXTENDED_KEY_USAGE, FreeWith<EXTENDED_KEY_USAGE_free>>;
using StoreHandle = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using StoreContextHandle = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;
using RevocationListHandle = std::unique_ptr<X509_CRL, FreeWith<X509_CRL_free>>;

/// OpenSSL queues an error for each thing that is wrong with a certificate; nobody here reads them.
struct ErrorsCleared {
    ErrorsCleared() = default;
    ~ErrorsCleared() { ERR_clear_error(); }
    ErrorsCleared(const ErrorsCleared&) = delete;
    ErrorsCleared& operator=(const ErrorsCleared&) = delete;
};

/// Null when the DER is no certificate, or more than one.
X509Handle decode_certificate(Bytes der);

/// Clamped to what Nanoseconds can hold (1677 to 2262); `if_unreadable` when the text is no time,
/// so that it can't make a finding.
Nanoseconds to_time(const ASN1_TIME* time, Nanoseconds if_unreadable);

}  // namespace tlstriage::tls
