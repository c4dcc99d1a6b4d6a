#include "engine/carried_history.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <optional>

#include "tls/names.h"

namespace tlstriage::engine {
namespace {

using evidence::Side;
using verdict::Profile;
using verdict::ServerHistory;

constexpr std::string_view beginning = "tlstriage-history 1 ";
constexpr std::size_t most_profiles = 64;  // as Histories keeps
constexpr std::size_t most_codes = 256;    // of a list
constexpr std::size_t longest_key = 64;    // characters of Certificate::key

struct Flag {
    std::string_view word;
    bool ServerHistory::*member;
};
constexpr std::array flags{
    Flag{"spoke_tls", &ServerHistory::spoke_tls},
    Flag{"tls_port", &ServerHistory::tls_port},
    Flag{"ever_heard", &ServerHistory::ever_heard},
    Flag{"others_one_sided", &ServerHistory::others_one_sided},
    Flag{"client_sent_data", &ServerHistory::client_sent_data},
    Flag{"comes_evenly", &ServerHistory::comes_evenly},
    Flag{"without_tls13", &ServerHistory::client_got_through_without_tls13},
    Flag{"raced", &ServerHistory::raced},
    Flag{"issuer_intercepts", &ServerHistory::issuer_intercepts},
};

template <std::integral T>
bool parse(std::string_view text, T& value, int base = 10) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    return error == std::errc() && stop == end;
}

/// Takes what comes before `separator` off the front.
std::string_view take(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

bool parse_codes(std::string_view text, std::vector<std::uint16_t>& codes) {
    while (!text.empty()) {
        std::uint16_t code = 0;
        if (codes.size() == most_codes || !parse(take(text, '.'), code)) return false;
        codes.push_back(code);
    }
    return true;
}

/// Without GREASE (RFC 8701): which values those have is chance.
std::string codes_text(const std::vector<std::uint16_t>& codes) {
    std::string text;
    for (const std::uint16_t code : codes) {
        if (tls::is_grease(code)) continue;
        text.append(text.empty() ? "" : ".").append(std::to_string(code));
    }
    return text;
}

bool is_key_word(std::string_view word) {
    return word.size() <= longest_key && std::ranges::all_of(word, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      c == '-' || c == '_' || c == '.';
           });
}

std::string_view likeness(bool there, bool same) {
    return !there ? "none" : same ? "same" : "other";
}

std::string profile_text(const Profile& profile, const Profile& own) {
    const auto number = [](const char* name, std::uint32_t value) {
        return name + std::to_string(value);
    };
    std::string text = number("ok:", profile.ok) + number(";proxy:", profile.proxy_header) +
                       number(";bytes:", profile.hello_bytes) +
                       number(";version:", profile.version) +
                       number(";suite:", profile.cipher_suite) + number(";group:", profile.group);
    text.append(";name:").append(
        likeness(profile.server_name != 0, profile.server_name == own.server_name));
    if (const evidence::HelloShape* shape = profile.shape; shape != nullptr) {
        text += ";shape:";
        text += shape == own.shape
                    ? "same"
                    : std::to_string(shape->legacy_version) + '/' + codes_text(shape->versions) +
                          '/' + codes_text(shape->signature_algorithms);
    }
    if (const tls::Chain* chain = profile.chain; chain != nullptr) {
        text.append(";chain:").append(likeness(true, chain == own.chain));
        const tls::Certificate* leaf = chain->leaf();
        if (leaf != nullptr && is_key_word(leaf->key)) text.append(";key:").append(leaf->key);
    }
    return text;
}

std::string_view chain_word(Side side) {
    return side == Side::server ? "server_chain" : "client_chain";
}

/// The path's dates are not those of the certificates that were sent.
std::string findings_text(const evidence::SideEvidence& side, Side which, tls::Findings names) {
    constexpr tls::Findings of_names =
        bit(tls::Finding::name_mismatch) | bit(tls::Finding::cn_only);
    if (side.chain == nullptr || side.chain->certificates.empty()) return {};
    const Moment at = side.certificate.seen() ? side.certificate : side.first_record;
    tls::Findings findings = side.chain->findings;
    if (which == Side::server) findings |= names & of_names;
    if (at.time > side.chain->path_not_after) findings |= bit(tls::Finding::expired);
    if (at.time < side.chain->path_not_before) findings |= bit(tls::Finding::not_yet_valid);
    return ' ' + std::string(chain_word(which)) + '=' + std::to_string(findings);
}

}  // namespace

std::string history_note(std::uint64_t flow_identity, const evidence::Evidence& evidence,
                         const ServerHistory& history, NoteParts parts) {
    std::array<char, 16> digits{};
    digits.fill('0');
    for (std::size_t i = digits.size(); i-- > 0; flow_identity >>= 4U)
        digits[i] = "0123456789abcdef"[flow_identity & 15U];
    std::string note(beginning);
    note.append("flow=").append(digits.data(), digits.size());
    note.append(" end=").append(std::to_string(history.capture_end));
    note.append(" hops=").append(std::to_string(history.server_hops));
    note.append(" lookup=").append(evidence.dns ? "1" : "0");
    note += " flags=";
    bool first = true;
    for (const Flag& flag : flags) {
        if (!(history.*flag.member)) continue;
        note.append(first ? "" : ",").append(flag.word);
        first = false;
    }
    if (parts.findings) {
        for (const Side side : {Side::server, Side::client})
            note += findings_text(evidence.side(side), side, *parts.findings);
    }
    if (!parts.profiles) return note;
    const Profile own = verdict::profile_of(evidence, false);
    for (const Profile& profile : history.profiles)
        note.append(" profile=").append(profile_text(profile, own));
    return note;
}

