// What a flow saw: an owned value, filled while its packets pass and judged when they are over.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/time.h"
#include "plain/dialogue.h"
#include "sense/protocol.h"
#include "tls/certificate.h"
#include "tls/record.h"

namespace tlstriage::evidence {

enum class Side : std::uint8_t { client, server };
constexpr Side other(Side side) {
    return side == Side::client ? Side::server : Side::client;
}

enum class EventKind : std::uint8_t {
#define EVENT(symbol, text) symbol,
#include "evidence/events.def"
#undef EVENT
};

/// A step of the flow, for the `evidence` column. At most max_events are kept.
struct Event {
    EventKind kind{};
    Side side{};
    std::uint16_t detail = 0;  ///< an alert's level << 8 | description, an HTTP status, else 0
    Moment at;
    friend bool operator==(const Event&, const Event&) = default;
};
constexpr std::size_t max_events = 32;

/// What a ClientHello offers, apart from what differs each time (SNI, session id, keys). Shared by
/// all flows whose hellos have the same shape. Lists are raw code points as sent.
struct HelloShape {
    std::uint16_t legacy_version = 0;
    std::vector<std::uint16_t> versions;  ///< supported_versions, empty without the extension
    std::vector<std::uint16_t> cipher_suites;
    std::vector<std::uint16_t> groups;
    std::vector<std::uint16_t> signature_algorithms;
    std::vector<std::uint16_t> key_share_groups;
    bool renegotiation_info = false;
    bool encrypted_client_hello = false;
    // The same as cells of a row.
    std::string versions_text;
    std::string ciphers_text;
    std::string groups_text;
    std::string alpn_text;
    std::string ja3;
    std::string ja4;
};

struct ClientHelloEvidence {
    const HelloShape* shape = nullptr;  ///< not null; owned by the run
    std::optional<std::string> server_name;
    std::uint64_t session_id_hash = 0;  ///< 0: empty
    bool session_ticket = false;
    bool pre_shared_key = false;
    bool early_data = false;
    bool whole = false;  ///< false: cut by the capture, the fields are those that could be read
    friend bool operator==(const ClientHelloEvidence&, const ClientHelloEvidence&) = default;
};

struct ServerHelloEvidence {
    std::uint16_t version = 0;
    std::uint16_t cipher_suite = 0;
    std::optional<std::uint16_t> group;
    std::optional<std::uint32_t> dh_prime_bits;
    std::uint16_t signature_algorithm = 0;  ///< of its ServerKeyExchange in TLS 1.2; 0: not told
    std::string alpn;
    bool whole = false;              ///< false: cut by the capture, version and suite are not sure
    bool session_id_echoed = false;  ///< non-empty and equal to the ClientHello's
    bool pre_shared_key = false;
    bool renegotiation_info = false;
    friend bool operator==(const ServerHelloEvidence&, const ServerHelloEvidence&) = default;
};

struct AlertEvidence {
    Side sender = Side::client;
    std::uint8_t level = 0;
    std::uint8_t description = 0;
    Moment at;
    bool after_data = false;  ///< application data had gone both ways before
    std::uint32_t end = 0;    ///< sequence number behind it
    friend bool operator==(const AlertEvidence&, const AlertEvidence&) = default;
};

/// A record whose content can't be read, by its header.
struct OpaqueRecord {
    tls::ContentType type = tls::ContentType::application_data;
    std::uint16_t length = 0;
    Moment at;
    friend bool operator==(const OpaqueRecord&, const OpaqueRecord&) = default;
};
constexpr std::size_t max_opaque_records = 16;

/// The first bytes that a peer has not acknowledged though they were sent more than once.
struct StuckRange {
    std::uint32_t bytes = 0;    ///< the longest segment that began there; 0: nothing is stuck
    std::uint32_t repeats = 0;  ///< since acknowledgements last grew
    Moment first_repeat;
    Moment last_repeat;
    bool later_acknowledged = false;  ///< selectively, behind those bytes
    friend bool operator==(const StuckRange&, const StuckRange&) = default;
};

/// What tells a forged reset from a host's own (verdicts.md §5), beside its hops.
struct ResetSigns {
    std::uint16_t data_place = 0;  ///< interface that the first payload was captured at
    std::uint16_t rst_place = 0;
    bool data_hops_vary = false;
    std::uint16_t last_ip_id = 0;  ///< of the latest segment that is no reset
    std::uint8_t id_steps = 0;     ///< segments whose IP ID went on by a little, in a row
    bool rst_breaks_ids = false;   ///< its IP ID does not go on with those
    Moment new_payload_after;      ///< the side went on sending after its reset
    friend bool operator==(const ResetSigns&, const ResetSigns&) = default;
};

/// One direction.
struct SideEvidence {
    // TCP
    Moment syn;            ///< first SYN (server: SYN-ACK)
    Moment last_syn;       ///< the latest copy of it
    Moment first_segment;  ///< any
    Moment last_segment;
    Moment acknowledgement;  ///< first segment that is no SYN and acknowledges
    Moment first_data;       ///< first payload byte, in stream order
    Moment last_data;
    Moment last_payload;  ///< latest segment with payload, repetitions included
    Moment fin;
    std::uint32_t fin_sequence = 0;
    std::uint32_t fin_acknowledgement = 0;  ///< of that segment
    bool fin_early = false;                 ///< bytes in front of it are still missing
    Moment rst;                             ///< the first one
    std::uint32_t rst_count = 0;
    std::uint32_t rst_acknowledgement = 0;  ///< of the first one
    std::uint32_t syn_count = 0;
    std::uint32_t initial_sequence = 0;
    std::uint32_t highest_acknowledgement = 0;  ///< that this side sent, once `acknowledged`
    std::uint32_t data_end = 0;         ///< sequence number behind the last payload byte it sent
    std::uint32_t largest_segment = 0;  ///< payload bytes on the wire
    std::uint16_t mss = 0;              ///< 0: no option seen
    std::uint8_t syn_hops = 0;          ///< TTL or hop limit
    std::uint8_t data_hops = 0;         ///< of the first segment with payload
    std::uint8_t rst_hops = 0;
    bool rst_answers_syn = false;   ///< acknowledges the peer's ISN + 1, nothing else having come
    std::uint32_t retransmits = 0;  ///< payload segments, until the handshake was settled
    StuckRange stuck;               ///< what it repeats and the peer does not acknowledge
    bool full_segment_acknowledged = false;   ///< one of nearly the MSS arrived at the peer
    std::uint32_t full_segment_end = 0;       ///< behind the first such one; 0: none sent
    std::uint32_t last_full_end = 0;          ///< behind the latest one
    std::uint16_t acknowledgement_steps = 0;  ///< how often what it acknowledges grew
    Moment acknowledged;                      ///< when what it acknowledges last grew
    std::uint32_t hello_end = 0;  ///< client: sequence number behind its last ClientHello
    ResetSigns reset_signs;
    std::uint32_t packets = 0;
    std::uint64_t bytes = 0;       ///< TCP payload on the wire, repetitions included
    std::uint64_t lost_bytes = 0;  ///< acknowledged by the peer, absent from the capture
    std::uint64_t cut_bytes = 0;   ///< beyond the snap length
    Moment first_loss;
    std::uint64_t hole_bytes = 0;  ///< neither captured nor acknowledged, while later ones came
    Moment first_hole;             ///< the segment behind it
    // What it speaks
    sense::Protocol first_protocol = sense::Protocol::silent;
    Moment plaintext;               ///< first bytes that are not TLS
    std::uint16_t http_status = 0;  ///< of an HTTP response
    bool http_says_tls = false;     ///< a 400 that says: this is a TLS port
    Moment not_tls_after_hello;     ///< bytes that are no TLS where TLS was expected
    // TLS
    Moment first_record;  ///< first TLS record of any kind
    Moment certificate;
    const tls::Chain* chain = nullptr;  ///< null: none seen; empty: an empty list was sent
    Moment change_cipher_spec;
    Moment finished;          ///< TLS <= 1.2: encrypted handshake record after CCS
    Moment application_data;  ///< first record of that type; in TLS 1.3 see opaque_records
    Moment encrypted_alert;   ///< first, TLS <= 1.2
    Moment last_encrypted_alert;
    std::uint32_t application_records = 0;
    OpaqueRecord last_record;                  ///< last one not readable
    std::vector<OpaqueRecord> opaque_records;  ///< the first max_opaque_records
    Moment no_record;                          ///< first bytes that are none where one should begin
    bool unfinished_record = false;            ///< the stream ends inside a record
    friend bool operator==(const SideEvidence&, const SideEvidence&) = default;
};

/// Payload of at least this many bytes fills a packet of a connection between these sides: the
/// smaller MSS, less what options may take of it (RFC 6691).
constexpr std::uint32_t full_segment(const SideEvidence& a, const SideEvidence& b) {
    constexpr std::uint32_t usual_mss = 1460;
    constexpr std::uint32_t most_option_bytes = 40;
    const auto mss_of = [](const SideEvidence& side) {
        return side.mss == 0 ? usual_mss : std::uint32_t{side.mss};
    };
    const std::uint32_t mss = mss_of(a) < mss_of(b) ? mss_of(a) : mss_of(b);
    return mss > 2 * most_option_bytes ? mss - most_option_bytes : mss;
}

/// Whether the FIN of `side` acknowledges that of `peer`, and so came after it whatever order the
/// capture shows.
constexpr bool fin_answers(const SideEvidence& side, const SideEvidence& peer) {
    return side.fin.seen() && peer.fin.seen() && side.fin_acknowledgement == peer.fin_sequence + 1;
}

/// A dialogue that leads to TLS, or would have (verdicts.md §2, STARTTLS).
struct UpgradeEvidence {
    plain::DialogueKind kind = plain::DialogueKind::none;
    Moment asked;
    Moment accepted;
    Moment refused;
    Moment no_offer;  ///< the server listed what it can do, without TLS
    Moment went_on;   ///< the client did something in the clear
    friend bool operator==(const UpgradeEvidence&, const UpgradeEvidence&) = default;
};

/// An ICMP error that quotes a segment of the flow.
struct IcmpEvidence {
    IpAddress router;  ///< who sent it
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    bool v6 = false;
    Moment at;
    friend bool operator==(const IcmpEvidence&, const IcmpEvidence&) = default;
};

/// The lookup that gave the client the server's address (verdicts.md §6). Joined, not collected.
struct DnsEvidence {
    std::string name;
    std::uint16_t rcode = 0;
    Moment asked;  ///< first, failed tries included
    Moment answered;
    bool names_sni = false;  ///< the SNI is that name, or one that it is an alias of
    friend bool operator==(const DnsEvidence&, const DnsEvidence&) = default;
};

/// Whether the client's certificate is from an authority that the CertificateRequest lists.
enum class Authority : std::uint8_t {
    not_asked,  ///< it lists none, or one of the two messages was not seen
    listed,
    unlisted,
};

/// Why no more of a flow was seen, apart from its own end.
enum class Cut : std::uint8_t {
    none,
    evicted,     ///< memory
    superseded,  ///< the same ends began a new connection
    unjoined,    ///< the parts of it that two captures hold do not join without a gap
};

struct Evidence {
    // Identity
    Endpoint client;
    Endpoint server;
    std::uint32_t file = 0;  ///< index of the trace where it began
    static constexpr std::uint32_t no_archive = ~std::uint32_t{0};
    std::uint32_t archive = no_archive;
    Moment first;
    Moment last;
    std::uint16_t vlan = 0;
    std::uint8_t client_lane = 0;  ///< 0: the client is the lower end of the FlowKey
    bool client_certain = false;   ///< by a SYN or a ClientHello, not by the ports
    std::array<SideEvidence, 2> sides;
    Cut cut = Cut::none;
    bool frames_lost = false;          ///< meanwhile frames did not reach us, of whichever flow
    std::optional<IcmpEvidence> icmp;  ///< the first one; one about a SYN before others
    bool icmp_about_syn = false;       ///< it quotes the client's SYN
    std::optional<IcmpEvidence> icmp_size;  ///< the first that says that a packet is too big
    Side icmp_size_about = Side::client;    ///< who sent the packet that is too big
    std::uint64_t duplicates = 0;           ///< frames that the capture holds twice
    std::uint32_t refused_before = 0;  ///< earlier tries from these ports that were reset (a note)
    // Way in
    std::optional<UpgradeEvidence> upgrade;
    std::optional<DnsEvidence> dns;
    sense::Protocol proxy = sense::Protocol::silent;
    std::optional<std::uint16_t> proxy_status;  ///< of HTTP or SOCKS, the last one
    Moment proxy_answered;                      ///< that one
    bool proxy_refused = false;
    // TLS
    std::optional<ClientHelloEvidence> client_hello;  ///< the last one
    Moment first_client_hello;
    Moment client_hello_at;  ///< the last one
    std::uint32_t client_hellos = 0;
    bool ssl2_hello = false;
    bool hello_retry = false;
    std::optional<ServerHelloEvidence> server_hello;
    Moment server_hello_at;
    std::uint16_t steps_at_server_hello = 0;  ///< the server's acknowledgement_steps then
    Moment certificate_request;
    Authority client_authority = Authority::not_asked;
    Moment server_hello_done;
    Moment client_key_exchange;
    std::vector<AlertEvidence> alerts;  ///< clear ones, at most max_alerts
    Moment settled;                     ///< application data went both ways
    std::vector<Event> events;

