#include "verdict/verdict.h"

namespace tlstriage::verdict {
namespace {

template <class Enum, std::size_t Count>
std::string_view pick(const std::array<std::string_view, Count>& names, Enum value) {
    return names[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view name(Outcome outcome) {
    static constexpr std::array<std::string_view, 4> names{"ok", "failed", "incomplete", "not_tls"};
    return pick(names, outcome);
}

std::string_view name(Phase phase) {
    static constexpr std::array<std::string_view, 3> names{"before_tls", "during_tls", "after_tls"};
    return pick(names, phase);
}

std::string_view name(Stage stage) {
    static constexpr std::array<std::string_view, 12> names{
        "syn",         "syn_ack",         "established",  "proxy",
        "starttls",    "client_hello",    "server_hello", "certificate",
        "server_done", "client_finished", "finished",     "application_data"};
    return pick(names, stage);
}

std::string_view name(Actor actor) {
    static constexpr std::array<std::string_view, 5> names{"client", "server", "middlebox",
                                                           "network", "none"};
    return pick(names, actor);
}

std::string_view name(Confidence confidence) {
    static constexpr std::array<std::string_view, 3> names{"proven", "likely", "possible"};
    return pick(names, confidence);
}

std::string_view name(Word word) {
    static constexpr std::array names{
#define WORD(symbol, text) std::string_view{#symbol},
#include "verdict/words.def"
#undef WORD
    };
    return word == Word::none ? std::string_view{} : pick(names, word);
}

std::string_view text(Word word) {
    static constexpr std::array texts{
#define WORD(symbol, text) std::string_view{text},
#include "verdict/words.def"
#undef WORD
    };
    return pick(texts, word);
}

}  // namespace tlstriage::verdict
