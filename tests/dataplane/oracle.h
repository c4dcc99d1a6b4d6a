// The slow, obvious way: one walk, one piece, one thread.
#pragma once

#include <memory>
#include <string>

#include "capture/source.h"
#include "engine/engine.h"
#include "piece.h"

namespace tlstriage::test {

/// All frames of a trace, decoded one after the other. Its bytes stay valid as long as this.
struct WholeTrace {
    explicit WholeTrace(const std::string& path);

    std::unique_ptr<capture::Source> source;
    dataplane::Piece piece;
};

/// All of it in one window and on one thread, as one archive.
void consume_all(WholeTrace& trace, engine::Engine& engine);

/// The bytes of flows.csv for one trace.
std::string oracle_csv(const std::string& path);

}  // namespace tlstriage::test
