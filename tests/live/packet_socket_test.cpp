// Interfaces of the kernel, through net_af_packet: frames sent over a veth pair in a namespace of
// its own. Needs root and ip; without these the tests say that they skip.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "live/live_program.h"
#include "live/pcap_files.h"
#include "support/paths.h"
#include "support/program.h"

namespace tlstriage::test {
namespace {

constexpr auto sender = R"(
import socket, struct, sys
interface, capture, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
data = open(capture, "rb").read()
frames, at = [], 24
while at < len(data):
    length = struct.unpack_from("<I", data, at + 8)[0]
    frames.append(data[at + 16:at + 16 + length])
    at += 16 + length
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((interface, 0))
for _ in range(times):
    for frame in frames:
        wire.send(frame)
)";

Finished shell(const std::string& line) {
    return run_program({"/bin/sh", "-c", line});
}

/// A namespace with a cable: what is sent into one end comes out of the other.
class Cable {
  public:
    Cable() {
        made_ = shell("ip netns add " + name_ + " && ip link add " + in_ + " netns " + name_ +
                      " type veth peer name " + out_ + " netns " + name_)
                    .status == 0;
        for (const std::string& end : {in_, out_}) {
            // Without an address of its own the kernel sends nothing.
            made_ = made_ && inside("ip link set " + end + " addrgenmode none up").status == 0;
        }
    }
    ~Cable() { shell("ip netns del " + name_ + " 2>/dev/null"); }
    Cable(Cable&&) = delete;
    Cable& operator=(Cable&&) = delete;

    [[nodiscard]] bool made() const { return made_; }
    [[nodiscard]] const std::string& end() const { return out_; }
    [[nodiscard]] Finished inside(const std::string& line) const {
        return shell("ip netns exec " + name_ + " " + line);
    }
    void set_mtu(unsigned mtu) const {
        for (const std::string& end : {in_, out_})
            ASSERT_EQ(inside("ip link set " + end + " mtu " + std::to_string(mtu)).status, 0);
    }
    /// Sends all frames of a capture so many times.
    void send(const std::string& capture, unsigned times = 1) const {
        const ScratchFolder folder;
        write_file(folder.file("send.py"), sender);
        const Finished finished = inside("python3 " + folder.file("send.py") + " " + in_ + " " +
                                         capture + " " + std::to_string(times));
        ASSERT_EQ(finished.status, 0) << finished.err;
    }

    /// tlstriage live in there.
    [[nodiscard]] std::vector<std::string> live(const std::vector<std::string>& words) const {
        std::vector<std::string> command{"/bin/sh", "-c", "exec ip netns exec " + name_ + " \"$@\"",
                                         "sh"};
        for (const std::string& word : live_command(words))
            command.push_back(word);
        return command;
    }

  private:
    std::string name_ = "tlstriage-test-" + std::to_string(::getpid());
    std::string in_ = "tlt0";
    std::string out_ = "tlt1";
    bool made_ = false;
};

/// The ports are open: what is sent from here on counts.
bool is_ready(const std::filesystem::path& folder) {
    return eventually([&] { return std::filesystem::exists(folder / ".tlstriage-live.lock"); });
}

class LivePacketSocket : public testing::Test {
  protected:
    void SetUp() override {
        if (!cable.made())
            GTEST_SKIP() << "SKIPPED: no veth pair can be made here (needs root, ip)";
    }

    /// The only window of a run that ends now.
    nlohmann::json end(Child& run) {
        run.signal(SIGTERM);
        finished = run.wait();
        EXPECT_EQ(finished.status, 0) << finished.err;
        const auto windows = windows_in(output.path());
        EXPECT_EQ(windows.size(), 1U);
        if (windows.empty()) return {};
        flows = flows_of(windows);
        return facts_of(windows.front());
    }
    /// A ring of so few places that it overflows when it is told to.
    [[nodiscard]] std::string small_ring() const {
        return "net_af_packet0,iface=" + cable.end() + ",blocksz=4096,framesz=2048,framecnt=512";
    }

