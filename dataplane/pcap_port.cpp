#include "pcap_port.h"

#include <fmt/format.h>
#include <rte_bus_vdev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "capture/source.h"
#include "capture/walk.h"

namespace tlstriage::dataplane {
namespace {

constexpr std::uint16_t burst = 64;
constexpr unsigned batch = 4096;  ///< frames held until the shards consume them
constexpr unsigned buffers = 16383;
constexpr unsigned idle_polls = 10'000;
constexpr std::uint16_t descriptors = 512;

struct PoolDeleter {
    void operator()(rte_mempool* pool) const { rte_mempool_free(pool); }
};
using Pool = std::unique_ptr<rte_mempool, PoolDeleter>;

[[noreturn]] void fail(const std::string& what, int error) {
    throw std::runtime_error(fmt::format("{}: {}", what, rte_strerror(error)));
}

/// A started net_pcap port with one receive queue.
class Port {
  public:
    Port(const std::string& path, rte_mempool* pool) {
        const std::string arguments = "rx_pcap=" + path;
        if (const int error = rte_vdev_init(device, arguments.c_str()); error != 0) {
            fail("net_pcap cannot open " + path, -error);
        }
        rte_eth_conf configuration{};
        if (rte_eth_dev_get_port_by_name(device, &id_) != 0 ||
            rte_eth_dev_configure(id_, 1, 0, &configuration) != 0 ||
            rte_eth_rx_queue_setup(id_, 0, descriptors, 0, nullptr, pool) != 0 ||
            rte_eth_dev_start(id_) != 0) {
            rte_vdev_uninit(device);
            fail("net_pcap cannot start on " + path, rte_errno);
        }
    }
    ~Port() {
        rte_eth_dev_stop(id_);
        rte_vdev_uninit(device);  // closes the port, and frees the name for the next file
    }
    Port(Port&&) = delete;
    Port& operator=(Port&&) = delete;

    [[nodiscard]] std::uint16_t poll(std::span<rte_mbuf*> mbufs) const {
        return rte_eth_rx_burst(id_, 0, mbufs.data(), static_cast<std::uint16_t>(mbufs.size()));
    }
    [[nodiscard]] std::uint64_t without_buffer() const {
        rte_eth_stats stats{};
        rte_eth_stats_get(id_, &stats);
        return stats.rx_nombuf + stats.imissed + stats.ierrors;
    }

  private:
    static constexpr const char* device = "net_pcap0";
    std::uint16_t id_ = 0;
};

/// What the file holds, walked by our own reader: the port itself can't tell its end from idling.
struct Expectation {
    std::uint64_t frames = 0;
    std::uint64_t cut_frames = 0;
    std::uint64_t other_links = 0;
    bool nanoseconds = false;
    std::vector<capture::Damage> damage;
};

Expectation expect(const std::string& path) {
    Expectation expectation;
    const auto source = capture::open({path, ""});
    auto result =
        capture::walk(*source, [&](const capture::Record& record, std::uint64_t, std::uint64_t) {
            ++expectation.frames;
            if (record.captured < record.wire_length) ++expectation.cut_frames;
            if (record.link != LinkType::ethernet) ++expectation.other_links;
            if (record.time % 1000 != 0) expectation.nanoseconds = true;
        });
    expectation.damage = std::move(result.damages);
    return expectation;
}

void remark(const std::string& path, const Expectation& expectation,
            std::vector<std::string>& remarks) {
    if (expectation.nanoseconds) {
        remarks.push_back(path + ": net_pcap gives microseconds, nanoseconds are lost");
    }
    if (expectation.cut_frames > 0) {
        remarks.push_back(fmt::format(
            "{}: net_pcap does not tell the wire length of {} frames that the capture cut", path,
            expectation.cut_frames));
    }
    if (expectation.other_links > 0) {
        remarks.push_back(
            fmt::format("{}: net_pcap takes {} frames of another link type for Ethernet", path,
                        expectation.other_links));
    }
}

class Batch {
  public:
    Batch(Consumer& consumer, std::uint32_t file, int time_offset)
        : consumer_(consumer), file_(file), time_offset_(time_offset) {
        mbufs_.reserve(batch);
    }

