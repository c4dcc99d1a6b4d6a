#include "sense/sensor.h"

#include <hs/hs.h>

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

namespace tlstriage::sense {
namespace {

enum class Sender : std::uint8_t { client, server, either };

struct Pattern {
    const char* expression;
    Sender sender;
};

constexpr std::array patterns{
#define PROTOCOL(symbol, speaker, pattern) Pattern{pattern, Sender::speaker},
#include "sense/protocols.def"
#undef PROTOCOL
};

constexpr unsigned first_protocol = static_cast<unsigned>(Protocol::unknown) + 1;

bool may_say(Sender sender, Speaker speaker) {
    return sender == Sender::either || (sender == Sender::client) == (speaker == Speaker::client);
}

struct Match {
    Speaker speaker = Speaker::client;
    unsigned best = std::numeric_limits<unsigned>::max();
};

int on_match(unsigned id, unsigned long long, unsigned long long, unsigned, void* context) {
    auto& match = *static_cast<Match*>(context);
    if (may_say(patterns[id].sender, match.speaker)) match.best = std::min(match.best, id);
    return 0;
}

}  // namespace

struct Database::Compiled {
    hs_database_t* handle = nullptr;

    Compiled() = default;
    ~Compiled() { hs_free_database(handle); }
    Compiled(Compiled&&) = delete;
    Compiled& operator=(Compiled&&) = delete;
};

Database::Database() : compiled_(std::make_unique<Compiled>()) {
    std::array<const char*, patterns.size()> expressions{};
    std::array<unsigned, patterns.size()> flags{};
    std::array<unsigned, patterns.size()> ids{};
    for (unsigned i = 0; i < patterns.size(); ++i) {
        expressions[i] = patterns[i].expression;
        flags[i] = HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH;
        ids[i] = i;
    }
    hs_compile_error_t* error = nullptr;
    if (hs_compile_multi(expressions.data(), flags.data(), ids.data(), patterns.size(),
                         HS_MODE_BLOCK, nullptr, &compiled_->handle, &error) != HS_SUCCESS) {
        const std::string reason = error != nullptr ? error->message : "unknown error";
        hs_free_compile_error(error);
        throw std::runtime_error("Hyperscan cannot compile the protocol patterns: " + reason);
    }
}

Database::~Database() = default;

const Database& Database::shared() {
    static const Database database;
    return database;
}

struct Sensor::Scratch {
    hs_scratch_t* handle = nullptr;

    Scratch() = default;
    ~Scratch() { hs_free_scratch(handle); }
    Scratch(Scratch&&) = delete;
    Scratch& operator=(Scratch&&) = delete;
};

Sensor::Sensor(const Database& database)
    : database_(&database), scratch_(std::make_unique<Scratch>()) {
    if (hs_alloc_scratch(database.compiled_->handle, &scratch_->handle) != HS_SUCCESS) {
        throw std::bad_alloc();
    }
}

Sensor::~Sensor() = default;
Sensor::Sensor(Sensor&&) noexcept = default;
Sensor& Sensor::operator=(Sensor&&) noexcept = default;

Protocol Sensor::identify(Bytes first, Speaker speaker) {
    if (first.empty()) return Protocol::silent;
    const std::size_t length = std::min(first.size(), sensed_bytes);
    Match match{speaker};
    const hs_error_t status =
        hs_scan(database_->compiled_->handle, reinterpret_cast<const char*>(first.data()),
                static_cast<unsigned>(length), 0, scratch_->handle, on_match, &match);
    if (status != HS_SUCCESS || match.best >= patterns.size()) return Protocol::unknown;
    return static_cast<Protocol>(first_protocol + match.best);
}

}  // namespace tlstriage::sense