bool CarriedHistories::read(std::string_view note) {
    if (!note.starts_with(beginning)) return false;
    note.remove_prefix(beginning.size());
    std::optional<std::uint64_t> identity;
    History history;
    history.values.ever_heard = false;
    while (!note.empty()) {
        std::string_view value = take(note, ' ');
        const std::string_view name = take(value, '=');
        if (name == "flow") {
            std::uint64_t number = 0;
            if (value.size() != 16 || !parse(value, number, 16)) return false;
            identity = number;
        } else if (!read_member(history, name, value)) {
            return false;
        }
    }
    if (!identity) return false;
    histories_.insert_or_assign(*identity, std::move(history));
    return true;
}

bool CarriedHistories::read_member(History& history, std::string_view name,
                                   std::string_view value) {
    if (name == "end") return parse(value, history.values.capture_end);
    if (name == "hops") return parse(value, history.values.server_hops);
    if (name == "lookup") {
        history.lookup = value != "0";
        return value == "0" || value == "1";
    }
    if (name == "flags") return read_flags(history, value);
    for (const Side side : {Side::server, Side::client}) {
        if (name != chain_word(side)) continue;
        tls::Findings& findings = history.findings[static_cast<std::size_t>(side)].emplace();
        return parse(value, findings) && findings < 1U << tls::finding_count;
    }
    return name == "profile" && read_profile(history, value);
}

bool CarriedHistories::read_flags(History& history, std::string_view words) {
    while (!words.empty()) {
        const auto* const flag = std::ranges::find(flags, take(words, ','), &Flag::word);
        if (flag == flags.end()) return false;
        history.values.*flag->member = true;
    }
    return true;
}

bool CarriedHistories::read_profile(History& history, std::string_view members) {
    if (history.profiles.size() == most_profiles) return false;
    CarriedProfile& profile = history.profiles.emplace_back();
    while (!members.empty()) {
        std::string_view value = take(members, ';');
        const std::string_view name = take(value, ':');
        if (!read_profile_member(profile, name, value)) return false;
    }
    return true;
}

bool CarriedHistories::read_profile_member(CarriedProfile& profile, std::string_view name,
                                           std::string_view value) {
    Profile& values = profile.values;
    const auto read_likeness = [&](Likeness& to) {
        to = value == "same" ? Likeness::same : value == "other" ? Likeness::other : Likeness::none;
        return to != Likeness::none || value == "none";
    };
    const auto read_bool = [&](bool& to) {
        to = value == "1";
        return to || value == "0";
    };
    if (name == "ok") return read_bool(values.ok);
    if (name == "proxy") return read_bool(values.proxy_header);
    if (name == "bytes") return parse(value, values.hello_bytes);
    if (name == "version") return parse(value, values.version);
    if (name == "suite") return parse(value, values.cipher_suite);
    if (name == "group") return parse(value, values.group);
    if (name == "name") return read_likeness(profile.name);
    if (name == "chain") return read_likeness(profile.chain);
    if (name == "shape") return read_shape(profile, value);
    if (name != "key" || !is_key_word(value)) return false;
    auto leaf = std::make_shared<tls::Certificate>();
    leaf->key = value;
    profile.other_chain.certificates.push_back(std::move(leaf));
    return true;
}

bool CarriedHistories::read_shape(CarriedProfile& profile, std::string_view value) {
    if (value == "same") {
        profile.shape = Likeness::same;
        return true;
    }
    profile.shape = Likeness::other;
    evidence::HelloShape& shape = profile.other_shape;
    return parse(take(value, '/'), shape.legacy_version) &&
           parse_codes(take(value, '/'), shape.versions) &&
           parse_codes(value, shape.signature_algorithms);
}

/// The chain as the note has it. As long as the run, since evidence may be kept beyond judging.
const tls::Chain* CarriedHistories::judged(const tls::Chain& chain, tls::Findings findings) const {
    const std::lock_guard lock(mutex_);
    tls::Chain& own = chains_.emplace_back(chain);
    own.findings = findings;
    own.names_judged = true;
    return &own;
}

void CarriedHistories::replace(evidence::Evidence& evidence, ServerHistory& history,
                               std::vector<Profile>& profiles) const {
    const auto found = histories_.find(evidence::identity(evidence));
    if (found == histories_.end()) return;
    if (!found->second.lookup) evidence.dns.reset();
    for (std::size_t side = 0; side < evidence.sides.size(); ++side) {
        const tls::Chain*& chain = evidence.sides[side].chain;
        const auto& findings = found->second.findings[side];
        if (findings && chain != nullptr) chain = judged(*chain, *findings);
    }
    const Profile own = verdict::profile_of(evidence, false);
    profiles.clear();
    for (const CarriedProfile& carried : found->second.profiles) {
        Profile& profile = profiles.emplace_back(carried.values);
        // Hashes of names are odd (profile_of), so that an even one is none of them.
        constexpr std::uint64_t another_name = 2;
        profile.server_name = carried.name == Likeness::same    ? own.server_name
                              : carried.name == Likeness::other ? another_name
                                                                : 0;
        profile.shape = carried.shape == Likeness::same    ? own.shape
                        : carried.shape == Likeness::other ? &carried.other_shape
                                                           : nullptr;
        profile.chain = carried.chain == Likeness::same && own.chain != nullptr ? own.chain
                        : carried.chain != Likeness::none ? &carried.other_chain
                                                          : nullptr;
    }
    history = found->second.values;
    history.profiles = profiles;
}

}  // namespace tlstriage::engine
