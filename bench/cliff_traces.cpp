// Traces of what is hard for a dataplane, each of one kind, for bench/cliffs. Addresses are
// private, and every flow that speaks is TLS 1.3 that succeeds, so that the verdicts can be
// counted.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "engine/engine.h"
#include "wire/decode.h"
#include "wire/packet.h"

namespace tlstriage::bench {
namespace {

using Octets = std::vector<std::uint8_t>;

void put16(Octets& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value));
}
void put32(Octets& out, std::size_t value) {
    put16(out, value >> 16U);
    put16(out, value);
}
void put(Octets& out, const Octets& more) {
    out.insert(out.end(), more.begin(), more.end());
}

Octets record(std::uint8_t type, const Octets& body) {
    Octets out{type, 3, 3};
    put16(out, body.size());
    put(out, body);
    return out;
}

Octets extension(std::uint16_t type, const Octets& body) {
    Octets out;
    put16(out, type);
    put16(out, body.size());
    put(out, body);
    return out;
}

/// A hello as a record: what is before the extensions, and those.
Octets hello(std::uint8_t type, const Octets& before, const Octets& extensions) {
    Octets body{3, 3};
    body.resize(2 + 32, 0x5a);  // random
    put(body, before);
    put16(body, extensions.size());
    put(body, extensions);
    Octets message{type, 0};
    put16(message, body.size());
    put(message, body);
    return record(22, message);
}

Octets client_hello() {
    Octets extensions = extension(43, {2, 3, 4});                                  // TLS 1.3
    put(extensions, extension(0, {0, 9, 0, 0, 6, 'c', '.', 't', 'e', 's', 't'}));  // server_name
    put(extensions, extension(10, {0, 2, 0, 0x1d}));
    put(extensions, extension(13, {0, 2, 4, 3}));
    Octets share{0, 36, 0, 0x1d, 0, 32};
    share.resize(share.size() + 32, 9);
    put(extensions, extension(51, share));
    return hello(1, {0, 0, 2, 0x13, 1, 1, 0}, extensions);
}

Octets server_hello() {
    Octets extensions = extension(43, {3, 4});
    Octets share{0, 0x1d, 0, 32};
    share.resize(share.size() + 32, 9);
    put(extensions, extension(51, share));
    return hello(2, {0, 0x13, 1, 0}, extensions);
}