    void take(rte_mbuf* mbuf) {
        const std::uint32_t length = rte_pktmbuf_pkt_len(mbuf);
        // A frame longer than a buffer comes as a chain: joined into the one that follows it here.
        std::vector<std::uint8_t>* joined = nullptr;
        if (mbuf->nb_segs > 1) joined = &joined_.emplace_back(length);
        const void* data = joined == nullptr ? rte_pktmbuf_mtod(mbuf, const void*)
                                             : rte_pktmbuf_read(mbuf, 0, length, joined->data());
        const auto microseconds =
            *RTE_MBUF_DYNFIELD(mbuf, time_offset_, const rte_mbuf_timestamp_t*);
        piece_.take({.data = static_cast<const std::uint8_t*>(data),
                     .captured = length,
                     .wire_length = length,
                     .time = static_cast<Nanoseconds>(microseconds) * 1000});
        mbufs_.push_back(mbuf);
    }
    [[nodiscard]] bool full() const { return mbufs_.size() + burst > batch; }

    std::uint64_t consume(std::uint64_t frames_before) {
        Piece* const pieces[] = {&piece_};
        const std::uint64_t frames = consumer_.take(pieces, file_, frames_before, window_);
        consumer_.consume(window_);
        rte_pktmbuf_free_bulk(mbufs_.data(), static_cast<unsigned>(mbufs_.size()));
        mbufs_.clear();
        joined_.clear();
        piece_.clear();
        return frames;
    }

  private:
    Consumer& consumer_;
    Window window_;
    std::uint32_t file_;
    int time_offset_;
    Piece piece_;
    std::vector<rte_mbuf*> mbufs_;
    std::list<std::vector<std::uint8_t>> joined_;
};

std::uint64_t receive(const Port& port, std::uint64_t expected, Batch& batch_of_frames,
                      std::uint64_t& bytes) {
    std::uint64_t frames = 0;
    std::uint64_t polled = 0;
    std::array<rte_mbuf*, burst> mbufs{};
    for (unsigned idle = 0; polled < expected && idle < idle_polls; ++idle) {
        const std::uint16_t count = port.poll(mbufs);
        for (std::uint16_t i = 0; i < count; ++i) {
            bytes += rte_pktmbuf_pkt_len(mbufs[i]);
            batch_of_frames.take(mbufs[i]);
        }
        polled += count;
        if (count > 0) idle = 0;
        if (batch_of_frames.full()) frames += batch_of_frames.consume(frames);
    }
    return frames + batch_of_frames.consume(frames);
}

}  // namespace

report::TraceFacts run_pcap_port(const std::string& path, std::uint32_t file, Consumer& consumer,
                                 std::vector<std::string>& remarks) {
    const Expectation expectation = expect(path);
    remark(path, expectation, remarks);
    const Pool pool(
        rte_pktmbuf_pool_create("frames", buffers, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY));
    if (pool == nullptr) fail("no memory for packet buffers", rte_errno);
    const Port port(path, pool.get());
    const int time_offset = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, nullptr);
    if (time_offset < 0) fail("net_pcap gives no time stamps", rte_errno);
    Batch frames(consumer, file, time_offset);
    report::TraceFacts facts;
    facts.name = path;
    facts.frames = receive(port, expectation.frames, frames, facts.bytes);
    facts.damage = expectation.damage;
    if (facts.frames != expectation.frames) {
        facts.error = fmt::format("net_pcap delivered {} of {} frames ({} for want of a buffer)",
                                  facts.frames, expectation.frames, port.without_buffer());
    }
    return facts;
}

}  // namespace tlstriage::dataplane
