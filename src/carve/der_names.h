// Names, and what else a certificate could be looked up by, in DER.
#pragma once

#include "carve/name_map.h"

namespace tlstriage::carve {

/// Rewrites a certificate, a Name or an OCSP response where it is; no length changes. Texts become
/// pseudonyms, addresses those that stand for them. Serial numbers, keys, key identifiers,
/// signatures and signed time stamps become other bytes: of as many bits, equal ones equal. Object
/// identifiers, dates, flags and numbers of less than 4 bytes stay. What is no DER becomes zeros.
class DerNames {
  public:
    DerNames(NameMap& names, AddressMap& addresses) : names_(names), addresses_(addresses) {}

    void rewrite(std::span<std::uint8_t> der) { elements(der, 0); }

  private:
    void elements(std::span<std::uint8_t> der, unsigned depth);
    void primitive(std::uint8_t tag, std::span<std::uint8_t> content, unsigned depth);
    void bit_string(std::span<std::uint8_t> content, unsigned depth);
    void octet_string(std::span<std::uint8_t> content, unsigned depth);
    void of_context(std::uint8_t number, std::span<std::uint8_t> content);
    void number(std::span<std::uint8_t> content);
    void wide_text(std::span<std::uint8_t> content, std::size_t width);

    NameMap& names_;
    AddressMap& addresses_;
};

}  // namespace tlstriage::carve
