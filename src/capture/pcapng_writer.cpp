#include "capture/pcapng_writer.h"

#include <algorithm>
#include <cstring>

#include "capture/pcapng_blocks.h"
#include "capture/pcapng_options.h"

namespace tlstriage::capture {
namespace {

// Of a section header (draft-ietf-opsawg-pcapng §4.1).
constexpr std::uint16_t option_application = 4;

constexpr std::uint16_t name_record_v4 = 1;
constexpr std::uint16_t name_record_v6 = 2;
constexpr std::uint32_t tls_key_log = 0x544c534b;  // "TLSK"

constexpr std::size_t longest_option = 0xffff;

std::string_view as_text(const std::uint8_t* at, std::size_t count) {
    return tlstriage::as_text({at, count});
}

/// if_tsresol: a power of ten.
char resolution_of(std::uint64_t nanoseconds_per_tick) {
    char exponent = 9;
    for (; nanoseconds_per_tick > 1; nanoseconds_per_tick /= 10)
        --exponent;
    return exponent;
}

bool is_power_of_ten(std::uint64_t number) {
    while (number >= 10 && number % 10 == 0)
        number /= 10;
    return number == 1;
}

}  // namespace

template <class Body>
void PcapngWriter::block(std::uint32_t type, Body body) {
    const std::size_t begin = out_.size();
    put(type);
    put(std::uint32_t{0});
    body();
    const auto length = static_cast<std::uint32_t>(out_.size() - begin + 4);
    std::memcpy(out_.data() + begin + 4, &length, sizeof(length));
    put(length);
}

void PcapngWriter::padded(std::string_view bytes) {
    out_ += bytes;
    out_.append((4 - bytes.size() % 4) % 4, '\0');
}

void PcapngWriter::option(std::uint16_t code, std::string_view value) {
    value = value.substr(0, longest_option);
    put(code);
    put(static_cast<std::uint16_t>(value.size()));
    padded(value);
}

void PcapngWriter::comments_option(std::span<const std::string> comments) {
    for (const std::string& comment : comments)
        option(pcapng::option_comment, comment);
}

void PcapngWriter::section_header(std::string_view application, std::string_view comment) {
    block(pcapng::section_header, [&] {
        put(pcapng::byte_order_magic);
        put(std::uint16_t{1});  // version 1.0
        put(std::uint16_t{0});
        put(~std::uint64_t{0});  // length not given
        if (!comment.empty()) option(pcapng::option_comment, comment);
        option(option_application, application);
        end_of_options();
    });
    clocks_.clear();
}

std::uint32_t PcapngWriter::interface_description(const Interface& interface,
                                                  std::span<const KeptOption> options) {
    const bool tens = is_power_of_ten(interface.nanoseconds_per_tick);
    const Clock clock{tens ? interface.nanoseconds_per_tick : 1,
                      tens ? interface.offset_seconds : 0};
    block(pcapng::interface_description, [&] {
        put(static_cast<std::uint16_t>(interface.link));
        put(std::uint16_t{0});
        put(interface.snap_length);
        for (const KeptOption& kept : options)
            option(kept.code, kept.value);
        const char resolution = resolution_of(clock.nanoseconds_per_tick);
        option(pcapng::option_time_resolution, {&resolution, 1});
        if (clock.offset_seconds != 0) {
            std::array<char, 8> offset{};
            std::memcpy(offset.data(), &clock.offset_seconds, offset.size());
            option(pcapng::option_time_offset, {offset.data(), offset.size()});
        }
        end_of_options();
    });
    clocks_.push_back(clock);
    return static_cast<std::uint32_t>(clocks_.size() - 1);
}

std::uint64_t PcapngWriter::ticks(std::uint32_t interface, Nanoseconds time) const {
    const Clock& clock = clocks_[interface];
    __extension__ using Wide = __int128;
    const Wide since = Wide{time} - Wide{clock.offset_seconds} * nanoseconds_per_second;
    return static_cast<std::uint64_t>(
        std::clamp<Wide>(since / clock.nanoseconds_per_tick, 0, INT64_MAX));
}

void PcapngWriter::packet(const Record& record, std::uint32_t interface, Bytes bytes,
                          std::span<const KeptOption> options,
                          std::span<const std::string> comments) {
    block(pcapng::enhanced_packet, [&] {
        const std::uint64_t time = ticks(interface, record.time);
        put(interface);
        put(static_cast<std::uint32_t>(time >> 32U));
        put(static_cast<std::uint32_t>(time));
        put(static_cast<std::uint32_t>(bytes.size()));
        put(record.wire_length);
        padded(tlstriage::as_text(bytes));
        if (options.empty() && comments.empty()) return;
        for (const KeptOption& kept : options)
            option(kept.code, kept.value);
        comments_option(comments);
        end_of_options();
    });
}

/// Records of type, length and address with a name that ends in a zero byte; one of type 0 ends
/// them (§4.5).
void PcapngWriter::name_resolution(std::span<const std::pair<IpAddress, std::string>> names) {
    block(pcapng::name_resolution, [&] {
        for (const auto& [address, name] : names) {
            const bool v4 = address.is_v4();
            const std::size_t size = v4 ? 4 : 16;
            std::string value(as_text(address.bytes.data() + 16 - size, size));
            value.append(name.substr(0, 255)).push_back('\0');
            option(v4 ? name_record_v4 : name_record_v6, value);
        }
        put(std::uint32_t{0});
    });
}

void PcapngWriter::decryption_secrets(std::string_view key_log) {
    block(pcapng::decryption_secrets, [&] {
        put(tls_key_log);
        put(static_cast<std::uint32_t>(key_log.size()));
        padded(key_log);
    });
}

/// As two words of 32 bits, the upper one first (§4.6).
void PcapngWriter::time_option(std::uint16_t code, std::uint32_t interface, Nanoseconds time) {
    const std::uint64_t count = ticks(interface, time);
    const std::array<std::uint32_t, 2> words{static_cast<std::uint32_t>(count >> 32U),
                                             static_cast<std::uint32_t>(count)};
    std::array<char, 8> value{};
    std::memcpy(value.data(), words.data(), value.size());
    option(code, {value.data(), value.size()});
}

void PcapngWriter::interface_statistics(std::uint32_t interface, Nanoseconds start, Nanoseconds end,
                                        std::span<const std::string> comments) {
    block(pcapng::interface_statistics, [&] {
        const std::uint64_t time = ticks(interface, end);
        put(interface);
        put(static_cast<std::uint32_t>(time >> 32U));
        put(static_cast<std::uint32_t>(time));
        comments_option(comments);
        time_option(pcapng::option_start_time, interface, start);
        time_option(pcapng::option_end_time, interface, end);
        end_of_options();
    });
}

void PcapWriter::file_header(LinkType link, std::uint32_t snap_length, bool nanoseconds) {
    constexpr std::uint32_t most = 262'144;  // what tcpdump says for no limit
    unit_ = nanoseconds ? 1 : 1000;
    put(nanoseconds ? std::uint32_t{0xa1b23c4d} : std::uint32_t{0xa1b2c3d4});
    put(std::uint16_t{2});  // version 2.4
    put(std::uint16_t{4});
    put(std::uint64_t{0});  // time zone, accuracy
    put(snap_length == 0 ? most : snap_length);
    put(static_cast<std::uint32_t>(link));
}

void PcapWriter::packet(const Record& record, Bytes bytes) {
    const Nanoseconds time = std::max<Nanoseconds>(record.time, 0);
    put(static_cast<std::uint32_t>(time / nanoseconds_per_second));
    put(static_cast<std::uint32_t>(time % nanoseconds_per_second / unit_));
    put(static_cast<std::uint32_t>(bytes.size()));
    put(record.wire_length);
    out_ += tlstriage::as_text(bytes);
}

}  // namespace tlstriage::capture
