#include "ladder/spoken.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "report/format.h"

namespace tlstriage::ladder {
namespace {

constexpr bool is_text(char c) {
    return (c >= 0x20 && c < 0x7f) || c == '\t';
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

/// A client's word that names no command: the answer to a server that asked for a password.
bool is_bare_word(std::string_view line) {
    return line.size() > 6 &&
           std::ranges::all_of(line,
                               [](char c) {
                                   return (c >= '0' && c <= '9') ||
                                          (upper(c) >= 'A' && upper(c) <= 'Z') || c == '+' ||
                                          c == '/' || c == '=';
                               }) &&
           line.find_first_of("0123456789+/=") != line.npos;
}

/// Commands of FTP, POP3, SMTP and IMAP whose arguments are secrets.
std::string without_secrets(std::string_view line) {
    std::string loud(line);
    std::ranges::transform(loud, loud.begin(), upper);
    for (const std::string_view verb : {"PASS ", "AUTH ", "AUTHENTICATE ", "LOGIN ", "APOP "}) {
        const std::size_t at = loud.find(verb);
        // IMAP puts a tag before its commands.
        const bool first = at == 0 || (at != loud.npos && at == loud.find(' ') + 1);
        if (!first || loud.starts_with("AUTH TLS") || loud.starts_with("AUTH SSL")) continue;
        return std::string(line.substr(0, at + verb.size())) + "...";
    }
    return is_bare_word(line) ? "..." : std::string(line);
}

}  // namespace

std::string first_line(Bytes payload, evidence::Side sender) {
    constexpr std::size_t shortest = 3;
    const std::string_view text = as_text(payload);
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, std::min(end, max_line));
    if (line.size() < shortest || !std::ranges::all_of(line, is_text)) return {};
    return sender == evidence::Side::client ? without_secrets(line) : std::string(line);
}

std::string spoken_dns(const plain::DnsMessage& message) {
    constexpr std::size_t most_addresses = 4;
    std::string text = plain::dns_type_name(message.type) + " " + message.name;
    if (!message.response) return text;
    text += ": ";
    if (message.rcode != 0) text += plain::rcode_name(message.rcode);
    for (const std::string& alias : message.aliases)
        text += "CNAME " + alias + " ";
    const std::size_t shown = std::min(message.addresses.size(), most_addresses);
    for (std::size_t i = 0; i < shown; ++i) {
        report::Buffer address;
        report::append_address(message.addresses[i], address);
        text += address.view();
        if (i + 1 < shown) text += ' ';
    }
    if (message.addresses.size() > shown) {
        text += " and " + std::to_string(message.addresses.size() - shown) + " more";
    }
    if (message.rcode == 0 && message.addresses.empty()) text += "no address";
    if (message.truncated) text += " (truncated)";
    return text;
}

}  // namespace tlstriage::ladder
