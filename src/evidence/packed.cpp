#include "evidence/packed.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

namespace tlstriage::evidence {
namespace {

/// Small numbers of either sign to small numbers without one: 0 -1 1 -2 … to 0 1 2 3 …
constexpr std::uint64_t zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

template <class T>
concept Number = std::is_integral_v<T> || std::is_enum_v<T>;

// A number takes 1 to 9 bytes, little-endian: as many as the first has low zero bits, and one; then
// come the number's own bits. So neither way looks at a byte at a time.

template <class T>
bool is_zero(const T& value) {
    if constexpr (std::is_same_v<T, Moment>) {
        return !value.seen();
    } else {
        return value == T{};
    }
}

/// Most bytes of a number.
constexpr std::size_t widest = 9;

/// A Moment is relative to the flow's first: frames, and a time in microseconds where that is
/// exact. There must be room for all of it (room_to_pack).
class Packer {
  public:
    explicit Packer(std::uint8_t* at) : at_(at) {}

    [[nodiscard]] std::uint8_t* end() const { return at_; }

    /// Members of which many are zero: a bit for each, then those that are not.
    template <class... T>
    requires(sizeof...(T) <= 64) void sparse(const T&... members) {
        std::uint64_t present = 0;
        unsigned place = 0;
        ((present |= std::uint64_t{!is_zero(members)} << place++), ...);
        put(&present, (sizeof...(T) + 7) / 8);
        place = 0;
        ((present >> place++ & 1U ? (*this)(members) : void()), ...);
    }

    template <Number T>
    void operator()(const T& value) {
        varint(static_cast<std::uint64_t>(value));
    }
    void operator()(const Moment& moment) {
        varint(zigzag(static_cast<std::int64_t>(moment.frame - base_.frame)));
        const Nanoseconds span = moment.time - base_.time;
        const Nanoseconds microseconds = span / 1000;
        const bool coarse = microseconds * 1000 == span;
        varint(zigzag(coarse ? microseconds : span) << 1U | (coarse ? 0U : 1U));
    }
    void operator()(const std::string& text) {
        varint(text.size());
        put(text.data(), text.size());
    }
    void operator()(const IpAddress& address) {
        const std::uint8_t size = address.is_v4() ? 4 : 16;
        *at_++ = size;
        put(address.bytes.data() + 16 - size, size);
    }
    template <class T>
    void operator()(const T* const& shared) {
        put(&shared, sizeof(shared));
    }
    template <class T>
    void operator()(const std::optional<T>& value) {
        *at_++ = value ? 1 : 0;
        if (value) (*this)(*value);
    }
    template <class T>
    void operator()(const std::vector<T>& values, std::size_t /*most*/) {
        varint(values.size());
        for (const T& value : values)
            (*this)(value);
    }
    template <class T>
    requires std::is_class_v<T>
    void operator()(const T& value) { visit(*this, value); }
    /// Later moments are relative to this one.
    void base(const Moment& moment) {
        varint(static_cast<std::uint64_t>(moment.time));
        varint(moment.frame);
        base_ = moment;
    }

  private:
    void varint(std::uint64_t value) {
        const auto bits = static_cast<unsigned>(64 - std::countl_zero(value | 1U));
        const unsigned size = (bits + 6) / 7;
        if (size < widest) {
            const std::uint64_t word = (value << size) | (std::uint64_t{1} << (size - 1));
            std::memcpy(at_, &word, sizeof(word));
            at_ += size;
            return;
        }
        *at_++ = 0;
        put(&value, sizeof(value));
    }
    void put(const void* bytes, std::size_t count) {
        std::memcpy(at_, bytes, count);
        at_ += count;
    }