    [[nodiscard]] Side side_of_lane(std::uint8_t lane) const {
        return lane == client_lane ? Side::client : Side::server;
    }
    [[nodiscard]] SideEvidence& side(Side s) { return sides[static_cast<std::size_t>(s)]; }
    [[nodiscard]] const SideEvidence& side(Side s) const {
        return sides[static_cast<std::size_t>(s)];
    }
    [[nodiscard]] const SideEvidence& of_client() const { return side(Side::client); }
    [[nodiscard]] const SideEvidence& of_server() const { return side(Side::server); }

    void add(EventKind kind, Side side, Moment at, std::uint16_t detail = 0) {
        if (events.size() < max_events) events.push_back({kind, side, detail, at});
    }
    /// The ends were guessed wrongly: what was the client's is the server's.
    void swap_sides();
    /// As new, but for the lists' memory: one object serves flow after flow.
    void clear();
    friend bool operator==(const Evidence&, const Evidence&) = default;
};
constexpr std::size_t max_alerts = 8;

/// What flow_id shows: a hash of the ends, the client's initial sequence number and the first time
/// stamp, the same for a flow in any run.
std::uint64_t identity(const Evidence& evidence);
std::uint64_t identity(const Endpoint& client, const Endpoint& server,
                       std::uint32_t initial_sequence, Nanoseconds first);

}  // namespace tlstriage::evidence
