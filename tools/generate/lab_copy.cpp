#include "lab_copy.h"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include "lab_rows.h"

namespace tlstriage::generate {
namespace {

// Linux' net.ipv4.ip_local_port_range
constexpr std::uint16_t first_ephemeral_port = 32768;
constexpr std::uint16_t last_ephemeral_port = 60999;

void put32(std::uint32_t value, std::uint8_t* out) {
    for (int i = 0; i < 4; ++i)
        out[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

}  // namespace

std::array<std::uint8_t, 16> FreshAddresses::next(bool v4) {
    std::array<std::uint8_t, 16> address{};
    if (v4) {
        if (++v4_ == 0xffffffff) throw std::runtime_error("more copies than IPv4 addresses");
        put32(v4_, address.data());
        return address;
    }
    put32(0x20010db8, address.data());
    put32(0x00030000, address.data() + 4);
    put32(++v6_, address.data() + 12);
    return address;
}

LabCopy::LabCopy(const LabCase& lab_case, std::uint64_t number, std::int64_t start,
                 FreshAddresses& addresses, Rng& rng)
    : case_(&lab_case), number_(number), start_(start), frame_numbers_(lab_case.frames.size()) {
    const Variables& variables = lab_case.variables;
    for (const IpAddress& address : variables.addresses())
        values_.addresses.push_back(addresses.next(address.is_v4()));
    draw_ports(rng);
    for (std::size_t i = 0; i < variables.streams(); ++i) {
        values_.sequences.push_back(rng.u32());
        values_.timestamps.push_back(rng.u32());
    }
}

// Distinct ones, since the case's are, and none that is a server's in this case.
void LabCopy::draw_ports(Rng& rng) {
    const Variables& variables = case_->variables;
    while (values_.ports.size() < variables.ports().size()) {
        const auto port =
            static_cast<std::uint16_t>(rng.between(first_ephemeral_port, last_ephemeral_port));
        const bool used = std::ranges::find(values_.ports, port) != values_.ports.end();
        if (!used && !variables.server_ports().contains(port)) values_.ports.push_back(port);
    }
}

void LabCopy::take(std::uint64_t number, std::uint8_t* out) {
    const LabFrame& frame = case_->frames[next_];
    std::memcpy(out, frame.bytes.data(), frame.bytes.size());
    rewrite(frame.plan, values_, {out, frame.bytes.size()});
    frame_numbers_[next_++] = number;
}

std::vector<LabTruthRow> LabCopy::truth() const {
    std::vector<LabTruthRow> rows;
    for (const LabRow& row : case_->rows)
        rows.push_back(truth_of(row));
    return rows;
}

std::vector<LabDnsTruthRow> LabCopy::dns_truth() const {
    std::vector<LabDnsTruthRow> rows;
    for (const auto& claims : case_->dns_rows)
        rows.push_back({case_->name, number_, text_of(*case_->dns_client), claims});
    return rows;
}

LabTruthRow LabCopy::truth_of(const LabRow& row) const {
    LabTruthRow truth;
    truth.case_name = case_->name;
    truth.copy = number_;
    truth.client_ip = text_of(row.client.address);
    truth.client_port = port_text(row.client.port);
    truth.server_ip = text_of(row.server.address);
    truth.server_port = port_text(row.server.port);
    truth.start_time = start_ + case_->frames[row.first_frame].time;
    truth.first_frame = frame_numbers_[row.first_frame];
    truth.claims = row.claims;
    truth.also_right = row.also_right;
    if (row.decisive_frame) {
        truth.claims["decisive_frame"] = std::to_string(frame_numbers_[*row.decisive_frame]);
    }
    const auto icmp = truth.claims.find("icmp");
    if (icmp != truth.claims.end()) icmp->second = with_addresses(icmp->second);
    return truth;
}

std::string LabCopy::text_of(const IpAddress& original) const {
    const auto variable = case_->variables.known(original);
    if (!variable) return generate::text_of(original);
    const std::uint8_t* const fresh = values_.addresses[*variable].data();
    return generate::text_of(original.is_v4() ? IpAddress::v4(fresh) : IpAddress::v6(fresh));
}

std::string LabCopy::port_text(std::uint16_t original) const {
    const auto variable = case_->variables.known(original);
    return std::to_string(variable ? values_.ports[*variable] : original);
}

// `admin_prohibited 192.0.2.1`
std::string LabCopy::with_addresses(const std::string& claim) const {
    std::istringstream words(claim);
    std::string replaced;
    for (std::string word; words >> word;) {
        const auto address = address_of(word);
        if (!replaced.empty()) replaced += ' ';
        replaced += address ? text_of(*address) : word;
    }
    return replaced;
}

}  // namespace tlstriage::generate
