// A dialogue written down as what each side sends, and how it is told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plain/dialogue.h"

namespace tlstriage::plain {

/// What one side sends in one go.
struct Said {
    bool by_client;
    std::string bytes;
};
using Talk = std::vector<Said>;

inline Said client(std::string bytes) {
    return {true, std::move(bytes)};
}
inline Said server(std::string bytes) {
    return {false, std::move(bytes)};
}

/// "asked", "refused 454" …
inline std::string text_of(const DialogueEvent& event) {
    constexpr std::string_view steps[]{"asked", "accepted", "refused", "no_offer", "went_on"};
    std::string text(steps[static_cast<std::size_t>(event.step)]);
    if (event.code != 0) text += " " + std::to_string(event.code);
    return text;
}

/// Writes down the events of a dialogue, one after another.
class Listener {
  public:
    explicit Listener(DialogueKind kind) : socks_(is_socks(kind)) { dialogue_.begin(kind); }

    void hear(bool by_client, std::string_view bytes) {
        dialogue_.feed(by_client, as_bytes(bytes), [&](const DialogueEvent& event) {
            // A SOCKS client asks by each of its messages: only the answers count.
            if (socks_ && event.step == DialogueStep::asked) return;
            heard_ += (heard_.empty() ? "" : ", ") + text_of(event);
        });
    }
    [[nodiscard]] const std::string& heard() const { return heard_; }
    [[nodiscard]] const Dialogue& dialogue() const { return dialogue_; }

  private:
    static bool is_socks(DialogueKind kind) {
        return kind == DialogueKind::socks4 || kind == DialogueKind::socks5;
    }

    Dialogue dialogue_;
    std::string heard_;
    bool socks_;
};

}  // namespace tlstriage::plain
