#include "dataplane/oracle.h"

#include "capture/walk.h"
#include "consumer.h"
#include "report/files.h"
#include "support/csv.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

/// The whole trace in one window, so that its bytes stay valid.
constexpr std::size_t everything = std::size_t{64} << 20U;

}  // namespace

std::string oracle_csv(const std::string& path) {
    const auto source = capture::open({path, ""});
    dataplane::Piece piece;
    capture::walk(
        *source,
        [&](const capture::Record& record, std::uint64_t frame, std::uint64_t) {
            while (piece.frames() + 1 < frame)
                piece.take_empty_frame();
            piece.take(record);
        },
        everything);
    engine::Engine engine{{}};
    const dataplane::Executor one_thread(1);
    dataplane::Consumer consumer(engine, one_thread);
    dataplane::Piece* const pieces[] = {&piece};
    consumer.consume(pieces, 0, 0);
    engine.end_archive(engine::run_serially);
    const auto judgement = engine.judge(engine::run_serially);
    const ScratchFolder folder;
    report::write_flows(folder.path(), report::TableFormat::csv, judgement.flows, {path},
                        engine::run_serially);
    return read_file(folder.path() / "flows.csv");
}

}  // namespace tlstriage::test
