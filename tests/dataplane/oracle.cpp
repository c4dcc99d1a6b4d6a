#include "dataplane/oracle.h"

#include "capture/walk.h"
#include "consumer.h"
#include "report/flow_report.h"
#include "support/csv.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

/// The whole trace in one window, so that its bytes stay valid.
constexpr std::size_t everything = std::size_t{64} << 20U;

}  // namespace

WholeTrace::WholeTrace(const std::string& path) : source(capture::open({path, ""})) {
    capture::walk(
        *source,
        [&](const capture::Record& record, std::uint64_t frame, std::uint64_t) {
            while (piece.frames() + 1 < frame)
                piece.take_empty_frame();
            piece.take(record);
        },
        everything);
}

void consume_all(WholeTrace& trace, engine::Engine& engine) {
    const dataplane::Executor one_thread(1);
    dataplane::Consumer consumer(engine, one_thread);
    dataplane::Piece* const pieces[] = {&trace.piece};
    dataplane::Window window;
    consumer.take(pieces, 0, 0, window);
    consumer.consume(window);
    engine.end_archive(engine::run_serially);
}

std::string oracle_csv(const std::string& path) {
    WholeTrace trace(path);
    engine::Engine engine{{}};
    consume_all(trace, engine);
    const ScratchFolder folder;
    const std::vector<std::string> files{path};
    report::FlowReport flows(files, folder.path(), report::TableFormat::csv, 1);
    engine.judge(engine::run_serially, flows.handlers());
    flows.finish();
    return read_file(folder.path() / "flows.csv");
}

}  // namespace tlstriage::test
