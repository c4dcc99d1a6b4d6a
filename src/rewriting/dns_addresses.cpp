#include "rewriting/dns_addresses.h"

#include <optional>

#include "base/cursor.h"

namespace tlstriage::rewriting {
namespace {

enum RecordType : std::uint16_t { type_a = 1, type_aaaa = 28, type_svcb = 64, type_https = 65 };
enum HintKey : std::uint16_t { ipv4hint = 4, ipv6hint = 6 };

constexpr std::size_t v4_length = 4;
constexpr std::size_t v6_length = 16;

// RFC 1035 §4.1.4: labels up to an empty one, or a pointer that ends the name.
void skip_name(Cursor& cursor) {
    while (cursor.ok()) {
        const std::uint8_t length = cursor.u8();
        if (length == 0) return;
        if (length >= 0xc0) return cursor.skip(1);
        cursor.skip(length);
    }
}

class Finder {
  public:
    explicit Finder(Bytes message) : message_(message), cursor_(message) {}

    std::vector<DnsAddress> find() {
        cursor_.skip(4);  // identification, flags
        const std::size_t questions = cursor_.u16();
        std::size_t records = cursor_.u16();
        records += cursor_.u16();
        records += cursor_.u16();
        for (std::size_t i = 0; i < questions && cursor_.ok(); ++i) {
            skip_name(cursor_);
            cursor_.skip(4);
        }
        for (std::size_t i = 0; i < records && cursor_.ok(); ++i)
            record();
        return std::move(found_);
    }

  private:
    void record() {
        skip_name(cursor_);
        const std::uint16_t type = cursor_.u16();
        cursor_.skip(6);  // class, time to live
        const Cursor data = cursor_.vector16();
        if (!data.ok()) return;
        if (type == type_a && data.left() == v4_length) note(data, false);
        if (type == type_aaaa && data.left() == v6_length) note(data, true);
        if (type == type_svcb || type == type_https) hints(data);
    }

    void hints(Cursor data) {
        data.skip(2);  // priority
        skip_name(data);
        while (data.ok() && !data.empty()) {
            const std::uint16_t key = data.u16();
            Cursor value = data.vector16();
            const std::size_t length = key == ipv4hint   ? v4_length
                                       : key == ipv6hint ? v6_length
                                                         : 0;
            while (length != 0 && value.left() >= length) {
                note(value, key == ipv6hint);
                value.skip(length);
            }
        }
    }

    void note(const Cursor& at, bool v6) {
        const auto offset = static_cast<std::size_t>(at.rest().data() - message_.data());
        found_.push_back({offset, v6});
    }

    Bytes message_;
    Cursor cursor_;
    std::vector<DnsAddress> found_;
};

/// A pointer, type, class IN, time to live and length, as an address record has them.
std::optional<bool> is_address_record(Bytes at) {
    Cursor cursor(at);
    const bool pointer = cursor.u8() >= 0xc0;
    cursor.skip(1);
    const std::uint16_t type = cursor.u16();
    const bool internet = cursor.u16() == 1;
    cursor.skip(4);
    const std::size_t length = cursor.u16();
    if (!cursor.ok() || !pointer || !internet) return std::nullopt;
    if (type == type_a && length == v4_length) return false;
    if (type == type_aaaa && length == v6_length) return true;
    return std::nullopt;
}

}  // namespace

std::vector<DnsAddress> dns_addresses_of_rest(Bytes rest) {
    constexpr std::size_t record_header = 12;
    std::vector<DnsAddress> found;
    for (std::size_t at = 0; at < rest.size(); ++at) {
        const auto v6 = is_address_record(rest.subspan(at));
        if (!v6) continue;
        const std::size_t length = *v6 ? v6_length : v4_length;
        // Records of one answer are alike: so was the one before the first.
        if (found.empty() && at >= length) found.push_back({at - length, *v6});
        if (at + record_header + length > rest.size()) break;
        found.push_back({at + record_header, *v6});
        at += record_header + length - 1;
    }
    return found;
}

std::vector<DnsAddress> dns_addresses(Bytes message) {
    return Finder(message).find();
}

}  // namespace tlstriage::rewriting
