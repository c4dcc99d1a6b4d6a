#include "capture/appearance.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tlstriage::capture {

namespace {

using std::string_view_literals::operator""sv;

struct Signature {
    std::string_view start;
    std::string_view meaning;
};

// First bytes, as libmagic and Wireshark (wiretap/*.c) know them.
constexpr std::array signatures{
    Signature{"snoop\0\0\0"sv, "a Sun snoop capture; convert it with `editcap`"},
    Signature{"GMBU"sv, "a Microsoft Network Monitor capture; convert it with `editcap`"},
    Signature{"RTSS"sv, "a Microsoft Network Monitor capture; convert it with `editcap`"},
    Signature{"TRSNIFF data"sv, "a Sniffer capture; convert it with `editcap`"},
    Signature{"XCP\0"sv, "a NetXRay capture; convert it with `editcap`"},
    Signature{"\x7fver"sv, "an EtherPeek or OmniPeek capture; convert it with `editcap`"},
    Signature{"btsnoop\0"sv, "a Bluetooth capture"},
    Signature{"\xa1\xb2\xc3\xd4"sv, "a pcap file cut in its header, or of an unknown version"},
    Signature{"\xd4\xc3\xb2\xa1"sv, "a pcap file cut in its header, or of an unknown version"},
    Signature{"\xa1\xb2\x3c\x4d"sv, "a pcap file cut in its header, or of an unknown version"},
    Signature{"\x4d\x3c\xb2\xa1"sv, "a pcap file cut in its header, or of an unknown version"},
    Signature{"\xa1\xb2\xcd\x34"sv, "a pcap file cut in its header, or of an unknown version"},
    Signature{"\x34\xcd\xb2\xa1"sv, "a pcap file cut in its header, or of an unknown version"},
    Signature{"\x0a\x0d\x0d\x0a"sv, "a pcapng file cut in its header"},
    Signature{"\x1f\x8b"sv, "gzip data"},
    Signature{"\x28\xb5\x2f\xfd"sv, "zstd data"},
    Signature{"\x04\x22\x4d\x18"sv, "lz4 data"},
    Signature{"\xfd\x37zXZ\0"sv, "xz data"},
    Signature{"BZh"sv, "bzip2 data"},
    Signature{"PK\x03\x04"sv, "a zip archive; unpack it first"},
    Signature{"7z\xbc\xaf\x27\x1c"sv, "a 7-zip archive; unpack it first"},
    Signature{"Rar!"sv, "a rar archive; unpack it first"},
    Signature{"\x7f"
              "ELF"sv,
              "a program (ELF)"},
    Signature{"%PDF"sv, "a PDF document"},
    Signature{"\x89PNG"sv, "a PNG picture"},
    Signature{"version https://git-lfs"sv, "a Git LFS pointer, not the file itself"},
};

bool is_text(Bytes start) {
    return std::all_of(start.begin(), start.end(), [](std::uint8_t byte) {
        return (byte >= 0x20 && byte != 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
    });
}

bool contains_folded(std::string_view text, std::string_view lower_case) {
    const auto same = [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    };
    return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) !=
           text.end();
}

/// ERF records have no magic (Endace; wiretap/erf.c): a little-endian time stamp, type, flags, and
/// big-endian lengths, the record's at least 16 and, without padding, the wire's + 16 or 18.
bool looks_like_erf(Bytes start) {
    if (start.size() < 16) return false;
    const auto seconds =
        static_cast<std::uint32_t>(start[4]) | static_cast<std::uint32_t>(start[5]) << 8U |
        static_cast<std::uint32_t>(start[6]) << 16U | static_cast<std::uint32_t>(start[7]) << 24U;
    const unsigned type = start[8] & 0x7fU;
    const auto record_length = load_big<std::uint16_t>(&start[10]);
    const auto wire_length = load_big<std::uint16_t>(&start[14]);
    constexpr std::uint32_t year_1995 = 788'918'400;
    return seconds > year_1995 && type >= 1 && type <= 48 && record_length >= 16 &&
           wire_length != 0 && wire_length <= record_length && record_length <= wire_length + 64;
}

std::string describe_text(std::string_view text) {
    if (contains_folded(text, "<html") || contains_folded(text, "<!doctype")) {
        return "HTML, perhaps the error page of a download";
    }
    const bool dump = contains_folded(text, " > ") &&
                      (contains_folded(text, "ip ") || contains_folded(text, "flags ["));
    if (dump || (text.starts_with("0000") && text.size() > 6)) {
        return "text that tcpdump or Wireshark printed, not the packets themselves (`-w`, or "
               "`text2pcap`)";
    }
    const std::string_view line =
        text.substr(0, std::min(text.find_first_of("\r\n"), std::size_t{40}));
    return fmt::format("text, it starts with \"{}\"", line);
}

}  // namespace

std::string describe_appearance(Bytes start) {
    if (start.empty()) return "empty file";
    for (const Signature& signature : signatures) {
        if (as_text(start).starts_with(signature.start)) return std::string(signature.meaning);
    }
    const Bytes head = start.first(std::min<std::size_t>(start.size(), 512));
    if (is_text(head)) return describe_text(as_text(head));
    std::string bytes;
    const Bytes shown = head.first(std::min<std::size_t>(head.size(), 8));
    for (const std::uint8_t byte : shown)
        bytes += fmt::format(" {:02x}", byte);
    if (std::all_of(head.begin(), head.end(), [](std::uint8_t byte) { return byte == 0; })) {
        return "it holds zeros where the header should be";
    }
    return fmt::format("{}it starts with{}",
                       looks_like_erf(start) ? "perhaps an Endace ERF capture; " : "", bytes);
}

}  // namespace tlstriage::capture
