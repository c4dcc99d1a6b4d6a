#include "lab_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "capture/walk.h"
#include "case_keys.h"
#include "certificate_traces.h"
#include "lab_rows.h"
#include "rewriting/frame_fields.h"
#include "wire/decode.h"

namespace tlstriage::generate {
namespace {

namespace fs = std::filesystem;

fs::path capture_in(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().filename().string().starts_with("capture.")) found.push_back(entry.path());
    }
    if (found.size() != 1) throw std::runtime_error(fmt::format("{} captures", found.size()));
    return found.front();
}

class CaseReader {
  public:
    explicit CaseReader(const fs::path& folder) : folder_(folder) {
        case_.name = folder.filename();
    }

    LabCase read() {
        read_frames();
        rows_ = read_rows(read_text(folder_ / "expected.json"));
        const CaseKeys keys = read_case_keys(read_text(folder_ / "case.toml"));
        look_into_frames();
        tell_ports();
        weigh_certificates(keys.keep_addresses);
        plan_frames();
        place_rows();
        case_.dns_rows = std::move(rows_.dns);
        if (!case_.dns_rows.empty() && !case_.dns_client) {
            throw std::runtime_error("expected.json has lookups that the capture has not");
        }
        case_.connections = case_.rows.size() + rows_.without_row;
        case_.edge = keys.edge.value_or(keys.partial_capture || one_sided() || rows_.about_edge);
        return std::move(case_);
    }

  private:
    // What one direction of a TCP connection showed.
    struct Direction {
        std::vector<std::uint8_t> payload;  // in the order of capture
        bool acknowledges = false;
        bool opens = false;  // a SYN without ACK
    };

    void read_frames() {
        const auto source = capture::open({capture_in(folder_).string(), {}});
        const auto result = capture::walk(
            *source, [this](const capture::Record& record, std::uint64_t number, std::uint64_t) {
                frame_index_[number] = case_.frames.size();
                if (case_.frames.empty()) case_.start = record.time;
                case_.frames.push_back({{record.data, record.data + record.captured},
                                        record.wire_length,
                                        record.time - case_.start,
                                        record.interface_id,
                                        {}});
            });
        if (!result.error.empty()) throw std::runtime_error(result.error);
        if (case_.frames.empty()) throw std::runtime_error("no frames");
        for (const auto& interface : result.format->interfaces())
            case_.interfaces.push_back({interface.link, interface.snap_length});
    }

    wire::Packet decoded(const LabFrame& frame) const {
        wire::Packet packet;
        wire::decode(case_.interfaces[frame.interface].link, frame.bytes, frame.wire_length,
                     packet);
        return packet;
    }

    void look_into_frames() {
        for (const LabFrame& frame : case_.frames) {
            const wire::Packet packet = decoded(frame);
            if (packet.outcome == wire::Outcome::dns) note_dns(packet);
            if (packet.outcome == wire::Outcome::tcp) note_tcp(packet);
        }
    }

    void note_dns(const wire::Packet& packet) {
        constexpr std::uint16_t port_dns = 53;
        for (const std::uint16_t port : {packet.source_port(), packet.destination_port()}) {
            if (port != port_dns) case_.variables.client_port(port);
        }
        if (packet.destination_port() == port_dns && !case_.dns_client) {
            case_.dns_client = packet.source_address();
        }
    }

    void note_tcp(const wire::Packet& packet) {
        Direction& direction = directions_[{packet.source(), packet.destination()}];
        directions_[{packet.destination(), packet.source()}];
        const bool acknowledges = packet.has(wire::tcp_flag::ack);
        direction.opens |= packet.has(wire::tcp_flag::syn) && !acknowledges;
        direction.acknowledges |= acknowledges;
        const auto data = packet.data();
        direction.payload.insert(direction.payload.end(), data.begin(), data.end());
    }

    // The client sends the SYN; where none is seen, rows or else the greater port tell.
    void tell_ports() {
        for (const auto& [ends, direction] : directions_) {
            const auto& [source, destination] = ends;
            const bool answered = directions_.at({destination, source}).opens;
            if (direction.opens || (!answered && is_client(source, destination))) {
                case_.variables.client_port(source.port);
                case_.variables.server_port(destination.port);
            }
        }
    }

    bool is_client(const Endpoint& source, const Endpoint& destination) const {
        for (const auto& row : rows_.rows) {
            if (row.row.client == source && row.row.server == destination) return true;
            if (row.row.client == destination && row.row.server == source) return false;
        }
        return source.port > destination.port;
    }

    void weigh_certificates(bool keep_all) {
        const std::int64_t end = case_.start + case_.frames.back().time;
        case_.earliest = std::numeric_limits<std::int64_t>::min();
        case_.latest = std::numeric_limits<std::int64_t>::max();
        for (const auto& [ends, direction] : directions_) {
            for (const std::int64_t bound : validity_bounds(direction.payload)) {
                if (bound <= case_.start) case_.earliest = std::max(case_.earliest, bound);
                if (bound > end) {
                    case_.latest = std::min(case_.latest, bound - (end - case_.start) - 1);
                }
            }
            for (const auto& [others, unused] : directions_) {
                const IpAddress& address = others.first.address;
                if (keep_all || names_address(direction.payload, address)) {
                    case_.variables.keep(address);
                }
            }
        }
    }

    void plan_frames() {
        for (std::size_t i = 0; i < case_.frames.size(); ++i) {
            LabFrame& frame = case_.frames[i];
            const LinkType link = case_.interfaces[frame.interface].link;
            rewriting::FrameFields fields =
                rewriting::find_fields(link, frame.bytes, case_.variables);
            const wire::Packet packet = decoded(frame);
            if (packet.network != nullptr && !fields.ip_headers.contains(static_cast<std::size_t>(
                                                 packet.network - frame.bytes.data()))) {
                throw std::runtime_error(
                    fmt::format("packet {} is in an encapsulation that is not known", i + 1));
            }
            frame.plan = std::move(fields.plan);
        }
    }

    std::size_t index_of_frame(std::uint64_t number) const {
        const auto found = frame_index_.find(number);
        if (found == frame_index_.end()) {
            throw std::runtime_error(fmt::format("expected.json names frame {}", number));
        }
        return found->second;
    }

    void place_rows() {
        for (auto& numbered : rows_.rows) {
            LabRow row = std::move(numbered.row);
            if (!directions_.contains({row.client, row.server})) {
                throw std::runtime_error("expected.json has a row that the capture has not");
            }
            row.first_frame = index_of_frame(numbered.first_frame);
            if (numbered.decisive_frame) {
                row.decisive_frame = index_of_frame(*numbered.decisive_frame);
            }
            case_.rows.push_back(std::move(row));
        }
    }

    // A side acknowledges what the capture does not show.
    bool one_sided() const {
        return std::ranges::any_of(directions_, [this](const auto& entry) {
            const auto& [source, destination] = entry.first;
            const Direction& other = directions_.at({destination, source});
            const bool unseen = !other.acknowledges && !other.opens;
            return entry.second.acknowledges && unseen;
        });
    }

    fs::path folder_;
    LabCase case_;
    ExpectedRows rows_;
    std::map<std::uint64_t, std::size_t> frame_index_;
    std::map<std::pair<Endpoint, Endpoint>, Direction> directions_;
};

}  // namespace

std::uint64_t LabCase::captured_bytes() const {
    std::uint64_t bytes = 0;
    for (const LabFrame& frame : frames)
        bytes += frame.bytes.size();
    return bytes;
}

LabCase read_lab_case(const fs::path& folder) {
    return CaseReader(folder).read();
}

}  // namespace tlstriage::generate
