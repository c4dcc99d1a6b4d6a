#include "evidence/packed.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

namespace tlstriage::evidence {
namespace {

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

// A flow has few packets and many members that tell when. So each Moment is written once, in a
// table behind the members, and a member has its place there. What the bytes begin with:
//   uint32 where the table begins; members; the table: uint8 count, then the Moments
// A Moment of the table is 8 bytes relative to the flow's first one, or `far` and 16 bytes.
// Shapes and chains, three at most, are addresses behind that table, so that who writes the bytes
// to a file can put something else in their place (shared_places):
//   8 bytes each; uint8: how many in the low 4 bits, bit 4 + i: the i-th is a chain

using TableOffset = std::uint32_t;
constexpr std::uint8_t table_size = 64;     ///< Moments, at most
constexpr std::uint8_t not_in_table = 255;  ///< in place of one: the Moment follows as it is
constexpr unsigned time_bits = 40;          ///< nanoseconds behind the first; above them, frames
constexpr std::uint64_t far = ~std::uint64_t{0};

constexpr std::array event_kinds{
#define EVENT(symbol, text) EventKind::symbol,
#include "evidence/events.def"
#undef EVENT
};

/// The largest value of each enumeration that Evidence holds.
template <class T>
constexpr std::uint64_t last_of = 0;
template <>
constexpr std::uint64_t last_of<Side> = 1;
template <>
constexpr std::uint64_t last_of<tls::ContentType> = 255;  // as on the wire
template <>
constexpr std::uint64_t last_of<sense::Protocol> = sense::protocol_names.size() - 1;
template <>
constexpr std::uint64_t last_of<plain::DialogueKind> =
    static_cast<std::uint64_t>(plain::DialogueKind::socks5);
template <>
constexpr std::uint64_t last_of<Authority> = static_cast<std::uint64_t>(Authority::unlisted);
template <>
constexpr std::uint64_t last_of<Cut> = static_cast<std::uint64_t>(Cut::unjoined);
template <>
constexpr std::uint64_t last_of<EventKind> = event_kinds.size() - 1;

/// There must be room for all of it (room_to_pack).
class Packer {
  public:
    explicit Packer(std::uint8_t* begin) : begin_(begin), at_(begin + sizeof(TableOffset)) {}

    /// After the last member: the end of the bytes.
    std::uint8_t* finish() {
        const auto offset = static_cast<TableOffset>(at_ - begin_);
        std::memcpy(begin_, &offset, sizeof(offset));
        *at_++ = count_;
        for (unsigned i = 0; i < count_; ++i) {
            const auto time = static_cast<std::uint64_t>(moments_[i].time - base_.time);
            const std::uint64_t frames = moments_[i].frame - base_.frame;
            const bool near = time >> time_bits == 0 && frames >> (64 - time_bits) == 0 &&
                              (frames << time_bits | time) != far;
            const std::uint64_t word = near ? frames << time_bits | time : far;
            put(&word, sizeof(word));
            if (!near) put(&moments_[i], sizeof(Moment));
        }
        put(addresses_.data(), address_count_ * sizeof(addresses_[0]));
        *at_++ = static_cast<std::uint8_t>(address_kinds_ << 4U | address_count_);
        return at_;
    }

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
        Recent& recent = recent_[moment.frame % recent_.size()];
        if (recent.place == not_in_table || recent.moment != moment) {
            if (count_ == table_size) {
                *at_++ = not_in_table;
                put(&moment, sizeof(moment));
                return;
            }
            recent = {moment, count_};
            moments_[count_++] = moment;
        }
        *at_++ = recent.place;
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
        if constexpr (std::is_same_v<T, tls::Chain>) address_kinds_ |= 1U << address_count_;
        addresses_.at(address_count_++) = std::bit_cast<std::uintptr_t>(shared);
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
    /// All moments are relative to this one.
    void base(const Moment& moment) {
        varint(static_cast<std::uint64_t>(moment.time));
        varint(moment.frame);
        base_ = moment;
    }

