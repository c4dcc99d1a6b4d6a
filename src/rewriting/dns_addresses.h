// Where addresses stand in a DNS message.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"

namespace tlstriage::rewriting {

struct DnsAddress {
    std::size_t offset = 0;  // from the start of the message
    bool v6 = false;
};

// Of A and AAAA records (RFC 1035 §3.4.1, RFC 3596 §2.2) and of the hints of SVCB and HTTPS records
// (RFC 9460 §7.3), in all sections. A message that is cut or malformed yields what comes before.
std::vector<DnsAddress> dns_addresses(Bytes message);

// The same in the rest of a message whose beginning is elsewhere: of A and AAAA records that name
// their owner by a pointer, and of the record that the rest begins in.
std::vector<DnsAddress> dns_addresses_of_rest(Bytes rest);

}  // namespace tlstriage::rewriting
