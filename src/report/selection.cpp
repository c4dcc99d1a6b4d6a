#include "report/selection.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <istream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "report/format.h"
#include "report/safe_text.h"

namespace tlstriage::report {
namespace {

constexpr std::size_t id_digits = 16;

/// The id as flows.csv writes it; empty when it is none.
std::string normal_id(std::string_view text) {
    std::string id;
    for (const char c : text) {
        const bool digit = c >= '0' && c <= '9';
        const char small = c >= 'A' && c <= 'F' ? static_cast<char>(c + ('a' - 'A')) : c;
        if (!digit && (small < 'a' || small > 'f')) return {};
        id += small;
    }
    return id.size() == id_digits ? id : std::string{};
}

/// The first cells of a CSV line, up to and with number `last`: flow_id is never quoted, but what
/// comes before it may be.
std::optional<std::string_view> csv_cell(std::string_view line, std::size_t number) {
    for (;; --number) {
        std::size_t end = 0;
        if (line.starts_with('"')) {
            end = line.find('"', 1);
            while (end != std::string_view::npos && line.substr(end + 1).starts_with('"'))
                end = line.find('"', end + 2);
            if (end == std::string_view::npos) return std::nullopt;
        }
        end = std::min(line.find(',', end), line.size());
        if (number == 0) return line.substr(0, end);
        if (end == line.size()) return std::nullopt;
        line.remove_prefix(end + 1);
    }
}

/// Number of the column flow_id when the line is the header of a flows.csv.
std::optional<std::size_t> id_column(std::string_view line) {
    for (std::size_t number = 0;; ++number) {
        const auto cell = csv_cell(line, number);
        if (!cell) return std::nullopt;
        if (*cell == "flow_id") return number;
    }
}

std::string id_of_json(std::string_view line) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (!row.is_object() || !row.contains("flow_id") || !row["flow_id"].is_string()) return {};
    return normal_id(row["flow_id"].get<std::string>());
}

std::optional<IpAddress> parse_address(const std::string& text) {
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return IpAddress::v4(bytes.data());
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return IpAddress::v6(bytes.data());
    return std::nullopt;
}

}  // namespace

void Selection::add_where(std::string_view text) {
    for (const std::string_view condition : split_unescaped(text, ','))
        conditions_.emplace_back(condition);
}

void Selection::choose_flow(std::string_view id) {
    any_flow_id_ = true;
    std::string normal = normal_id(id);
    if (normal.empty()) {
        throw std::invalid_argument(
            fmt::format("'{}' is no flow_id: those have 16 hex digits", printable(id)));
    }
    flow_ids_.insert(std::move(normal));
}

void Selection::choose_rows(std::istream& rows) {
    any_flow_id_ = true;
    std::string line;
    std::optional<std::size_t> column;
    for (std::size_t number = 1; std::getline(rows, line); ++number) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty()) continue;
        if (const auto header = id_column(line)) {  // that of a second file, too
            column = header;
            continue;
        }
        const auto cell = csv_cell(line, column.value_or(0));
        std::string id = line.front() == '{' ? id_of_json(line) : normal_id(cell.value_or(""));
        if (id.empty()) {
            throw std::invalid_argument(fmt::format(
                "line {} of the rows has no flow_id: neither an id, nor a row of a flows.csv whose "
                "header came before, nor of a flows.jsonl",
                number));
        }
        flow_ids_.insert(std::move(id));
    }
}

void Selection::choose_cause(std::string_view name) {
    const auto& causes = verdict::cause_infos;
    if (std::ranges::find(causes, name, &verdict::CauseInfo::name) == causes.end()) {
        std::string all;
        for (const verdict::CauseInfo& cause : causes)
            all.append(all.empty() ? "" : ", ").append(cause.name);
        throw std::invalid_argument(
            fmt::format("there is no cause '{}'; there are {}", printable(name), all));
    }
    causes_.emplace_back("cause", Condition::Operator::is, name);
}

void Selection::choose_sni(std::string_view pattern) {
    names_.emplace_back("sni", Condition::Operator::is, pattern);
}

void Selection::choose_client(std::string_view end) {
    clients_.push_back(parse_end(end));
}

void Selection::choose_server(std::string_view end) {
    servers_.push_back(parse_end(end));
}

void Selection::choose_frame(const Frame& frame) {
    frames_.push_back(frame);
}

Selection::End Selection::parse_end(std::string_view text) {
    if (const auto address = parse_address(std::string(text))) return {*address, 0};
    const std::size_t colon = text.rfind(':');
    if (colon != std::string_view::npos) {
        std::string_view host = text.substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        const std::string_view digits = text.substr(colon + 1);
        std::uint16_t port = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), port);
        const auto address = parse_address(std::string(host));
        const bool whole = error == std::errc() && end == digits.data() + digits.size();
        if (address && whole && port != 0) return {*address, port};
    }
    if (text.starts_with('[') && text.ends_with(']')) {
        if (const auto address = parse_address(std::string(text.substr(1, text.size() - 2)))) {
            return {*address, 0};
        }
    }
    throw std::invalid_argument(fmt::format(
        "'{}' is no address; write 192.0.2.1, 192.0.2.1:443, 2001:db8::1 or [2001:db8::1]:443",
        printable(text)));
}

bool Selection::empty() const {
    return conditions_.empty() && causes_.empty() && names_.empty() && !any_flow_id_ &&
           clients_.empty() && servers_.empty() && frames_.empty();
}

bool Selection::has_frame(const evidence::Evidence& e) const {
    return std::ranges::any_of(frames_, [&](const Frame& frame) {
        if (e.dns && (e.dns->asked == frame.at || e.dns->answered == frame.at)) return true;
        if (frame.ends != FlowKey::between(e.client, e.server)) return false;
        if (e.icmp && e.icmp->at == frame.at) return true;
        return e.first.time <= frame.at.time && frame.at.time <= e.last.time;
    });
}

bool Selection::matches(const Row& row) const {
    const evidence::Evidence& e = row.evidence;
    const auto holds = [&](const Condition& condition) { return condition.holds(row); };
    const auto is = [](const std::vector<End>& ends, const Endpoint& endpoint) {
        return ends.empty() ||
               std::ranges::any_of(ends, [&](const End& end) { return end.is(endpoint); });
    };
    return is(clients_, e.client) && is(servers_, e.server) &&
           (!any_flow_id_ || flow_ids_.contains(flow_id(e))) && (frames_.empty() || has_frame(e)) &&
           (causes_.empty() || std::ranges::any_of(causes_, holds)) &&
           (names_.empty() || std::ranges::any_of(names_, holds)) &&
           std::ranges::all_of(conditions_, holds);
}

}  // namespace tlstriage::report