/// Encrypted records of 16 KiB, `size` bytes in all with their headers.
Octets encrypted(std::size_t size) {
    Octets out;
    while (out.size() < size) {
        const std::size_t body = std::min<std::size_t>(16'401, size - out.size() - 5);
        put(out, record(23, Octets(body, 0xc3)));
        if (size - out.size() <= 5) break;
    }
    return out;
}

/// A pcap file in order of time, a microsecond a frame.
class Writer {
  public:
    explicit Writer(const char* path) : file_(std::fopen(path, "wb")) {
        if (file_ == nullptr) throw std::runtime_error(std::string("cannot write ") + path);
        const std::array<std::uint32_t, 6> header{0xa1b2c3d4, 0x00040002, 0, 0, 262'144, 1};
        write(header.data(), sizeof header);
    }
    ~Writer() { std::fclose(file_); }
    Writer(Writer&&) = delete;
    Writer& operator=(Writer&&) = delete;

    void frame(const Octets& octets) {
        const auto size = static_cast<std::uint32_t>(octets.size());
        const std::array<std::uint32_t, 4> header{1'760'000'000 + time_ / 1'000'000,
                                                  time_ % 1'000'000, size, size};
        ++time_;
        write(header.data(), sizeof header);
        write(octets.data(), octets.size());
    }

  private:
    void write(const void* bytes, std::size_t size) {
        if (std::fwrite(bytes, 1, size, file_) != size) throw std::runtime_error("disk is full");
    }

    std::FILE* file_;
    std::uint32_t time_ = 0;
};

struct Flow {
    std::uint32_t client = 0;  ///< address, in 10.0.0.0/8
    std::uint16_t port = 0;
};
constexpr std::uint32_t server_address = 0xac100001;
constexpr std::uint16_t server_port = 443;

Flow flow_number(std::uint32_t number) {
    return {0x0a000000U + number / 50'000, static_cast<std::uint16_t>(1024 + number % 50'000)};
}

using Wrap = std::function<Octets(const Octets& ip)>;

Octets ethernet(const Octets& ip) {
    Octets out{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
    put(out, ip);
    out.resize(std::max<std::size_t>(out.size(), 60));
    return out;
}

Octets ipv4(std::uint8_t protocol, std::uint32_t from, std::uint32_t to, const Octets& body) {
    Octets out{0x45, 0};
    put16(out, 20 + body.size());
    put32(out, 0);
    out.insert(out.end(), {64, protocol, 0, 0});
    put32(out, from);
    put32(out, to);
    put(out, body);
    return out;
}

/// Two VLAN tags, two MPLS labels, IPv4, GRE, IPv4, UDP, VXLAN, Ethernet.
Octets nested(const Octets& ip) {
    Octets vxlan{0x30, 0x39, 0x12, 0xb5};  // UDP to port 4789
    const Octets inner = ethernet(ip);
    put16(vxlan, 8 + 8 + inner.size());
    vxlan.insert(vxlan.end(), {0, 0, 8, 0, 0, 0, 0, 0, 7, 0});
    put(vxlan, inner);
    Octets gre{0, 0, 8, 0};
    put(gre, ipv4(17, 0xc0a80001, 0xc0a80002, vxlan));
    Octets out{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 0x88, 0x47};
    out.insert(out.end(), {0, 1, 0, 64, 0, 2, 1, 64});
    put(out, ipv4(47, 0xc0a80003, 0xc0a80004, gre));
    return out;
}

/// One flow's frames, in the order in which its ends send them.
class Talk {
  public:
    Talk(const Flow& flow, Wrap wrap) : flow_(flow), wrap_(std::move(wrap)) {}

    void connect() {
        segment(true, wire::tcp_flag::syn, {});
        segment(false, wire::tcp_flag::syn | wire::tcp_flag::ack, {});
        segment(true, wire::tcp_flag::ack, {});
    }
    /// Both ways up to data, `bytes` of it from the server in segments of `mss`.
    void speak(std::size_t bytes, std::size_t mss) {
        send(true, client_hello(), mss);
        send(false, server_hello(), mss);
        send(false, encrypted(1500), mss);
        send(true, encrypted(58), mss);
        send(true, encrypted(300), mss);
        send(false, encrypted(bytes), mss);
    }
    void close() {
        segment(true, wire::tcp_flag::fin | wire::tcp_flag::ack, {});
        segment(false, wire::tcp_flag::fin | wire::tcp_flag::ack, {});
        segment(true, wire::tcp_flag::ack, {});
    }
    void acknowledge(bool by_client) { segment(by_client, wire::tcp_flag::ack, {}); }

    [[nodiscard]] std::vector<Octets>& frames() { return frames_; }

  private:
    void send(bool by_client, const Octets& data, std::size_t mss) {
        for (std::size_t at = 0; at < data.size(); at += mss) {
            const auto begin = data.begin() + static_cast<std::ptrdiff_t>(at);
            const std::size_t size = std::min(mss, data.size() - at);
            segment(by_client, wire::tcp_flag::ack,
                    Octets(begin, begin + static_cast<std::ptrdiff_t>(size)));
        }
    }
    void segment(bool by_client, std::uint8_t flags, const Octets& data) {
        std::uint32_t& own = next_[by_client ? 0 : 1];
        const std::uint32_t peer = next_[by_client ? 1 : 0];
        Octets tcp;
        put16(tcp, by_client ? flow_.port : server_port);
        put16(tcp, by_client ? server_port : flow_.port);
        put32(tcp, own);
        put32(tcp, (flags & wire::tcp_flag::ack) != 0 ? peer : 0);
        tcp.insert(tcp.end(), {0x50, flags, 0xff, 0xff, 0, 0, 0, 0});
        put(tcp, data);
        const bool counts = (flags & (wire::tcp_flag::syn | wire::tcp_flag::fin)) != 0;
        own += static_cast<std::uint32_t>(data.size()) + (counts ? 1 : 0);
        frames_.push_back(wrap_(ipv4(6, by_client ? flow_.client : server_address,
                                     by_client ? server_address : flow_.client, tcp)));
    }

    Flow flow_;
    Wrap wrap_;
    std::array<std::uint32_t, 2> next_{1000, 5'000'000};
    std::vector<Octets> frames_;
};

void write(Writer& out, Talk& talk) {
    for (const Octets& frame : talk.frames())
        out.frame(frame);
    talk.frames().clear();
}

/// `count` flows one after the other.
void one_by_one(Writer& out, std::uint32_t count, std::size_t bytes, std::size_t mss,
                const Wrap& wrap, bool swap_pairs = false,
                const std::function<bool(const Flow&)>& wanted = {}) {
    for (std::uint32_t number = 0, made = 0; made < count; ++number) {
        const Flow flow = flow_number(number);
        if (wanted && !wanted(flow)) continue;
        ++made;
        Talk talk(flow, wrap);
        talk.connect();
        write(out, talk);
        talk.speak(bytes, mss);
        auto& frames = talk.frames();
        for (std::size_t i = 1; swap_pairs && i < frames.size(); i += 2)
            std::swap(frames[i - 1], frames[i]);
        write(out, talk);
        talk.close();
        write(out, talk);
    }
}

void small_frames(Writer& out, std::uint32_t count) {
    for (std::uint32_t number = 0; number < count; ++number) {
        Talk talk(flow_number(number), ethernet);
        talk.connect();
        for (int i = 0; i < 60; ++i)
            talk.acknowledge(i % 2 == 0);
        talk.close();
        write(out, talk);
    }
}

/// All of them open at once.
void many_flows(Writer& out, std::uint32_t count) {
    for (const std::size_t step : {0U, 1U, 2U}) {
        for (std::uint32_t number = 0; number < count; ++number) {
            Talk talk(flow_number(number), ethernet);
            talk.connect();
            out.frame(talk.frames()[step]);
        }
    }
}

bool is_of_first_shard(const Flow& flow) {
    const auto end = [](std::uint32_t address, std::uint16_t port) {
        const std::array<std::uint8_t, 4> bytes{
            static_cast<std::uint8_t>(address >> 24U), static_cast<std::uint8_t>(address >> 16U),
            static_cast<std::uint8_t>(address >> 8U), static_cast<std::uint8_t>(address)};
        return Endpoint{IpAddress::v4(bytes.data()), port};
    };
    return engine::Engine::shard_of(
               wire::flow_hash(end(flow.client, flow.port), end(server_address, server_port))) == 0;
}

using Kind = std::function<void(Writer&, std::uint32_t count)>;
const std::map<std::string_view, Kind> kinds{
    {"small_frames", small_frames},
    {"many_flows", many_flows},
    {"elephant",
     [](Writer& out, std::uint32_t count) { one_by_one(out, 1, count, 1448, ethernet); }},
    {"one_shard",
     [](Writer& out, std::uint32_t count) {
         one_by_one(out, count, 20'000, 1448, ethernet, false, is_of_first_shard);
     }},
    {"jumbo",
     [](Writer& out, std::uint32_t count) { one_by_one(out, count, 200'000, 8948, ethernet); }},
    {"disordered",
     [](Writer& out, std::uint32_t count) {
         one_by_one(out, count, 20'000, 1448, ethernet, true);
     }},
    {"nested",
     [](Writer& out, std::uint32_t count) { one_by_one(out, count, 20'000, 1300, nested); }},
};

}  // namespace
}  // namespace tlstriage::bench

int main(int argc, char** argv) {
    using namespace tlstriage::bench;
    const auto kind = argc == 4 ? kinds.find(argv[1]) : kinds.end();
    if (kind == kinds.end()) {
        std::fprintf(stderr,
                     "Usage: cliff_traces KIND COUNT FILE\n\nCOUNT flows (bytes, for the "
                     "one flow of `elephant`) of a kind:\n");
        for (const auto& [name, make] : kinds)
            std::fprintf(stderr, "  %s\n", std::string(name).c_str());
        return 2;
    }
    try {
        Writer out(argv[3]);
        kind->second(out, static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10)));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "cliff_traces: %s\n", error.what());
        return 1;
    }
}
