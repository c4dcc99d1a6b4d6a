// What other flows to the same server tell about a cause (verdicts.md §4.3).
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "verdict/rules.h"

namespace tlstriage::verdict {
namespace {

using evidence::HelloShape;
using evidence::Side;

constexpr std::uint16_t tls13 = 0x0304;
/// A ClientHello of more bytes than this takes two segments on an Ethernet path.
constexpr std::uint32_t one_segment = 1400;

using Codes = std::vector<std::uint16_t>;

bool has(const Codes& codes, std::uint16_t code) {
    return std::ranges::find(codes, code) != codes.end();
}

bool offers_version(const HelloShape& shape, std::uint16_t version) {
    return shape.versions.empty() ? version <= shape.legacy_version : has(shape.versions, version);
}

/// Signature schemes (RFC 8446 §4.2.3, RFC 5246 §7.4.1.4.1) that a key of this kind can make.
bool can_sign(std::string_view key, std::uint16_t scheme) {
    const std::uint16_t low = scheme & 0xffU;
    const bool pss = scheme >= 0x0804 && scheme <= 0x0806;
    if (key.starts_with("RSA")) return pss || (scheme >> 8U <= 6 && low == 1);
    if (key.starts_with("EC")) return scheme >> 8U <= 6 && low == 3;
    if (key.starts_with("ED25519")) return scheme == 0x0807;
    if (key.starts_with("ED448")) return scheme == 0x0808;
    return true;
}

/// The flows to the same server that came through.
class Successes {
  public:
    explicit Successes(std::span<const Profile> profiles) : profiles_(profiles) {}

    template <class Test>
    [[nodiscard]] bool any(Test test) const {
        return std::ranges::any_of(
            profiles_, [&](const Profile& p) { return p.ok && p.shape != nullptr && test(p); });
    }
    template <class Test>
    [[nodiscard]] bool all(Test test) const {
        return !any([&](const Profile& p) { return !test(p); }) &&
               any([](const Profile&) { return true; });
    }

