#include "certificate_traces.h"

#include <algorithm>
#include <ctime>
#include <optional>

#include "base/time.h"

namespace tlstriage::generate {
namespace {

enum DerTag : std::uint8_t { utc_time = 0x17, generalized_time = 0x18, sequence = 0x30, ip = 0x87 };

struct DerTime {
    std::int64_t time = 0;
    std::size_t length = 0;  // of its encoding
};

int two_digits(tlstriage::Bytes at, std::size_t offset) {
    return (at[offset] - '0') * 10 + (at[offset + 1] - '0');
}

// YYMMDDHHMMSSZ, or YYYYMMDDHHMMSSZ.
std::optional<DerTime> read_time(tlstriage::Bytes at) {
    if (at.size() < 2 || (at[0] != utc_time && at[0] != generalized_time)) return {};
    const bool long_year = at[0] == generalized_time;
    const std::size_t length = long_year ? 15 : 13;
    if (at[1] != length || at.size() < length + 2 || at[length + 1] != 'Z') return {};
    const tlstriage::Bytes text = at.subspan(2, length - 1);
    if (!std::all_of(text.begin(), text.end(), [](auto c) { return c >= '0' && c <= '9'; })) {
        return {};
    }
    const std::size_t rest = long_year ? 4 : 2;
    const int short_year = two_digits(text, rest - 2);
    const int century = long_year ? two_digits(text, 0) : short_year < 50 ? 20 : 19;
    std::tm moment{};
    moment.tm_year = century * 100 + short_year - 1900;
    moment.tm_mon = two_digits(text, rest) - 1;
    moment.tm_mday = two_digits(text, rest + 2);
    moment.tm_hour = two_digits(text, rest + 4);
    moment.tm_min = two_digits(text, rest + 6);
    moment.tm_sec = two_digits(text, rest + 8);
    return DerTime{seconds(timegm(&moment)), length + 2};
}

}  // namespace

std::vector<std::int64_t> validity_bounds(tlstriage::Bytes bytes) {
    std::vector<std::int64_t> bounds;
    for (std::size_t at = 0; at + 2 < bytes.size(); ++at) {
        if (bytes[at] != sequence) continue;
        const auto not_before = read_time(bytes.subspan(at + 2));
        if (!not_before) continue;
        const auto not_after = read_time(bytes.subspan(at + 2 + not_before->length));
        if (!not_after || bytes[at + 1] != not_before->length + not_after->length) continue;
        bounds.push_back(not_before->time);
        bounds.push_back(not_after->time);
    }
    return bounds;
}

bool names_address(tlstriage::Bytes bytes, const IpAddress& address) {
    const std::size_t length = address.is_v4() ? 4 : 16;
    std::vector<std::uint8_t> name{ip, static_cast<std::uint8_t>(length)};
    name.insert(name.end(), address.bytes.end() - static_cast<std::ptrdiff_t>(length),
                address.bytes.end());
    return std::search(bytes.begin(), bytes.end(), name.begin(), name.end()) != bytes.end();
}

}  // namespace tlstriage::generate