    std::uint8_t* at_;
    Moment base_;
};

class Unpacker {
  public:
    explicit Unpacker(Bytes bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    [[nodiscard]] bool done() const { return good_ && at_ == end_; }

    template <class... T>
    void sparse(T&... members) {
        std::uint64_t present = 0;
        const Bytes bits = take((sizeof...(T) + 7) / 8);
        if (!bits.empty()) std::memcpy(&present, bits.data(), bits.size());
        unsigned place = 0;
        ((present >> place++ & 1U ? (*this)(members) : void(members = T{})), ...);
    }

    template <Number T>
    void operator()(T& value) {
        value = static_cast<T>(varint());
    }
    void operator()(Moment& moment) {
        moment.frame = base_.frame + static_cast<std::uint64_t>(unzigzag(varint()));
        const std::uint64_t span = varint();
        const std::uint64_t unit = (span & 1U) != 0 ? 1 : 1000;
        moment.time =
            static_cast<Nanoseconds>(static_cast<std::uint64_t>(base_.time) +
                                     static_cast<std::uint64_t>(unzigzag(span >> 1U)) * unit);
    }
    void operator()(std::string& text) {
        const Bytes bytes = take(varint());
        text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    void operator()(IpAddress& address) {
        const Bytes size = take(1);
        const bool v4 = !size.empty() && size[0] == 4;
        const Bytes bytes = take(v4 ? 4 : 16);
        if (bytes.empty()) return;
        address = v4 ? IpAddress::v4(bytes.data()) : IpAddress::v6(bytes.data());
    }
    template <class T>
    void operator()(const T*& shared) {
        std::uintptr_t address = 0;
        const Bytes bytes = take(sizeof(address));
        if (!bytes.empty()) std::memcpy(&address, bytes.data(), sizeof(address));
        shared = reinterpret_cast<const T*>(address);
    }
    template <class T>
    void operator()(std::optional<T>& value) {
        const Bytes flag = take(1);
        if (flag.empty() || flag[0] == 0) {
            value.reset();
            return;
        }
        if (!value) value.emplace();
        (*this)(*value);
    }
    template <class T>
    void operator()(std::vector<T>& values, std::size_t most) {
        const std::uint64_t count = varint();
        if (count > most) {
            fail();
            values.clear();
            return;
        }
        values.resize(count);
        for (T& value : values)
            (*this)(value);
    }
    template <class T>
    requires std::is_class_v<T>
    void operator()(T& value) { visit(*this, value); }
    void base(Moment& moment) {
        moment.time = static_cast<Nanoseconds>(varint());
        moment.frame = varint();
        base_ = moment;
    }

  private:
    std::uint64_t varint() {
        std::uint64_t word = 0;
        if (at_ == end_) {
            fail();
            return 0;
        }
        const auto left = static_cast<std::size_t>(end_ - at_);
        if (left >= sizeof(word)) {
            std::memcpy(&word, at_, sizeof(word));
        } else {
            std::memcpy(&word, at_, left);
        }
        const auto size = static_cast<unsigned>(std::countr_zero(word | 0x100U)) + 1;
        if (size > left) {
            fail();
            return 0;
        }
        at_ += size;
        if (size < widest) return word << (64 - 8 * size) >> (64 - 7 * size);
        std::memcpy(&word, at_ - sizeof(word), sizeof(word));
        return word;
    }
    Bytes take(std::uint64_t count) {
        if (count > static_cast<std::uint64_t>(end_ - at_)) {
            fail();
            return {};
        }
        const Bytes bytes(at_, static_cast<std::size_t>(count));
        at_ += count;
        return bytes;
    }
    void fail() {
        good_ = false;
        at_ = end_;
    }

    const std::uint8_t* at_;
    const std::uint8_t* end_;
    bool good_ = true;
    Moment base_;
};

// Each type's members, once for both directions. `Io` is a Packer over const values or an
// Unpacker.

#define TLSTRIAGE_VISIT(Type, value)                          \
    template <class Io, class Value>                          \
    requires std::is_same_v<std::remove_const_t<Value>, Type> \
    void visit(Io& io, Value& value)

TLSTRIAGE_VISIT(Endpoint, e) {
    io(e.address);
    io(e.port);
}
TLSTRIAGE_VISIT(Event, e) {
    io.sparse(e.kind, e.side, e.detail, e.at);
}
TLSTRIAGE_VISIT(AlertEvidence, a) {
    io.sparse(a.sender, a.level, a.description, a.at, a.after_data, a.end);
}
TLSTRIAGE_VISIT(OpaqueRecord, r) {
    io.sparse(r.type, r.length, r.at);
}
TLSTRIAGE_VISIT(IcmpEvidence, i) {
    io(i.router);
    io.sparse(i.type, i.code, i.v6, i.at);
}
TLSTRIAGE_VISIT(UpgradeEvidence, u) {
    io.sparse(u.kind, u.asked, u.accepted, u.refused, u.no_offer, u.went_on);
}
TLSTRIAGE_VISIT(ClientHelloEvidence, h) {
    io.sparse(h.shape, h.session_id_hash, h.session_ticket, h.pre_shared_key, h.early_data,
              h.whole);
    io(h.server_name);
}
TLSTRIAGE_VISIT(ServerHelloEvidence, h) {
    io.sparse(h.version, h.cipher_suite, h.signature_algorithm, h.whole, h.session_id_echoed,
              h.pre_shared_key, h.renegotiation_info);
    io(h.group);
    io(h.dh_prime_bits);
    io(h.alpn);
}
TLSTRIAGE_VISIT(StuckRange, s) {
    io.sparse(s.bytes, s.repeats, s.first_repeat, s.last_repeat, s.later_acknowledged);
}
TLSTRIAGE_VISIT(ResetSigns, s) {
    io.sparse(s.data_place, s.rst_place, s.data_hops_vary, s.last_ip_id, s.id_steps,
              s.rst_breaks_ids, s.new_payload_after);
}
TLSTRIAGE_VISIT(SideEvidence, s) {
    io.sparse(s.syn, s.last_syn, s.first_segment, s.last_segment, s.acknowledgement, s.first_data,
              s.last_data, s.last_payload, s.fin, s.rst, s.rst_count, s.syn_count,
              s.initial_sequence, s.highest_acknowledgement, s.data_end, s.largest_segment, s.mss,
              s.syn_hops, s.data_hops, s.rst_hops, s.rst_answers_syn, s.retransmits, s.lost_bytes,
              s.cut_bytes, s.first_loss, s.hole_bytes, s.first_hole, s.first_protocol, s.plaintext,
              s.http_status, s.http_says_tls, s.not_tls_after_hello, s.first_record, s.certificate,
              s.chain, s.change_cipher_spec, s.finished, s.application_data, s.encrypted_alert,
              s.last_encrypted_alert, s.application_records, s.unfinished_record,
              s.full_segment_acknowledged, s.full_segment_end, s.acknowledged, s.hello_end,
              s.fin_sequence, s.acknowledgement_steps, s.rst_acknowledgement, s.fin_early,
              s.last_full_end, s.no_record, s.fin_acknowledgement);
    io(s.stuck);
    io(s.reset_signs);
    io(s.last_record);
    io(s.opaque_records, max_opaque_records);
}
TLSTRIAGE_VISIT(Evidence, e) {
    io.base(e.first);
    io(e.client);
    io(e.server);
    io.sparse(e.file, e.vlan, e.client_lane, e.client_certain, e.cut, e.duplicates,
              e.refused_before, e.proxy, e.proxy_answered, e.proxy_refused, e.first_client_hello,
              e.client_hello_at, e.client_hellos, e.ssl2_hello, e.hello_retry, e.server_hello_at,
              e.steps_at_server_hello, e.certificate_request, e.client_authority,
              e.server_hello_done, e.client_key_exchange, e.settled, e.icmp_about_syn,
              e.icmp_size_about);
    io(e.sides[0]);
    io(e.sides[1]);
    io(e.icmp);
    io(e.icmp_size);
    io(e.upgrade);
    io(e.proxy_status);
    io(e.client_hello);
    io(e.server_hello);
    io(e.alerts, max_alerts);
    io(e.events, max_events);
}
#undef TLSTRIAGE_VISIT

}  // namespace

std::size_t room_to_pack(const Evidence& evidence) {
    constexpr std::size_t numbers = 512;  // of the fixed members, a Moment being two
    constexpr std::size_t numbers_of_an_item = 6;
    const std::size_t items = evidence.events.size() + evidence.alerts.size() +
                              evidence.sides[0].opaque_records.size() +
                              evidence.sides[1].opaque_records.size();
    std::size_t texts = 0;
    if (evidence.client_hello && evidence.client_hello->server_name) {
        texts += evidence.client_hello->server_name->size();
    }
    if (evidence.server_hello) texts += evidence.server_hello->alpn.size();
    return (numbers + items * numbers_of_an_item) * widest + texts;
}

std::size_t pack(const Evidence& evidence, std::uint8_t* out) {
    Packer packer(out);
    visit(packer, evidence);
    return static_cast<std::size_t>(packer.end() - out);
}

bool unpack(Bytes bytes, Evidence& evidence) {
    Unpacker unpacker(bytes);
    visit(unpacker, evidence);
    return unpacker.done();
}

}  // namespace tlstriage::evidence