  private:
    std::span<const Profile> profiles_;
};

/// The client offers nothing of what the server is ever seen to choose.
Word missing_offer(const HelloShape& shape, const Successes& successes) {
    if (successes.all([&](const Profile& p) {
            return p.version != 0 && !offers_version(shape, p.version);
        })) {
        return Word::no_shared_version;
    }
    // Before suites: a client that cannot verify a kind of key leaves out its suites as well.
    if (!shape.signature_algorithms.empty() && successes.all([&](const Profile& p) {
            const tls::Certificate* leaf = p.chain == nullptr ? nullptr : p.chain->leaf();
            return leaf != nullptr &&
                   std::ranges::none_of(shape.signature_algorithms, [&](std::uint16_t scheme) {
                       return can_sign(leaf->key, scheme);
                   });
        })) {
        return Word::no_shared_signature;
    }
    if (successes.all([&](const Profile& p) {
            return p.cipher_suite != 0 && !has(shape.cipher_suites, p.cipher_suite);
        })) {
        return Word::no_shared_cipher;
    }
    if (successes.all(
            [&](const Profile& p) { return p.group != 0 && !has(shape.groups, p.group); })) {
        return Word::no_shared_group;
    }
    // The key is not seen: they offer all schemes that this one does, and more.
    const Codes& schemes = shape.signature_algorithms;
    const bool fewer = !schemes.empty() && successes.all([&](const Profile& p) {
        const Codes& theirs = p.shape->signature_algorithms;
        return theirs.size() > schemes.size() &&
               std::ranges::all_of(schemes, [&](std::uint16_t s) { return has(theirs, s); });
    });
    return fewer ? Word::no_shared_signature : Word::none;
}

bool on_the_way(const Verdict& verdict) {
    return verdict.actor == Actor::middlebox || verdict.actor == Actor::network ||
           verdict.cause == Cause::reset_after_client_hello ||
           verdict.cause == Cause::server_silent;
}

bool at_hello(const Facts& facts, const Verdict& verdict) {
    switch (verdict.cause) {
        case Cause::no_shared_parameters:
        case Cause::internal_error:
        case Cause::access_denied:
        case Cause::protocol_error:
        case Cause::sni_rejected:
        case Cause::other_alert:
        case Cause::reset_after_client_hello:
        case Cause::closed_after_client_hello:
        case Cause::client_hello_lost:
        case Cause::server_silent:
            return !facts.server_hello_seen() ||
                   facts.first_end.at < facts.evidence.server_hello_at;
        default: return false;
    }
}

Word why_refused(const Facts& facts, const Verdict& verdict, const Profile& own,
                 const Successes& successes) {
    const HelloShape& shape = *own.shape;
    const bool same_shape = successes.any([&](const Profile& p) { return p.shape == own.shape; });
    const bool same_name =
        successes.any([&](const Profile& p) { return p.server_name == own.server_name; });
    if (!same_shape) {
        const Word missing = missing_offer(shape, successes);
        if (missing != Word::none) return missing;
    }
    if (own.hello_bytes > one_segment && same_name &&
        successes.all([](const Profile& p) { return p.hello_bytes <= one_segment; })) {
        return Word::large_client_hello;
    }
    const bool silent_end =
        on_the_way(verdict) || verdict.cause == Cause::closed_after_client_hello;
    if (silent_end && same_name && offers_version(shape, tls13) &&
        facts.history.client_got_through_without_tls13 &&
        successes.all([](const Profile& p) { return !offers_version(*p.shape, tls13); })) {
        return Word::tls13_interference;
    }
    if (same_name) return Word::none;
    if (own.server_name == 0) return Word::sni_missing;
    return on_the_way(verdict) ? Word::sni_filtered : Word::sni_not_served;
}

bool about_trust(Cause cause) {
    return cause == Cause::certificate_unknown_ca || cause == Cause::certificate_self_signed ||
           cause == Cause::certificate_incomplete_chain || cause == Cause::certificate_rejected;
}

}  // namespace

Profile profile_of(const evidence::Evidence& e, bool usable) {
    Profile profile{.chain = e.of_server().chain,
                    .ok = usable,
                    .proxy_header = e.proxy == sense::Protocol::proxy_header};
    if (e.client_hello) {
        profile.shape = e.client_hello->shape;
        const auto& name = e.client_hello->server_name;
        if (name) profile.server_name = XXH3_64bits(name->data(), name->size()) | 1U;
    }
    const auto& client = e.of_client();
    if (client.syn.seen() && client.hello_end != 0) {
        profile.hello_bytes = client.hello_end - client.initial_sequence - 1;
    }
    if (e.server_hello && e.server_hello->whole) {
        profile.version = e.server_hello->version;
        profile.cipher_suite = e.server_hello->cipher_suite;
        profile.group = e.server_hello->group.value_or(0);
    }
    return profile;
}

void narrow(const Facts& facts, Verdict& verdict) {
    if (verdict.outcome != Outcome::failed) return;
    const Profile own = profile_of(facts.evidence, false);
    const Successes successes(facts.history.profiles);
    const bool header_matters =
        verdict.phase == Phase::during_tls || verdict.cause == Cause::plaintext_to_tls_port;
    if (header_matters && !facts.server_hello_seen() &&
        successes.all([&](const Profile& p) { return p.proxy_header != own.proxy_header; })) {
        verdict.reason = Word::proxy_protocol_mismatch;
        return;
    }
    const bool seen = successes.any([](const Profile&) { return true; });
    if (own.shape != nullptr && seen && at_hello(facts, verdict)) {
        const Word word = why_refused(facts, verdict, own, successes);
        if (word != Word::none) verdict.reason = word;
    }
    if (verdict.cause == Cause::certificate_name_mismatch && own.chain != nullptr &&
        std::ranges::any_of(facts.history.profiles, [&](const Profile& p) {
            return p.chain == own.chain && p.server_name != own.server_name;
        })) {
        verdict.reason = Word::default_certificate;
    }
    if (about_trust(verdict.cause) && facts.history.issuer_intercepts) {
        verdict.reason = Word::tls_interception;
    }
}

}  // namespace tlstriage::verdict
