#include "tls/trust_store.h"

#include <openssl/pem.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "tls/openssl_handles.h"

namespace tlstriage::tls {
namespace {

struct FreeStack {
    void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using StackHandle = std::unique_ptr<STACK_OF(X509), FreeStack>;

BioHandle open_file(const std::string& path) {
    BioHandle file(BIO_new_file(path.c_str(), "rb"));
    if (!file) throw std::runtime_error(path + ": cannot be read");
    return file;
}

/// Certificates of a PEM file into the store; how many there were.
int add_file(X509_STORE* store, const std::string& path) {
    const BioHandle file = open_file(path);
    int count = 0;
    while (const X509Handle certificate{
        PEM_read_bio_X509_AUX(file.get(), nullptr, nullptr, nullptr)}) {
        X509_STORE_add_cert(store, certificate.get());  // one that is there already is no fault
        ++count;
    }
    return count;
}

StoreHandle load_authorities(const std::string& authorities) {
    StoreHandle store(X509_STORE_new());
    if (!store) throw std::bad_alloc();
    if (authorities == "system") {
        if (X509_STORE_set_default_paths(store.get()) != 1) {
            throw std::runtime_error("this machine has no certificate store of its own");
        }
        return store;
    }
    int count = 0;
    if (std::filesystem::is_directory(authorities)) {
        for (const auto& entry : std::filesystem::directory_iterator(authorities)) {
            if (entry.is_regular_file()) count += add_file(store.get(), entry.path().string());
        }
    } else {
        count = add_file(store.get(), authorities);
    }
    if (count == 0) throw std::runtime_error(authorities + ": no certificate in PEM in it");
    return store;
}

std::vector<RevocationListHandle> load_lists(const std::string& path) {
    std::vector<RevocationListHandle> lists;
    const BioHandle file = open_file(path);
    while (
        RevocationListHandle list{PEM_read_bio_X509_CRL(file.get(), nullptr, nullptr, nullptr)}) {
        lists.push_back(std::move(list));
    }
    if (lists.empty()) {
        const BioHandle again = open_file(path);
        RevocationListHandle list(d2i_X509_CRL_bio(again.get(), nullptr));
        if (!list) throw std::runtime_error(path + ": no revocation list in it");
        lists.push_back(std::move(list));
    }
    return lists;
}

/// The path's own times, so that a root or an intermediate that has run out is found as well.
void note_times(X509_STORE_CTX* context, TrustStore::Answer& answer) {
    const STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(context);
    for (int i = 0; i < sk_X509_num(path); ++i) {
        const X509* certificate = sk_X509_value(path, i);
        answer.not_before = std::max(answer.not_before,
                                     to_time(X509_get0_notBefore(certificate), answer.not_before));
        answer.not_after =
            std::min(answer.not_after, to_time(X509_get0_notAfter(certificate), answer.not_after));
    }
}

}  // namespace

struct TrustStore::Contents {
    StoreHandle store;  ///< null: paths are not checked
    std::vector<RevocationListHandle> lists;

    [[nodiscard]] bool is_revoked(X509* certificate) const {
        return std::ranges::any_of(lists, [&](const RevocationListHandle& list) {
            X509_REVOKED* entry = nullptr;
            const bool same_issuer = X509_NAME_cmp(X509_CRL_get_issuer(list.get()),
                                                   X509_get_issuer_name(certificate)) == 0;
            constexpr int revoked = 1;  // 2 is "removed from the list again"
            return same_issuer && X509_CRL_get0_by_cert(list.get(), &entry, certificate) == revoked;
        });
    }
};

TrustStore::TrustStore(const std::string& authorities,
                       const std::vector<std::string>& revocation_lists)
    : contents_(std::make_unique<Contents>()) {
    const ErrorsCleared errors_cleared;
    if (!authorities.empty()) contents_->store = load_authorities(authorities);
    for (const std::string& path : revocation_lists) {
        for (RevocationListHandle& list : load_lists(path))
            contents_->lists.push_back(std::move(list));
    }
}

TrustStore::~TrustStore() = default;

TrustStore::Answer TrustStore::check(const std::vector<Bytes>& ders, bool of_client) const {
    const ErrorsCleared errors_cleared;
    Answer answer;
    std::vector<X509Handle> certificates;
    certificates.reserve(ders.size());
    for (const Bytes der : ders)
        certificates.push_back(decode_certificate(der));
    if (certificates.empty() || !certificates.front()) return answer;
    const StackHandle others(sk_X509_new_null());
    for (const X509Handle& certificate : certificates) {
        if (!certificate) continue;
        answer.revoked |= contents_->is_revoked(certificate.get());
        sk_X509_push(others.get(), certificate.get());
    }
    if (!contents_->store) return answer;
    const StoreContextHandle context(X509_STORE_CTX_new());
    if (!context || X509_STORE_CTX_init(context.get(), contents_->store.get(),
                                        certificates.front().get(), others.get()) != 1) {
        return answer;
    }
    X509_STORE_CTX_set_default(context.get(), of_client ? "ssl_client" : "ssl_server");
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context.get()),
                                X509_V_FLAG_NO_CHECK_TIME);
    answer.checked = true;
    answer.trusted = X509_verify_cert(context.get()) == 1;
    if (answer.trusted) note_times(context.get(), answer);
    return answer;
}

}  // namespace tlstriage::tls
