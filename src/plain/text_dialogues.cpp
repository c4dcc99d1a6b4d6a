// The dialogues in lines and tags: SMTP, FTP, IMAP, POP3, XMPP.
#include <algorithm>
#include <cctype>

#include "plain/dialogue.h"

namespace tlstriage::plain {
namespace {

std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return out;
}

/// The length of a line with its end, 0 when the end is not there yet. A line without one that is
/// too long to be a command counts as whole.
std::size_t line_length(std::string_view text) {
    const std::size_t end = text.find('\n');
    if (end != text.npos) return end + 1;
    return text.size() > 2000 ? text.size() : 0;
}

std::string_view without_end(std::string_view line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
        line.remove_suffix(1);
    return line;
}

/// Three digits, or 0.
std::uint16_t reply_code(std::string_view line) {
    if (line.size() < 3) return 0;
    unsigned code = 0;
    for (const char c : line.substr(0, 3)) {
        if (c < '0' || c > '9') return 0;
        code = code * 10 + static_cast<unsigned>(c - '0');
    }
    return static_cast<std::uint16_t>(code);
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

std::string_view first_word(std::string_view text) {
    return text.substr(0, text.find(' '));
}

}  // namespace

std::size_t Dialogue::client_text(std::string_view text) {
    const std::size_t length = line_length(text);
    if (length > 0) client_line(without_end(text.substr(0, length)));
    return length;
}

std::size_t Dialogue::server_text(std::string_view text) {
    const std::size_t length = line_length(text);
    if (length > 0) server_line(without_end(text.substr(0, length)));
    return length;
}

void Dialogue::client_line(std::string_view line) {
    const std::string command = upper(line);
    const std::string_view word = first_word(command);
    if (kind_ == DialogueKind::greeting_220 || kind_ == DialogueKind::smtp) {
        if (is_one_of(word, {"EHLO", "HELO", "LHLO", "STARTTLS"})) kind_ = DialogueKind::smtp;
    }
    if (kind_ == DialogueKind::greeting_220 || kind_ == DialogueKind::ftp) {
        if (is_one_of(word, {"USER", "FEAT"}) || command.starts_with("AUTH TLS") ||
            command.starts_with("AUTH SSL")) {
            kind_ = DialogueKind::ftp;
        }
    }
    const auto ask = [&] {
        waiting_ = true;
        tell(DialogueStep::asked);
    };
    switch (kind_) {
        case DialogueKind::smtp:
            if (word == "STARTTLS") return ask();
            if (word == "EHLO" || word == "LHLO") {
                listing_ = true;
                offered_ = false;
            }
            if (is_one_of(word, {"MAIL", "AUTH", "DATA", "BDAT"})) tell(DialogueStep::went_on);
            over_ = is_one_of(word, {"DATA", "BDAT"});  // the mail follows, which says anything
            break;
        case DialogueKind::ftp:
            if (command.starts_with("AUTH TLS") || command.starts_with("AUTH SSL")) return ask();
            if (is_one_of(word, {"USER", "PASS"})) tell(DialogueStep::went_on);
            break;
        case DialogueKind::pop3:
            if (word == "STLS") return ask();
            if (word == "CAPA") {
                listing_ = true;
                offered_ = false;
            }
            if (is_one_of(word, {"USER", "PASS", "APOP", "AUTH", "STAT", "LIST"})) {
                tell(DialogueStep::went_on);
            }
            break;
        case DialogueKind::imap: {
            const std::size_t space = command.find(' ');
            if (space == command.npos) break;
            const std::string rest = command.substr(space + 1);
            if (rest.starts_with("STARTTLS")) {
                tag_ = command.substr(0, space);
                return ask();
            }
            if (is_one_of(first_word(rest),
                          {"LOGIN", "AUTHENTICATE", "SELECT", "EXAMINE", "LIST", "STATUS"})) {
                tell(DialogueStep::went_on);
            }
            break;
        }
        default: break;
    }
}

void Dialogue::server_line(std::string_view line) {
    if (kind_ != DialogueKind::imap && kind_ != DialogueKind::pop3) {
        server_reply_line(line);
        return;
    }
    const std::string text = upper(line);
    if (kind_ == DialogueKind::pop3) {
        const bool good = text.starts_with("+OK");
        if (listing_) {
            offered_ |= text == "STLS";
            if (text == "." || text.starts_with("-ERR")) {
                listing_ = false;
                if (!offered_) tell(DialogueStep::no_offer);
            }
        } else if (waiting_ && (good || text.starts_with("-ERR"))) {
            waiting_ = false;
            tell(good ? DialogueStep::accepted : DialogueStep::refused);
        }
        return;
    }
    if (waiting_ && !tag_.empty() && text.starts_with(tag_ + ' ')) {
        waiting_ = false;
        const bool good = std::string_view(text).substr(tag_.size() + 1).starts_with("OK");
        tell(good ? DialogueStep::accepted : DialogueStep::refused);
        return;
    }
    const bool list = text.starts_with("* CAPABILITY ") || text.find("[CAPABILITY ") != text.npos;
    if (list && text.find("STARTTLS") == text.npos) tell(DialogueStep::no_offer);
}

/// Replies of SMTP and FTP: three digits, then '-' where more lines follow.
void Dialogue::server_reply_line(std::string_view line) {
    const std::uint16_t code = reply_code(line);
    const bool last = line.size() < 4 || line[3] != '-';
    constexpr std::uint16_t greeting = 220;  // it may come after an EHLO that did not wait for it
    if (listing_ && code != greeting) {
        offered_ |=
            upper(line.substr(std::min<std::size_t>(4, line.size()))).starts_with("STARTTLS");
        if (code == 0 || !last) return;
        listing_ = false;
        if (code == 250 && !offered_) tell(DialogueStep::no_offer);
        return;
    }
    if (!waiting_ || code == 0 || !last) return;
    waiting_ = false;
    const bool good = kind_ == DialogueKind::ftp ? code == 234 || code == 334 : code == 220;
    tell(good ? DialogueStep::accepted : DialogueStep::refused, code);
}

/// One tag at a time.
std::size_t Dialogue::client_xmpp(std::string_view text) {
    const std::size_t end = text.find('>');
    if (end == text.npos) return 0;
    const std::string_view tag = text.substr(0, end);
    if (tag.find("<starttls") != tag.npos) {
        waiting_ = true;
        tell(DialogueStep::asked);
    } else if (tag.find("<auth") != tag.npos || tag.find("<iq") != tag.npos) {
        tell(DialogueStep::went_on);
    }
    return end + 1;
}

std::size_t Dialogue::server_xmpp(std::string_view text) {
    const std::size_t end = text.find('>');
    if (end == text.npos) return 0;
    const std::string_view tag = text.substr(0, end);
    const auto has = [&](std::string_view word) { return tag.find(word) != tag.npos; };
    if (waiting_ && (has("<proceed") || has("<failure"))) {
        waiting_ = false;
        tell(has("<proceed") ? DialogueStep::accepted : DialogueStep::refused);
    } else if (has("<stream:features") || has("<features")) {
        listing_ = tag.back() != '/';
        offered_ = false;
        if (!listing_) tell(DialogueStep::no_offer);
    } else if (listing_ && has("<starttls")) {
        offered_ = true;
    } else if (listing_ && (has("</stream:features") || has("</features"))) {
        listing_ = false;
        if (!offered_) tell(DialogueStep::no_offer);
    }
    return end + 1;
}

}  // namespace tlstriage::plain
