#include "carve/anonymizer.h"

#include <algorithm>
#include <stdexcept>

#include "carve/dns_pseudonyms.h"
#include "rewriting/frame_fields.h"

namespace tlstriage::carve {

bool Anonymizer::rewrite(LinkType link, std::span<std::uint8_t> frame, const wire::Packet& packet,
                         Belonging::Index flow) {
    values_.addresses.clear();
    values_.texts.clear();
    flow_ = flow;
    rewriting::FrameFields fields;
    try {
        fields = rewriting::find_fields(link, frame, *this);
    } catch (const std::runtime_error&) {
        return false;  // more headers than can be rewritten
    }
    // wire::decode and this walk must have come to the same packet.
    const auto innermost = static_cast<std::size_t>(packet.network - frame.data());
    if (!fields.ip_headers.contains(innermost)) return false;
    rewriting::rewrite(fields.plan, values_, frame);
    if (shows_address(frame)) ++frames_with_addresses_;
    if (names_.replaced().in(frame)) ++frames_with_names_;
    return true;
}

std::optional<std::uint16_t> Anonymizer::address(const IpAddress& address) {
    const IpAddress other = addresses_.map(address);
    if (other == address) return {};
    std::array<std::uint8_t, 16> bytes{};
    if (address.is_v4()) {
        std::copy_n(&other.bytes[12], 4, bytes.begin());
    } else {
        bytes = other.bytes;
    }
    values_.addresses.push_back(bytes);
    return static_cast<std::uint16_t>(values_.addresses.size() - 1);
}

std::optional<std::uint16_t> Anonymizer::hardware_address(Bytes address) {
    const auto other = addresses_.map_hardware(address);
    std::array<std::uint8_t, 16> bytes{};
    std::ranges::copy(other, bytes.begin());
    values_.addresses.push_back(bytes);
    return static_cast<std::uint16_t>(values_.addresses.size() - 1);
}

Anonymizer::Replacements Anonymizer::tcp_data(const Endpoint& from, const Endpoint& to,
                                              std::uint32_t sequence, Bytes data) {
    constexpr std::uint16_t port_dns = 53;
    if (plans_ == nullptr) return {};
    if (flow_ != Belonging::none) return note(plans_->of_flow(flow_, from, sequence, data));
    if (from.port != port_dns && to.port != port_dns) return other_data(data);
    return note(plans_->of_resolver(from, to, sequence, data));
}

Anonymizer::Replacements Anonymizer::dns_message(Bytes message, bool over_tcp) {
    if (plans_ != nullptr && over_tcp) return {};  // tcp_data has it
    const DnsNames which = plans_ == nullptr ? DnsNames::reverse : DnsNames::all;
    return note(dns_pseudonyms(message, which, names_, addresses_));
}

Anonymizer::Replacements Anonymizer::other_data(Bytes data) {
    if (plans_ == nullptr || data.empty()) return {};
    return note({{0, std::vector<std::uint8_t>(data.size())}});
}

Anonymizer::Replacements Anonymizer::note(std::vector<TextReplacement> parts) {
    Replacements replacements;
    for (TextReplacement& part : parts) {
        replacements.push_back({part.offset, static_cast<std::uint16_t>(values_.texts.size())});
        values_.texts.push_back(std::move(part.bytes));
    }
    return replacements;
}

bool Anonymizer::shows_address(Bytes frame) const {
    for (; frame.size() >= 4; frame = frame.subspan(1)) {
        if (addresses_.was_real(IpAddress::v4(frame.data()))) return true;
        if (frame.size() >= 16 && addresses_.was_real(IpAddress::v6(frame.data()))) return true;
    }
    return false;
}

}  // namespace tlstriage::carve
