#include "carve/dns_pseudonyms.h"

#include <algorithm>

#include "rewriting/dns_names.h"

namespace tlstriage::carve {
namespace {

bool is_reverse(std::string_view name) {
    const auto ends_in = [&](std::string_view end) {
        return name.size() > end.size() &&
               std::ranges::equal(name.substr(name.size() - end.size()), end, {}, [](char c) {
                   return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
               });
    };
    return ends_in(".in-addr.arpa") || ends_in(".ip6.arpa");
}

class Pseudonyms : public rewriting::DnsParts {
  public:
    Pseudonyms(Bytes message, DnsNames which, NameMap& names, AddressMap& addresses)
        : message_(message), which_(which), names_(names), addresses_(addresses) {}

    void name(const rewriting::DnsName& name) override {
        if (which_ == DnsNames::reverse && !is_reverse(name.text)) return;
        const std::string other = names_.host_of(name.text);
        std::size_t begin = 0;
        for (const std::size_t offset : name.offsets) {
            const std::size_t length = message_[offset - 1];
            put(offset, other.substr(begin, length));
            begin += length + 1;
        }
    }

    void text(std::size_t offset, std::size_t length) override {
        if (which_ == DnsNames::reverse) return;
        std::string other(as_text(message_.subspan(offset, length)));
        names_.text(other);
        put(offset, other);
    }

    void subnet(std::size_t offset, std::size_t length, bool v6) override {
        std::array<std::uint8_t, 16> whole{};
        std::ranges::copy(message_.subspan(offset, length), whole.begin());
        const IpAddress other =
            addresses_.map(v6 ? IpAddress::v6(whole.data()) : IpAddress::v4(whole.data()));
        put(offset, as_text(Bytes(other.bytes).subspan(v6 ? 0 : 12, length)));
    }

    void unknown(std::size_t offset, std::size_t length) override {
        if (which_ == DnsNames::reverse) return;
        found.push_back({offset, std::vector<std::uint8_t>(length)});
    }

    std::vector<TextReplacement> found;

  private:
    void put(std::size_t offset, std::string_view text) {
        const Bytes bytes = as_bytes(text);
        found.push_back({offset, {bytes.begin(), bytes.end()}});
    }

    Bytes message_;
    DnsNames which_;
    NameMap& names_;
    AddressMap& addresses_;
};

}  // namespace

std::vector<TextReplacement> dns_pseudonyms(Bytes message, DnsNames which, NameMap& names,
                                            AddressMap& addresses) {
    Pseudonyms pseudonyms(message, which, names, addresses);
    rewriting::walk_dns(message, pseudonyms);
    return std::move(pseudonyms.found);
}

}  // namespace tlstriage::carve
