// What is said of a flow: the columns of verdicts.md §1 as a value.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tlstriage::verdict {

enum class Outcome : std::uint8_t { ok, failed, incomplete, not_tls };
enum class Phase : std::uint8_t { before_tls, during_tls, after_tls };
enum class Stage : std::uint8_t {
    syn,
    syn_ack,
    established,
    proxy,
    starttls,
    client_hello,
    server_hello,
    certificate,
    server_done,
    client_finished,
    finished,
    application_data,
};
enum class Actor : std::uint8_t { client, server, middlebox, network, none };
enum class Confidence : std::uint8_t { proven, likely, possible };

enum class Cause : std::uint8_t {
#define CAUSE(symbol, explanation, next_step) symbol,
#include "verdict/causes.def"
#undef CAUSE
};

/// Words of the columns `reason` and `notes`.
enum class Word : std::uint8_t {
#define WORD(symbol, text) symbol,
#include "verdict/words.def"
#undef WORD
};

struct CauseInfo {
    std::string_view name;
    std::string_view explanation;  ///< with placeholders, see causes.def
    std::string_view next_step;
};
constexpr std::array cause_infos{
#define CAUSE(symbol, explanation, next_step) CauseInfo{#symbol, explanation, next_step},
#include "verdict/causes.def"
#undef CAUSE
};
constexpr const CauseInfo& info(Cause cause) {
    return cause_infos[static_cast<std::size_t>(cause)];
}
constexpr std::string_view name(Cause cause) {
    return info(cause).name;
}

std::string_view name(Outcome outcome);
std::string_view name(Phase phase);
std::string_view name(Stage stage);
std::string_view name(Actor actor);
std::string_view name(Confidence confidence);
std::string_view name(Word word);  ///< empty for Word::none
std::string_view text(Word word);  ///< of a reason: why, in a sentence; empty for others

struct Verdict {
    Outcome outcome = Outcome::incomplete;
    Phase phase = Phase::before_tls;
    Stage stage = Stage::syn;
    Cause cause = Cause::none;
    Word reason = Word::none;
    Actor actor = Actor::none;
    Confidence confidence = Confidence::possible;
    std::vector<std::string_view> alternatives;  ///< names of causes and words, best first
    Moment decisive;                             ///< the frame that proves it
    Nanoseconds wait = 0;                        ///< for silences: how long
    std::vector<Word> notes;
    std::uint32_t cert_findings = 0;  ///< tls::Findings on the server's chain

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace tlstriage::verdict
