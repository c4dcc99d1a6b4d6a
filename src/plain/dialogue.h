// The dialogues that lead to TLS on a connection that began without it: STARTTLS and its kin, and
// the requests to a SOCKS proxy.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace tlstriage::plain {

enum class DialogueKind : std::uint8_t {
    none,
    greeting_220,  ///< SMTP or FTP, as the client's commands will tell
    smtp,          ///< RFC 3207
    ftp,           ///< RFC 4217
    imap,          ///< RFC 9051 §6.2.1
    pop3,          ///< RFC 2595 §4
    ldap,          ///< RFC 4511 §4.14
    xmpp,          ///< RFC 6120 §5
    postgresql,    ///< Frontend/Backend Protocol, SSL Session Encryption
    mysql,         ///< Client/Server Protocol, Protocol::SSLRequest
    rdp,           ///< MS-RDPBCGR §2.2.1.1
    tds,           ///< MS-TDS §2.2.6.5
    socks4,
    socks5,  ///< RFC 1928, RFC 1929
};

/// As the `starttls` and `server_speaks` columns write it; "smtp or ftp" where that is all that is
/// known.
std::string_view name(DialogueKind kind);

enum class DialogueStep : std::uint8_t {
    asked,     ///< the client asks for TLS (or the proxy for a connection)
    accepted,  ///< TLS comes next
    refused,   ///< the server says no
    no_offer,  ///< the server lists what it can do, and TLS is not among it
    went_on,   ///< the client does something that it does in the clear
};

/// A step, with the server's reply code where its protocol has numbers.
struct DialogueEvent {
    DialogueStep step;
    std::uint16_t code = 0;
};

/// Follows both directions of one connection. Keeps at most max_pending bytes a direction, of a
/// line or message that is not whole yet.
class Dialogue {
  public:
    static constexpr std::size_t max_pending = 4096;

    void begin(DialogueKind kind) { kind_ = kind; }
    [[nodiscard]] DialogueKind kind() const { return kind_; }
    [[nodiscard]] bool begun() const { return kind_ != DialogueKind::none; }

    /// Takes what a side sent; calls on_event(DialogueEvent) for each step.
    template <class OnEvent>
    void feed(bool from_client, Bytes data, OnEvent&& on_event) {
        if (over_) return;
        std::string& pending = pending_[from_client ? 0 : 1];
        pending.append(as_text(data));
        while (!pending.empty()) {
            event_known_ = false;
            const std::size_t used = from_client ? client(pending) : server(pending);
            if (event_known_) on_event(event_);
            if (used == 0 || over_) break;
            pending.erase(0, used);
        }
        if (pending.size() > max_pending) pending.clear();
    }

    void clear();

    /// All members in turn, for who keeps this elsewhere and reads it back.
    template <class Self, class Io>
    static void members(Self& self, Io& io) {
        io.enumeration(self.kind_, DialogueKind::socks5);
        io(self.waiting_, self.offered_, self.listing_, self.asked_gss_, self.over_,
           self.client_spoke_, self.gone_on_, self.socks_stage_, self.event_known_);
        io.enumeration(self.event_.step, DialogueStep::went_on);
        io(self.event_.code, self.tag_, self.pending_);
    }

  private:
    /// Each reads one line or message from the beginning of `text` and returns its length; 0 when
    /// it is not whole yet.
    std::size_t client(std::string_view text);
    std::size_t server(std::string_view text);
    std::size_t client_text(std::string_view text);
    std::size_t server_text(std::string_view text);
    std::size_t client_xmpp(std::string_view text);
    std::size_t server_xmpp(std::string_view text);
    std::size_t client_ldap(std::string_view text);
    std::size_t server_ldap(std::string_view text);
    std::size_t client_postgresql(std::string_view text);
    std::size_t server_postgresql(std::string_view text);
    std::size_t client_mysql(std::string_view packet);
    std::size_t server_mysql(std::string_view text);
    std::size_t client_rdp(std::string_view text);
    std::size_t server_rdp(std::string_view text);
    std::size_t client_tds(std::string_view text);
    std::size_t server_tds(std::string_view text);
    std::size_t client_socks(std::string_view text);
    std::size_t server_socks4(std::string_view text);
    std::size_t server_socks5(std::string_view text);
    void client_line(std::string_view line);
    void server_line(std::string_view line);
    void server_reply_line(std::string_view line);

    void tell(DialogueStep step, std::uint16_t code = 0) {
        if (step == DialogueStep::went_on && gone_on_) return;  // once is enough
        if (step == DialogueStep::went_on || step == DialogueStep::asked) {
            gone_on_ = step == DialogueStep::went_on;
        }
        event_ = {step, code};
        event_known_ = true;
    }

    DialogueKind kind_ = DialogueKind::none;
    bool waiting_ = false;  ///< asked, and not answered yet
    bool offered_ = false;  ///< the list of capabilities has had it
    bool listing_ = false;  ///< a list of capabilities is being read
    bool asked_gss_ = false;
    bool over_ = false;  ///< what comes is no dialogue any more
    bool client_spoke_ = false;
    bool gone_on_ = false;
    std::uint8_t socks_stage_ = 0;
    bool event_known_ = false;
    DialogueEvent event_{};
    std::string tag_;                     ///< of an IMAP STARTTLS
    std::array<std::string, 2> pending_;  ///< client, server
};

}  // namespace tlstriage::plain
