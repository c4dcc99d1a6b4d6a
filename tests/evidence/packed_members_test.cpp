// Every member of Evidence survives being packed: one that is added and forgotten fails here.
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "evidence/packed.h"
#include "record/moments.h"

namespace tlstriage::evidence {
namespace {

const HelloShape some_shape{};
const tls::Chain some_chain{};

/// Gives each member another value that is not its default.
class Filler {
  public:
    template <class... T>
    void operator()(T&... values) {
        (put(values), ...);
    }
    [[nodiscard]] unsigned moments() const { return moments_; }

  private:
    void put(bool& value) { value = true; }
    template <class T>
    requires std::is_integral_v<T>
    void put(T& value) { value = static_cast<T>(next_++); }
    template <class T>
    requires std::is_enum_v<T>
    void put(T& value) { value = static_cast<T>(1); }
    void put(Moment& value) {
        ++moments_;
        const auto number = next_++;
        value = {static_cast<Nanoseconds>(number) * 1'000, number};
    }
    void put(IpAddress& value) { value.bytes.back() = static_cast<std::uint8_t>(next_++ | 1U); }
    void put(Endpoint& value) { (*this)(value.address, value.port); }
    void put(std::string& value) { value = std::to_string(next_++); }
    void put(const HelloShape*& value) { value = &some_shape; }
    void put(const tls::Chain*& value) { value = &some_chain; }
    template <class T>
    void put(std::optional<T>& value) {
        put(value.emplace());
    }
    template <class T, std::size_t size>
    void put(std::array<T, size>& values) {
        for (T& value : values)
            put(value);
    }
    template <class T>
    void put(std::vector<T>& values) {
        values.resize(3);
        for (T& value : values)
            put(value);
    }
    template <class T>
    requires std::is_class_v<T>
    void put(T& value) { fill(*this, value); }

    std::uint64_t next_ = 1;
    unsigned moments_ = 0;
};

// All members by name, so that another one does not compile: pack it (packed_members.h), name it
// here.

void fill(Filler& filler, Event& value) {
    auto& [kind, side, detail, at] = value;
    filler(kind, side, detail, at);
}
void fill(Filler& filler, ClientHelloEvidence& value) {
    auto& [shape, server_name, session_id_hash, session_ticket, pre_shared_key, early_data, whole] =
        value;
    filler(shape, server_name, session_id_hash, session_ticket, pre_shared_key, early_data, whole);
}
void fill(Filler& filler, ServerHelloEvidence& value) {
    auto& [version, cipher_suite, group, dh_prime_bits, signature_algorithm, alpn, whole,
           session_id_echoed, pre_shared_key, renegotiation_info] = value;
    filler(version, cipher_suite, group, dh_prime_bits, signature_algorithm, alpn, whole,
           session_id_echoed, pre_shared_key, renegotiation_info);
}
void fill(Filler& filler, AlertEvidence& value) {
    auto& [sender, level, description, at, after_data, end] = value;
    filler(sender, level, description, at, after_data, end);
}
void fill(Filler& filler, OpaqueRecord& value) {
    auto& [type, length, at] = value;
    filler(type, length, at);
}
void fill(Filler& filler, StuckRange& value) {
    auto& [bytes, repeats, first_repeat, last_repeat, later_acknowledged] = value;
    filler(bytes, repeats, first_repeat, last_repeat, later_acknowledged);
}
void fill(Filler& filler, ResetSigns& value) {
    auto& [data_place, rst_place, data_hops_vary, last_ip_id, id_steps, rst_breaks_ids,
           new_payload_after] = value;
    filler(data_place, rst_place, data_hops_vary, last_ip_id, id_steps, rst_breaks_ids,
           new_payload_after);
}
void fill(Filler& filler, SideEvidence& value) {
    auto& [syn, last_syn, first_segment, last_segment, acknowledgement, first_data, last_data,
           last_payload, fin, fin_sequence, fin_acknowledgement, fin_early, rst, rst_count,
           rst_acknowledgement, syn_count, initial_sequence, highest_acknowledgement, data_end,
           largest_segment, mss, syn_hops, data_hops, rst_hops, rst_answers_syn, retransmits, stuck,
           full_segment_acknowledged, full_segment_end, last_full_end, acknowledgement_steps,
           acknowledged, hello_end, reset_signs, packets, bytes, lost_bytes, cut_bytes, first_loss,
           hole_bytes, first_hole, first_protocol, plaintext, http_status, http_says_tls,
           not_tls_after_hello, first_record, certificate, chain, change_cipher_spec, finished,
           application_data, encrypted_alert, last_encrypted_alert, application_records,
           last_record, opaque_records, no_record, unfinished_record] = value;
    filler(syn, last_syn, first_segment, last_segment, acknowledgement, first_data, last_data,
           last_payload, fin, fin_sequence, fin_acknowledgement, fin_early, rst, rst_count,
           rst_acknowledgement, syn_count, initial_sequence, highest_acknowledgement, data_end,
           largest_segment, mss, syn_hops, data_hops, rst_hops, rst_answers_syn, retransmits, stuck,
           full_segment_acknowledged, full_segment_end, last_full_end, acknowledgement_steps,
           acknowledged, hello_end, reset_signs, packets, bytes, lost_bytes, cut_bytes, first_loss,
           hole_bytes, first_hole, first_protocol, plaintext, http_status, http_says_tls,
           not_tls_after_hello, first_record, certificate, chain, change_cipher_spec, finished,
           application_data, encrypted_alert, last_encrypted_alert, application_records,
           last_record, opaque_records, no_record, unfinished_record);
}
void fill(Filler& filler, UpgradeEvidence& value) {
    auto& [kind, asked, accepted, refused, no_offer, went_on] = value;
    filler(kind, asked, accepted, refused, no_offer, went_on);
}
void fill(Filler& filler, IcmpEvidence& value) {
    auto& [router, type, code, v6, at] = value;
    filler(router, type, code, v6, at);
}
void fill(Filler& filler, DnsEvidence& value) {
    auto& [name, rcode, asked, answered, names_sni] = value;
    filler(name, rcode, asked, answered, names_sni);
}
void fill(Filler& filler, Evidence& value) {
    auto& [client, server, file, archive, first, last, vlan, client_lane, client_certain, sides,
           cut, frames_lost, icmp, icmp_about_syn, icmp_size, icmp_size_about, duplicates,
           refused_before, upgrade, dns, proxy, proxy_status, proxy_answered, proxy_refused,
           client_hello, first_client_hello, client_hello_at, client_hellos, ssl2_hello,
           hello_retry, server_hello, server_hello_at, steps_at_server_hello, certificate_request,
           client_authority, server_hello_done, client_key_exchange, alerts, settled, events] =
        value;
    filler(client, server, file, archive, first, last, vlan, client_lane, client_certain, sides,
           cut, frames_lost, icmp, icmp_about_syn, icmp_size, icmp_size_about, duplicates,
           refused_before, upgrade, dns, proxy, proxy_status, proxy_answered, proxy_refused,
           client_hello, first_client_hello, client_hello_at, client_hellos, ssl2_hello,
           hello_retry, server_hello, server_hello_at, steps_at_server_hello, certificate_request,
           client_authority, server_hello_done, client_key_exchange, alerts, settled, events);
}

TEST(PackedMembers, EachComesBack) {
    Evidence before;
    Filler{}(before);
    std::vector<std::uint8_t> bytes(room_to_pack(before));
    bytes.resize(pack(before, bytes.data()));
    Evidence after;
    ASSERT_TRUE(unpack(bytes, after));
    // What stands beside the bytes (engine/evidence_store.h), or is joined later.
    after.file = before.file;
    after.archive = before.archive;
    after.frames_lost = before.frames_lost;
    after.last = before.last;
    after.dns = before.dns;
    for (std::size_t side = 0; side < after.sides.size(); ++side) {
        after.sides[side].packets = before.sides[side].packets;
        after.sides[side].bytes = before.sides[side].bytes;
        EXPECT_TRUE(after.sides[side] == before.sides[side]) << side;
    }
    EXPECT_TRUE(after == before);
    EXPECT_FALSE(after == Evidence{});
}

/// As many items as lists may have, each of another Moment: what takes the most room there is.
TEST(PackedMembers, FullListsFitInTheRoom) {
    Evidence before;
    Filler filler;
    filler(before);
    before.alerts.resize(max_alerts);
    before.events.resize(max_events);
    for (AlertEvidence& alert : before.alerts)
        fill(filler, alert);
    for (Event& event : before.events)
        fill(filler, event);
    for (SideEvidence& side : before.sides) {
        side.opaque_records.resize(max_opaque_records);
        for (OpaqueRecord& record : side.opaque_records)
            fill(filler, record);
    }
    before.first.time = std::numeric_limits<Nanoseconds>::max();  // the others are far from it
    std::vector<std::uint8_t> bytes(room_to_pack(before));
    const std::size_t size = pack(before, bytes.data());
    ASSERT_LE(size, bytes.size());
    bytes.resize(size);
    Evidence after;
    ASSERT_TRUE(unpack(bytes, after));
    EXPECT_EQ(after.alerts, before.alerts);
    EXPECT_EQ(after.events, before.events);
    for (std::size_t side = 0; side < after.sides.size(); ++side)
        EXPECT_EQ(after.sides[side].opaque_records, before.sides[side].opaque_records);
    EXPECT_EQ(after.of_client().syn, before.of_client().syn);
}

TEST(PackedMembers, EachMomentIsChecked) {
    Evidence evidence;
    Filler filler;
    filler(evidence);
    std::set<Moment> moments;
    record::each_moment(evidence, [&](const Moment& moment) { moments.insert(moment); });
    EXPECT_EQ(moments.size(), filler.moments());
}

TEST(PackedMembers, AddressesCanBeWrittenAnew) {
    Evidence before;
    Filler{}(before);
    std::vector<std::uint8_t> bytes(room_to_pack(before));
    bytes.resize(pack(before, bytes.data()));
    const auto places = shared_places(bytes);
    ASSERT_TRUE(places);
    ASSERT_EQ(places->count, 3U);
    const HelloShape other_shape{};
    const tls::Chain other_chain{};
    for (unsigned i = 0; i < places->count; ++i) {
        const auto address = places->is_chain(i) ? std::bit_cast<std::uint64_t>(&other_chain)
                                                 : std::bit_cast<std::uint64_t>(&other_shape);
        std::memcpy(bytes.data() + places->offset + i * 8, &address, sizeof(address));
    }
    Evidence after;
    ASSERT_TRUE(unpack(bytes, after));
    EXPECT_EQ(after.client_hello->shape, &other_shape);
    EXPECT_EQ(after.of_client().chain, &other_chain);
    EXPECT_EQ(after.of_server().chain, &other_chain);
}

}  // namespace
}  // namespace tlstriage::evidence
