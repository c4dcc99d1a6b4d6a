#include "tls/describe.h"

#include <algorithm>

#include "tls/names.h"

namespace tlstriage::tls {
namespace {

void append_item(std::string& list, std::string_view item) {
    if (!list.empty()) list += ' ';
    list += item;
}

std::string name_list(const std::vector<std::uint16_t>& codes,
                      std::string_view (*name)(std::uint16_t)) {
    std::string list;
    for (const std::uint16_t code : codes) {
        if (!is_grease(code)) append_item(list, name(code));
    }
    return list;
}

/// RFC 8701 §2: the reserved ALPN identifiers are two bytes with the same pattern.
bool is_grease_alpn(std::string_view name) {
    return name.size() == 2 && is_grease(load_big<std::uint16_t>(as_bytes(name).data()));
}

}  // namespace

std::string cipher_list(const ClientHello& hello) {
    return name_list(hello.cipher_suites, cipher_suite_name);
}

std::string group_list(const ClientHello& hello) {
    return name_list(hello.groups, group_name);
}

std::string version_list(const ClientHello& hello) {
    std::vector<std::uint16_t> versions = hello.supported_versions;
    std::erase_if(versions, is_grease);
    if (versions.empty()) return std::string(version_name(hello.legacy_version));
    std::ranges::sort(versions);
    versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
    return name_list(versions, version_name);
}

std::string alpn_list(const ClientHello& hello) {
    std::string list;
    for (const std::string& name : hello.alpn) {
        if (!is_grease_alpn(name)) append_item(list, name);
    }
    return list;
}

}  // namespace tlstriage::tls