    const Cable cable;
    const ScratchFolder output;
    Finished finished;
    CsvTable flows;
    const std::string capture = capture_in(source_root() / "pcaps" / "reset_by_firewall_on_sni");
};

TEST_F(LivePacketSocket, SeesWhatIsSent) {
    const std::uint64_t frames = read_pcap(capture).size();
    Child run(cable.live({"--port", cable.end(), "--every", "1h", "-o", output.path()}));
    ASSERT_TRUE(is_ready(output.path())) << run.err();
    cable.send(capture);
    const auto facts = end(run);
    EXPECT_EQ(facts["ports"][0]["packets"], frames);
    EXPECT_EQ(facts["ports"][0]["driver"], "net_af_packet");
    EXPECT_EQ(facts["frames_lost"], false);
    ASSERT_EQ(flows.rows().size(), 2U);
    EXPECT_EQ(flows.cell(flows.rows()[0], "outcome"), "ok");
    EXPECT_EQ(flows.cell(flows.rows()[1], "cause"), "reset_after_client_hello");
}

TEST_F(LivePacketSocket, LossesAreCountedToTheFrame) {
    constexpr unsigned times = 400;
    const std::uint64_t sent = times * read_pcap(capture).size();
    Child run(cable.live({"--port", small_ring(), "--every", "1h", "-o", output.path()}));
    ASSERT_TRUE(is_ready(output.path())) << run.err();
    run.signal(SIGSTOP);
    cable.send(capture, times);
    run.signal(SIGCONT);
    const auto facts = end(run);
    const auto& drops = facts["drops"];
    EXPECT_GT(drops["socket_full"], 0);
    EXPECT_EQ(drops["socket_full"].get<std::uint64_t>() +
                  facts["ports"][0]["packets"].get<std::uint64_t>(),
              sent);
    EXPECT_EQ(facts["frames_lost"], true);
    EXPECT_NE(finished.err.find("socket_full"), std::string::npos) << finished.err;
}

TEST_F(LivePacketSocket, FramesThatNoLinkCarriesAreTold) {
    // A frame of 4,000 bytes, as segmentation offload makes them.
    std::vector<PcapFrame> frames = read_pcap(capture);
    const auto with_data = std::ranges::find_if(
        frames, [](const PcapFrame& frame) { return frame.bytes.size() > 200; });
    ASSERT_NE(with_data, frames.end());
    constexpr std::size_t length = 4000;
    constexpr std::size_t ipv4 = 14;
    PcapFrame large = *with_data;
    large.bytes.resize(length);
    large.bytes[ipv4 + 2] = static_cast<char>((length - ipv4) >> 8U);
    large.bytes[ipv4 + 3] = static_cast<char>((length - ipv4) & 0xffU);
    const ScratchFolder folder;
    write_pcap(folder.file("large.pcap"), {large});

    Child run(cable.live({"--port", small_ring(), "--every", "1h", "-o", output.path()}));
    ASSERT_TRUE(is_ready(output.path())) << run.err();
    cable.set_mtu(9000);  // behind the back of the run: else no frame larger than the link passes
    cable.send(folder.file("large.pcap"));
    const auto facts = end(run);
    EXPECT_EQ(facts["ports"][0]["cut_frames"], 1);
    EXPECT_EQ(facts["ports"][0]["merged_frames"], 1);
    EXPECT_NE(finished.err.find("ethtool -K " + cable.end() + " gso off tso off gro off lro off"),
              std::string::npos)
        << finished.err;
}

TEST_F(LivePacketSocket, RightsAreGivenUp) {
    std::filesystem::permissions(output.path(), std::filesystem::perms::all);
    Child run(cable.live(
        {"--port", cable.end(), "--every", "1h", "-o", output.path(), "--user", "nobody"}));
    ASSERT_TRUE(is_ready(output.path())) << run.err();
    // Of all threads, those of DPDK too.
    const auto tasks = std::filesystem::path("/proc") / std::to_string(run.id()) / "task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
        const std::string status = read_file(task.path() / "status");
        EXPECT_NE(status.find("CapPrm:\t0000000000000000"), std::string::npos) << status;
        EXPECT_NE(status.find("CapEff:\t0000000000000000"), std::string::npos) << status;
        EXPECT_EQ(status.find("Uid:\t0"), std::string::npos) << status;
    }
    cable.send(capture);
    const auto facts = end(run);
    EXPECT_EQ(facts["ports"][0]["packets"], read_pcap(capture).size());
}

}  // namespace
}  // namespace tlstriage::test
