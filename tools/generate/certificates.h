// Certificate chains made once at start: real DER, real signatures, faults that are really there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "byte_writer.h"
#include "ecdsa.h"
#include "random.h"

namespace tlstriage::generate {

enum class CertificateFault {
    none,
    expired,
    not_yet_valid,
    name_mismatch,
    unknown_ca,
    self_signed,
    incomplete_chain,
};

struct Chain {
    std::vector<Bytes> certificates;  // DER, in the order a server sends them, leaf first
    std::string serial;               // of the leaf, lower-case hex
};

class CertificateMaker {
  public:
    // `now`: seconds since 1970 that the validity periods are laid around.
    CertificateMaker(Rng& rng, std::int64_t now);

    // A chain for the DNS name `name`. unknown_ca: complete up to a root of its own that
    // roots_pem() does not hold; incomplete_chain: the leaf alone; name_mismatch: names another
    // host.
    Chain issue(const std::string& name, CertificateFault fault);

    // The roots that healthy chains lead to.
    const std::string& roots_pem() const { return roots_pem_; }

  private:
    struct Authority {
        std::string name;
        EcKey key;
        Bytes certificate;
    };
    struct Request;

    Bytes sign(const Request& request);
    Authority make_root(const std::string& name);
    Authority make_intermediate(const std::string& name, const Authority& root);
    Bytes make_leaf(const std::string& name, const std::string& serial, const Authority& issuer,
                    CertificateFault fault);
    std::string draw_serial();

    Rng& rng_;
    std::int64_t now_;
    int unknown_roots_ = 0;
    std::vector<Authority> intermediates_;
    std::string roots_pem_;
};

}  // namespace tlstriage::generate