  private:
    /// A Moment written lately, by its frame.
    struct Recent {
        Moment moment;
        std::uint8_t place = not_in_table;
    };

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

    std::uint8_t* begin_;
    std::uint8_t* at_;
    Moment base_;
    std::array<Recent, 32> recent_;
    std::array<Moment, table_size> moments_;
    std::uint8_t count_ = 0;
    std::array<std::uint64_t, max_shared> addresses_{};
    unsigned address_count_ = 0;
    unsigned address_kinds_ = 0;
};

class Unpacker {
  public:
    explicit Unpacker(Bytes bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {
        TableOffset offset = 0;
        const Bytes head = take(sizeof(offset));
        if (!head.empty()) std::memcpy(&offset, head.data(), sizeof(offset));
        const auto places = shared_places(bytes);
        if (!places || offset < sizeof(offset) || offset > places->offset) {
            fail();
            return;
        }
        addresses_ = bytes.subspan(places->offset);
        shared_ = *places;
        table_ = bytes.subspan(offset, places->offset - offset);
        end_ = table_.data();
    }

    [[nodiscard]] bool done() const { return good_ && at_ == end_ && address_ == shared_.count; }

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
        const std::uint64_t number = varint();
        if constexpr (std::is_enum_v<T>) {
            if (number > last_of<T>) return fail();
        } else if (static_cast<std::uint64_t>(static_cast<T>(number)) != number) {
            return fail();
        }
        value = static_cast<T>(number);
    }
    void operator()(Moment& moment) {
        const Bytes place = take(1);
        if (!place.empty() && place[0] < count_) {
            moment = moments_[place[0]];
            return;
        }
        if (place.empty() || place[0] != not_in_table) return fail();
        const Bytes bytes = take(sizeof(moment));
        if (!bytes.empty()) std::memcpy(&moment, bytes.data(), sizeof(moment));
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
        constexpr bool chain = std::is_same_v<T, tls::Chain>;
        shared = nullptr;
        if (address_ == shared_.count || shared_.is_chain(address_) != chain) return fail();
        std::uintptr_t address = 0;
        std::memcpy(&address, addresses_.data() + address_++ * sizeof(address), sizeof(address));
        shared = std::bit_cast<const T*>(address);
        if (shared == nullptr) fail();  // sparse() leaves those out
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
        read_table(moment);
    }

