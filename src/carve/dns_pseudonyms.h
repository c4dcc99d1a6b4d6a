// What is to be written instead of the names in a DNS message.
#pragma once

#include "carve/name_map.h"
#include "carve/stream_plan.h"

namespace tlstriage::carve {

/// Which names: those of addresses alone (in-addr.arpa, ip6.arpa), which hide no more than their
/// addresses do, or all.
enum class DnsNames : std::uint8_t { reverse, all };

/// With all names, texts are rewritten too, and records of kinds that are not known are blanked.
/// Client subnets are replaced either way; addresses in records are not found here.
std::vector<TextReplacement> dns_pseudonyms(Bytes message, DnsNames which, NameMap& names,
                                            AddressMap& addresses);

}  // namespace tlstriage::carve
