#include "rewriting/dns_names.h"

#include <algorithm>
#include <optional>

#include "base/cursor.h"

namespace tlstriage::rewriting {
namespace {

// IANA "Resource Record (RR) TYPEs"
enum RecordType : std::uint16_t {
    type_a = 1,
    type_ns = 2,
    type_cname = 5,
    type_soa = 6,
    type_ptr = 12,
    type_hinfo = 13,
    type_mx = 15,
    type_txt = 16,
    type_aaaa = 28,
    type_srv = 33,
    type_dname = 39,
    type_opt = 41,
    type_ds = 43,
    type_sshfp = 44,
    type_rrsig = 46,
    type_nsec = 47,
    type_dnskey = 48,
    type_nsec3 = 50,
    type_nsec3param = 51,
    type_tlsa = 52,
    type_svcb = 64,
    type_https = 65,
    type_spf = 99,
    type_caa = 257,
};

constexpr std::uint16_t client_subnet = 8;           // RFC 7871 §6
constexpr std::uint16_t encrypted_client_hello = 5;  // RFC 9460 §14.3.2

class Walk {
  public:
    Walk(Bytes message, DnsParts& parts) : message_(message), cursor_(message), parts_(parts) {}

    void run() {
        cursor_.skip(4);  // identification, flags
        const std::size_t questions = cursor_.u16();
        std::size_t records = cursor_.u16();
        records += cursor_.u16();
        records += cursor_.u16();
        for (std::size_t i = 0; i < questions && good(); ++i) {
            name(cursor_);
            cursor_.skip(4);
            settle();
        }
        for (std::size_t i = 0; i < records && good(); ++i) {
            record();
            settle();
        }
        if (settled_ < message_.size()) parts_.unknown(settled_, message_.size() - settled_);
    }

  private:
    [[nodiscard]] bool good() const { return cursor_.ok(); }
    [[nodiscard]] std::size_t offset(const Cursor& at) const {
        return static_cast<std::size_t>(at.rest().data() - message_.data());
    }
    // All up to here has been told of.
    void settle() {
        if (good()) settled_ = message_.size() - cursor_.left();
    }

    // Leaves the cursor behind the name's own bytes; poisoned when it is none.
    void name(Cursor& cursor) {
        constexpr unsigned most_jumps = 16;
        constexpr std::size_t longest = 255;
        DnsName found;
        Cursor at = cursor;
        bool jumped = false;
        for (unsigned jumps = 0; jumps <= most_jumps && found.text.size() <= longest;) {
            const std::uint8_t length = at.u8();
            if (!at.ok() || (length >= 0x40 && length < 0xc0)) break;
            if (length >= 0xc0) {
                const std::size_t target = (length & 0x3fU) << 8U | at.u8();
                if (!at.ok() || target >= message_.size()) break;
                if (!jumped) cursor = at;
                jumped = true;
                ++jumps;
                at = Cursor(message_.subspan(target));
                continue;
            }
            if (length == 0) {
                if (!jumped) cursor = at;
                if (!found.offsets.empty()) parts_.name(found);
                return;
            }
            found.offsets.push_back(offset(at));
            const Bytes label = at.take(length);
            if (!at.ok()) break;
            if (!found.text.empty()) found.text += '.';
            for (const std::uint8_t byte : label)  // a dot within one would look like two
                found.text += byte == '.' ? '-' : static_cast<char>(byte);
        }
        cursor.poison();
    }

    void record() {
        name(cursor_);
        const std::uint16_t type = cursor_.u16();
        cursor_.skip(6);  // class, time to live
        Cursor data = cursor_.vector16();
        if (!good()) return;
        const std::size_t begin = data.empty() ? 0 : offset(data);
        const std::size_t length = data.left();
        this->data(type, data);
        if (!data.ok() && length > 0) parts_.unknown(begin, length);
    }

    void data(std::uint16_t type, Cursor& data) {
        switch (type) {
            case type_a:
            case type_aaaa:
            case type_ds:
            case type_sshfp:
            case type_dnskey:
            case type_nsec3:
            case type_nsec3param:
            case type_tlsa: return;
            case type_ns:
            case type_cname:
            case type_ptr:
            case type_dname:
            case type_nsec: return name(data);
            case type_soa: name(data); return name(data);
            case type_mx: data.skip(2); return name(data);
            case type_srv: data.skip(6); return name(data);
            case type_rrsig: data.skip(18); return name(data);  // RFC 4034 §3.1
            case type_svcb:
            case type_https:
                data.skip(2);
                name(data);
                return service_parameters(data);
            case type_txt:
            case type_spf:
            case type_hinfo: return texts(data);
            case type_caa: return authorisation(data);
            case type_opt: return options(data);
            default: break;
        }
        if (!data.empty()) parts_.unknown(offset(data), data.left());
    }

    // RFC 1035 §3.3: character strings.
    void texts(Cursor& data) {
        while (data.ok() && !data.empty()) {
            const Cursor text = data.vector8();
            if (text.ok() && !text.empty()) parts_.text(offset(text), text.left());
        }
    }

    // RFC 8659 §4.1: flags, tag, value.
    void authorisation(Cursor& data) {
        data.skip(1);
        data.vector8();
        if (data.ok() && !data.empty()) parts_.text(offset(data), data.left());
    }

    // RFC 9460 §2.2. An ECHConfigList tells the public name.
    void service_parameters(Cursor& data) {
        while (data.ok() && !data.empty()) {
            const std::uint16_t key = data.u16();
            const Cursor value = data.vector16();
            if (key == encrypted_client_hello && value.ok() && !value.empty()) {
                parts_.unknown(offset(value), value.left());
            }
        }
    }

    // RFC 6891 §6.1.2; RFC 7871 §6: FAMILY; SOURCE and SCOPE PREFIX-LENGTH; ADDRESS.
    void options(Cursor& data) {
        constexpr std::uint16_t family_v6 = 2;
        while (data.ok() && !data.empty()) {
            const std::uint16_t code = data.u16();
            Cursor value = data.vector16();
            if (!value.ok() || code != client_subnet) continue;
            const std::uint16_t family = value.u16();
            value.skip(2);
            const bool v6 = family == family_v6;
            const std::size_t longest = v6 ? 16 : 4;
            if (value.ok() && !value.empty() && value.left() <= longest) {
                parts_.subnet(offset(value), value.left(), v6);
            }
        }
    }

    Bytes message_;
    Cursor cursor_;
    DnsParts& parts_;
    std::size_t settled_ = 12;
};

}  // namespace

void walk_dns(Bytes message, DnsParts& parts) {
    constexpr std::size_t header = 12;
    if (message.size() > header) Walk(message, parts).run();
}

}  // namespace tlstriage::rewriting
