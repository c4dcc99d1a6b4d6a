// Evidence survives being packed, and damaged bytes do no harm.
#include "evidence/packed.h"

#include <gtest/gtest.h>

#include <limits>

namespace tlstriage::evidence {
namespace {

Moment at(Nanoseconds time, std::uint64_t frame) {
    return {time, frame};
}

const HelloShape shape{};
const tls::Chain chain{};

Evidence full() {
    Evidence e;
    const std::array<std::uint8_t, 16> v6{0x20, 0x01, 0x0d, 0xb8, 0, 1};
    const std::array<std::uint8_t, 4> v4{192, 0, 2, 7};
    e.first = at(1'700'000'000'000'000'001, 77);
    e.client = {IpAddress::v4(v4.data()), 50'000};
    e.server = {IpAddress::v6(v6.data()), 443};
    e.file = 3;
    e.vlan = 100;
    e.client_lane = 1;
    e.client_certain = true;
    e.client_hello = ClientHelloEvidence{.shape = &shape,
                                         .server_name = "a.test",
                                         .session_id_hash = ~std::uint64_t{0},
                                         .early_data = true,
                                         .whole = true};
    e.server_hello = ServerHelloEvidence{.version = 0x0303,
                                         .cipher_suite = 0xc02f,
                                         .group = 29,
                                         .dh_prime_bits = {},
                                         .alpn = std::string(300, 'h'),
                                         .renegotiation_info = true};
    e.icmp = IcmpEvidence{IpAddress::v4(v4.data()), 3, 13, false, at(e.first.time - 5, 70)};
    e.alerts = {{Side::server, 2, 40, at(e.first.time + 9'999, 90), true}};
    for (std::uint64_t i = 0; i < max_events; ++i) {
        e.add(EventKind::alert, Side::server, at(e.first.time + seconds(40) * 1000, 70 + i),
              0x0228);
    }
    SideEvidence& server = e.side(Side::server);
    server.chain = &chain;
    server.initial_sequence = 0xffff'ffff;
    server.hole_bytes = std::uint64_t{1} << 60U;
    server.first_protocol = sense::Protocol::ssh;
    server.last_record = {tls::ContentType::alert, 19, at(e.first.time + 1, 78)};
    server.opaque_records.assign(max_opaque_records, server.last_record);
    server.unfinished_record = true;
    e.side(Side::client).rst = at(e.first.time + 1'000, 1'000'000'000'000);
    return e;
}

Bytes packed(const Evidence& evidence, std::vector<std::uint8_t>& out) {
    out.resize(room_to_pack(evidence));
    const std::size_t size = pack(evidence, out.data());
    return Bytes(out).first(size);
}

TEST(Packed, ComesBackAsItWas) {
    const Evidence before = full();
    std::vector<std::uint8_t> bytes;
    const Bytes view = packed(before, bytes);
    Evidence after;
    after.events.resize(3);  // what was there before does not matter
    after.side(Side::client).fin = at(1, 1);
    ASSERT_TRUE(unpack(view, after));
    EXPECT_EQ(after.first, before.first);
    EXPECT_EQ(after.client, before.client);
    EXPECT_EQ(after.server, before.server);
    EXPECT_EQ(after.client_hello->shape, &shape);
    EXPECT_EQ(after.client_hello->server_name, "a.test");
    EXPECT_EQ(after.client_hello->session_id_hash, ~std::uint64_t{0});
    EXPECT_EQ(after.server_hello->alpn, before.server_hello->alpn);
    EXPECT_EQ(after.server_hello->group, 29);
    EXPECT_FALSE(after.server_hello->dh_prime_bits);
    EXPECT_EQ(after.icmp->at, before.icmp->at);
    EXPECT_EQ(after.icmp->code, 13);
    EXPECT_EQ(after.alerts.at(0).at, before.alerts[0].at);
    EXPECT_TRUE(after.alerts[0].after_data);
    ASSERT_EQ(after.events.size(), max_events);
    EXPECT_EQ(after.events.back().at, before.events.back().at);
    EXPECT_EQ(after.events.back().detail, 0x0228);
    const SideEvidence& server = after.of_server();
    EXPECT_EQ(server.chain, &chain);
    EXPECT_EQ(server.initial_sequence, 0xffff'ffff);
    EXPECT_EQ(server.hole_bytes, std::uint64_t{1} << 60U);
    EXPECT_EQ(server.first_protocol, sense::Protocol::ssh);
    EXPECT_EQ(server.opaque_records.size(), max_opaque_records);
    EXPECT_TRUE(server.unfinished_record);
    EXPECT_EQ(after.of_client().rst, before.of_client().rst);
    EXPECT_FALSE(after.of_client().fin.seen());

    std::vector<std::uint8_t> again;
    const Bytes second = packed(after, again);
    EXPECT_TRUE(std::ranges::equal(view, second));
}

TEST(Packed, MomentsAnyDistanceApartComeBack) {
    constexpr std::int64_t bit32 = std::int64_t{1} << 32U;
    constexpr std::int64_t bit40 = std::int64_t{1} << 40U;
    struct Case {
        Nanoseconds time;     ///< behind the first one
        std::int64_t frames;  ///< the same
        std::size_t bytes;    ///< that such a Moment takes
    };
    const Moment first = at(1'700'000'000'000'000'001, 100'000'000);
    for (const auto& [time, frames, bytes] : {Case{0, 1, 6},
                                              {bit32 - 1, 0xffff, 6},
                                              {bit32, 1, 8},
                                              {1, 0x1'0000, 8},
                                              {bit40 - 1, 0xff'ffff, 8},
                                              {bit40, 1, 16},
                                              {1, 0x100'0000, 16},
                                              {-1, 1, 16},
                                              {1, -1, 16}}) {
        Evidence before;
        before.first = first;
        std::vector<std::uint8_t> out;
        const std::size_t without = packed(before, out).size();
        before.settled = at(first.time + time, first.frame + static_cast<std::uint64_t>(frames));
        const Bytes bytes_with = packed(before, out);
        EXPECT_EQ(bytes_with.size() - without, bytes + 1) << time << ' ' << frames;  // its place
        Evidence after;
        ASSERT_TRUE(unpack(bytes_with, after));
        EXPECT_EQ(after.settled, before.settled);
        EXPECT_EQ(after.first, first);
    }
}

TEST(Packed, TimesAtTheEndsOfTimeComeBack) {
    using Limits = std::numeric_limits<Nanoseconds>;
    Evidence before;
    before.first = at(Limits::max(), 1);
    before.settled = at(Limits::min(), ~std::uint64_t{0});
    before.server_hello_at = at(-1, 2);
    std::vector<std::uint8_t> out;
    Evidence after;
    ASSERT_TRUE(unpack(packed(before, out), after));
    EXPECT_TRUE(after == before);
}

TEST(Packed, LongestNamesComeBack) {
    Evidence before = full();
    before.client_hello->server_name = std::string(0xffff, 'n');
    before.server_hello->alpn = std::string(0xff, 'p');
    std::vector<std::uint8_t> out;
    Evidence after;
    const Bytes view = packed(before, out);
    EXPECT_LE(view.size(), out.size());
    ASSERT_TRUE(unpack(view, after));
    EXPECT_EQ(after.client_hello->server_name, before.client_hello->server_name);
    EXPECT_EQ(after.server_hello->alpn, before.server_hello->alpn);
}

TEST(Packed, CutOrChangedBytesAreRefusedOrHarmless) {
    std::vector<std::uint8_t> bytes;
    const Bytes view = packed(full(), bytes);
    Evidence after;
    for (std::size_t length = 0; length < view.size(); ++length) {
        const std::vector<std::uint8_t> cut(view.begin(), view.begin() + static_cast<long>(length));
        EXPECT_FALSE(unpack(cut, after)) << length;
    }
    for (std::size_t i = 0; i < view.size(); ++i) {
        for (const unsigned change : {0x01U, 0x80U, 0xffU}) {
            std::vector<std::uint8_t> changed(view.begin(), view.end());
            changed[i] = static_cast<std::uint8_t>(changed[i] ^ change);
            unpack(changed, after);  // sanitizers watch
        }
    }
}

}  // namespace
}  // namespace tlstriage::evidence
