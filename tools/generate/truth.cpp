#include "truth.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include "world.h"

namespace tlstriage::generate {
namespace {

constexpr std::string_view header =
    "client_ip,client_port,server_ip,server_port,start_time,outcome,phase,cause,actor,"
    "alert_sender,alert,rst_sender,fin_sender,sni,alpn,version,cipher,handshake_ms,"
    "certificate_serial,packets,client_packets,server_packets\n";

}  // namespace

std::string_view first_sender(const Flow& flow, std::uint8_t flag) {
    for (const auto& segment : flow.segments) {
        if ((segment.flags & flag) != 0) return side_name(segment.side);
    }
    return "";
}

const char* side_name(Side side) {
    return side == Side::client ? "client" : "server";
}

File open_for_writing(const std::string& path) {
    File file(std::fopen(path.c_str(), "wb"));
    if (!file) throw std::system_error(errno, std::generic_category(), path);
    return file;
}

TruthWriter::TruthWriter(const std::string& path) : path_(path), file_(open_for_writing(path)) {
    std::fwrite(header.data(), 1, header.size(), file_.get());
}

// No text here needs quoting: every name is made by the generator.
void TruthWriter::write(const Flow& flow, const Truth& truth) {
    std::size_t by_client = 0;
    for (const auto& segment : flow.segments)
        by_client += segment.side == Side::client ? 1 : 0;
    const Host& client = flow.host(Side::client);
    const Host& server = flow.host(Side::server);
    const Verdict& verdict = truth.verdict;
    fmt::memory_buffer line;
    const auto out = std::back_inserter(line);
    fmt::format_to(out, "{},{},{},{},{},", address_text(client, flow.ipv6), client.port,
                   address_text(server, flow.ipv6), server.port, flow.segments.front().time);
    fmt::format_to(out, "{},{},{},{},{},{},{},{},", verdict.outcome, verdict.phase, verdict.cause,
                   verdict.actor, verdict.alert_sender, verdict.alert,
                   first_sender(flow, tcp_flag::rst), first_sender(flow, tcp_flag::fin));
    fmt::format_to(out, "{},{},{},{},", truth.server_name, truth.application_protocol,
                   truth.version, truth.cipher);
    if (truth.handshake) {
        fmt::format_to(out, "{}.{:06}", *truth.handshake / 1'000'000, *truth.handshake % 1'000'000);
    }
    fmt::format_to(out, ",{},{},{},{}\n", truth.certificate_serial, flow.segments.size(), by_client,
                   flow.segments.size() - by_client);
    std::fwrite(line.data(), 1, line.size(), file_.get());
}

void TruthWriter::close() {
    const bool failed = std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0;
    if (failed) throw std::system_error(errno, std::generic_category(), path_);
    file_.reset();
}

}  // namespace tlstriage::generate
