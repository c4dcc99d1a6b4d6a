// Names the protocol of a direction from its first bytes. The only Hyperscan.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "sense/protocol.h"

namespace tlstriage::sense {

/// Bytes that are looked at; more are not needed for any pattern.
constexpr std::size_t sensed_bytes = 64;

/// Which end speaks; patterns of the other end are not considered.
enum class Speaker : std::uint8_t { client, server };

/// The compiled patterns. Immutable and shared by all threads. Throws std::runtime_error when
/// Hyperscan can't compile them (a processor without SSSE3).
class Database {
  public:
    Database();
    ~Database();
    Database(Database&&) = delete;
    Database& operator=(Database&&) = delete;

    /// The process's own, compiled when it is first asked for: that takes longer than the analysis
    /// of a small capture.
    static const Database& shared();

  private:
    friend class Sensor;
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

/// One owner's scratch memory over a Database, which must outlive it. Throws std::bad_alloc.
class Sensor {
  public:
    explicit Sensor(const Database& database);
    ~Sensor();
    Sensor(Sensor&&) noexcept;
    Sensor& operator=(Sensor&&) noexcept;

    /// The protocol that `first` begins with; Protocol::unknown when no pattern matches (which more
    /// bytes may change while there are fewer than sensed_bytes), Protocol::silent for none.
    [[nodiscard]] Protocol identify(Bytes first, Speaker speaker);

  private:
    struct Scratch;
    const Database* database_;
    std::unique_ptr<Scratch> scratch_;
};

}  // namespace tlstriage::sense
