#include "lab_rows.h"

#include <arpa/inet.h>

#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

namespace tlstriage::generate {
namespace {

using nlohmann::json;

// Members that are no column, or have a place of their own in LabRow.
bool is_claim(const std::string& member) {
    static const std::set<std::string> others{"client_ip",   "client_port", "server_ip",
                                              "server_port", "first_frame", "decisive_frame",
                                              "why",         "also_right",  "decode_as"};
    return !others.contains(member) && !member.starts_with("until_");
}

std::string as_cell(const json& value) {
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_string()) return value.get<std::string>();
    return value.dump();
}

std::map<std::string, std::string> claims_of(const json& members) {
    std::map<std::string, std::string> claims;
    for (const auto& [member, value] : members.items()) {
        if (is_claim(member)) claims[member] = as_cell(value);
    }
    return claims;
}

Endpoint endpoint(const json& flow, const char* ip, const char* port) {
    const auto text = flow.at(ip).get<std::string>();
    const auto address = address_of(text);
    if (!address) throw std::runtime_error("expected.json: not an address: " + text);
    return {*address, flow.at(port).get<std::uint16_t>()};
}

ExpectedRow read_row(const json& flow) {
    ExpectedRow expected;
    expected.row.client = endpoint(flow, "client_ip", "client_port");
    expected.row.server = endpoint(flow, "server_ip", "server_port");
    expected.row.claims = claims_of(flow);
    if (flow.contains("also_right")) expected.row.also_right = claims_of(flow["also_right"]);
    expected.first_frame = flow.at("first_frame").get<std::uint64_t>();
    if (flow.contains("decisive_frame") && flow["decisive_frame"].is_number()) {
        expected.decisive_frame = flow["decisive_frame"].get<std::uint64_t>();
    }
    return expected;
}

// The causes of `incomplete` that say what the capture lacks (verdicts.md §7).
bool is_edge(const std::string& cause) {
    static const std::set<std::string> causes{
        "capture_started_late", "capture_ended", "capture_loss",
        "snap_length",          "one_sided",     "evicted"};
    return causes.contains(cause);
}

}  // namespace

ExpectedRows read_rows(std::string_view text) {
    const json expected = json::parse(text);
    ExpectedRows rows;
    rows.without_row = expected.value("not_rows", std::size_t{0});
    for (const json& flow : expected.at("flows")) {
        rows.rows.push_back(read_row(flow));
        rows.about_edge |= is_edge(flow.value("cause", ""));
    }
    for (const json& lookup : expected.value("dns", json::array()))
        rows.dns.push_back(claims_of(lookup));
    return rows;
}

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("no " + path.filename().string());
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string text_of(const IpAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool v4 = address.is_v4();
    inet_ntop(v4 ? AF_INET : AF_INET6, address.bytes.data() + (v4 ? 12 : 0), text.data(),
              text.size());
    return text.data();
}

std::optional<IpAddress> address_of(const std::string& text) {
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return IpAddress::v4(bytes.data());
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return IpAddress::v6(bytes.data());
    return {};
}

}  // namespace tlstriage::generate