  private:
    void read_table(const Moment& base) {
        Bytes rest = table_;
        const auto next = [&rest](void* to, std::size_t size) {
            if (rest.size() < size) return false;
            std::memcpy(to, rest.data(), size);
            rest = rest.subspan(size);
            return true;
        };
        std::uint8_t count = 0;
        if (!next(&count, 1) || count > moments_.size()) return fail();
        for (; count_ < count; ++count_) {
            std::uint64_t word = 0;
            Moment& moment = moments_[count_];
            if (!next(&word, sizeof(word))) return fail();
            if (word == far) {
                if (!next(&moment, sizeof(moment))) return fail();
                continue;
            }
            constexpr std::uint64_t time = (std::uint64_t{1} << time_bits) - 1;
            moment.time =
                static_cast<Nanoseconds>(static_cast<std::uint64_t>(base.time) + (word & time));
            moment.frame = base.frame + (word >> time_bits);
        }
        if (!rest.empty()) fail();
    }
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
    Bytes table_;
    std::array<Moment, table_size> moments_;
    std::uint8_t count_ = 0;
    Bytes addresses_;
    SharedPlaces shared_;
    unsigned address_ = 0;
    bool good_ = true;
};

template <class T, class Type>
concept MaybeConst = std::is_same_v<std::remove_const_t<T>, Type>;

// Each type's members, once for both directions: `io` is a Packer over const values or an Unpacker.

void visit(auto& io, MaybeConst<Endpoint> auto& e) {
    io(e.address);
    io(e.port);
}
void visit(auto& io, MaybeConst<Event> auto& e) {
    io.sparse(e.kind, e.side, e.detail, e.at);
}
void visit(auto& io, MaybeConst<AlertEvidence> auto& a) {
    io.sparse(a.sender, a.level, a.description, a.at, a.after_data, a.end);
}
void visit(auto& io, MaybeConst<OpaqueRecord> auto& r) {
    io.sparse(r.type, r.length, r.at);
}
void visit(auto& io, MaybeConst<IcmpEvidence> auto& i) {
    io(i.router);
    io.sparse(i.type, i.code, i.v6, i.at);
}
void visit(auto& io, MaybeConst<UpgradeEvidence> auto& u) {
    io.sparse(u.kind, u.asked, u.accepted, u.refused, u.no_offer, u.went_on);
}
void visit(auto& io, MaybeConst<ClientHelloEvidence> auto& h) {
    io.sparse(h.shape, h.session_id_hash, h.session_ticket, h.pre_shared_key, h.early_data,
              h.whole);
    io(h.server_name);
}
void visit(auto& io, MaybeConst<ServerHelloEvidence> auto& h) {
    io.sparse(h.version, h.cipher_suite, h.signature_algorithm, h.whole, h.session_id_echoed,
              h.pre_shared_key, h.renegotiation_info);
    io(h.group);
    io(h.dh_prime_bits);
    io(h.alpn);
}
void visit(auto& io, MaybeConst<StuckRange> auto& s) {
    io.sparse(s.bytes, s.repeats, s.first_repeat, s.last_repeat, s.later_acknowledged);
}
void visit(auto& io, MaybeConst<ResetSigns> auto& s) {
    io.sparse(s.data_place, s.rst_place, s.data_hops_vary, s.last_ip_id, s.id_steps,
              s.rst_breaks_ids, s.new_payload_after);
}
void visit(auto& io, MaybeConst<SideEvidence> auto& s) {
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
void visit(auto& io, MaybeConst<Evidence> auto& e) {
    io.base(e.first);
    io(e.client);
    io(e.server);
    io.sparse(e.vlan, e.client_lane, e.client_certain, e.cut, e.duplicates, e.refused_before,
              e.proxy, e.proxy_answered, e.proxy_refused, e.first_client_hello, e.client_hello_at,
              e.client_hellos, e.ssl2_hello, e.hello_retry, e.server_hello_at,
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

}  // namespace

std::size_t room_to_pack(const Evidence& evidence) {
    constexpr std::size_t numbers = 512;  // of the fixed members, a Moment being two
    constexpr std::size_t table = sizeof(TableOffset) + 1 +
                                  table_size * (sizeof(far) + sizeof(Moment)) +
                                  max_shared * sizeof(std::uint64_t) + 1;
    constexpr std::size_t numbers_of_an_item = 6;
    const std::size_t items = evidence.events.size() + evidence.alerts.size() +
                              evidence.sides[0].opaque_records.size() +
                              evidence.sides[1].opaque_records.size();
    std::size_t texts = 0;
    if (evidence.client_hello && evidence.client_hello->server_name) {
        texts += evidence.client_hello->server_name->size();
    }
    if (evidence.server_hello) texts += evidence.server_hello->alpn.size();
    return (numbers + items * numbers_of_an_item) * widest + table + texts;
}

std::size_t pack(const Evidence& evidence, std::uint8_t* out) {
    Packer packer(out);
    visit(packer, evidence);
    return static_cast<std::size_t>(packer.finish() - out);
}

std::optional<SharedPlaces> shared_places(Bytes packed) {
    if (packed.empty()) return std::nullopt;
    const std::uint8_t last = packed.back();
    SharedPlaces places{0, last & 0x0fU, unsigned{last} >> 4U};
    const std::size_t size = places.count * sizeof(std::uint64_t) + 1;
    if (places.count > max_shared || size > packed.size()) return std::nullopt;
    places.offset = packed.size() - size;
    return places;
}

bool unpack(Bytes bytes, Evidence& evidence) {
    Unpacker unpacker(bytes);
    visit(unpacker, evidence);
    return unpacker.done();
}

}  // namespace tlstriage::evidence
