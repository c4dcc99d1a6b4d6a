// Where names, texts and client subnets stand in a DNS message.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace tlstriage::rewriting {

// A name of the message, compressed or not (RFC 1035 §4.1.4).
struct DnsName {
    std::string text;                  // its labels as they stand, dots between them
    std::vector<std::size_t> offsets;  // of each label's text in the message
};

// Told of each part in the order in which they stand; offsets count from the message's start.
class DnsParts {
  public:
    virtual ~DnsParts() = default;

    virtual void name(const DnsName& name) = 0;
    // Of TXT, SPF, HINFO, CAA and the like.
    virtual void text(std::size_t offset, std::size_t length) = 0;
    // The address of an EDNS client subnet (RFC 7871 §6), of which `length` bytes are there.
    virtual void subnet(std::size_t offset, std::size_t length, bool v6) = 0;
    // Of a kind that may hold names and is not known here, or behind what is malformed or cut.
    virtual void unknown(std::size_t offset, std::size_t length) = 0;
};

void walk_dns(Bytes message, DnsParts& parts);

}  // namespace tlstriage::rewriting
