#include "plain/dialogue.h"

namespace tlstriage::plain {

std::string_view name(DialogueKind kind) {
    static constexpr std::array<std::string_view, 13> names{
        "",     "smtp or ftp", "smtp",  "ftp", "imap", "pop3",   "ldap",
        "xmpp", "postgresql",  "mysql", "rdp", "tds",  "socks4",
    };
    return kind == DialogueKind::socks5 ? "socks5" : names[static_cast<std::size_t>(kind)];
}

void Dialogue::clear() {
    kind_ = DialogueKind::none;
    waiting_ = offered_ = listing_ = asked_gss_ = event_known_ = over_ = client_spoke_ = gone_on_ =
        false;
    socks_stage_ = 0;
    tag_.clear();
    for (std::string& pending : pending_)
        pending.clear();
}

std::size_t Dialogue::client(std::string_view text) {
    switch (kind_) {
        case DialogueKind::ldap: return client_ldap(text);
        case DialogueKind::postgresql: return client_postgresql(text);
        case DialogueKind::mysql: return client_mysql(text);
        case DialogueKind::rdp: return client_rdp(text);
        case DialogueKind::tds: return client_tds(text);
        case DialogueKind::xmpp: return client_xmpp(text);
        case DialogueKind::socks4:
        case DialogueKind::socks5: return client_socks(text);
        default: return client_text(text);
    }
}

std::size_t Dialogue::server(std::string_view text) {
    switch (kind_) {
        case DialogueKind::ldap: return server_ldap(text);
        case DialogueKind::postgresql: return server_postgresql(text);
        case DialogueKind::mysql: return server_mysql(text);
        case DialogueKind::rdp: return server_rdp(text);
        case DialogueKind::tds: return server_tds(text);
        case DialogueKind::xmpp: return server_xmpp(text);
        case DialogueKind::socks4: return server_socks4(text);
        case DialogueKind::socks5: return server_socks5(text);
        default: return server_text(text);
    }
}

}  // namespace tlstriage::plain
