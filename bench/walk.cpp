// The plainest use of a capture: every record header read, one after the other, nothing else. What
// whole runs are measured against.
#include "capture/walk.h"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    using namespace tlstriage;
    if (argc != 2) {
        std::fprintf(stderr, "Usage: walk CAPTURE\n");
        return 2;
    }
    try {
        const auto source = capture::open({argv[1], {}});
        std::uint64_t bytes = 0;
        const capture::WalkResult result =
            capture::walk(*source, [&](const capture::Record& record, std::uint64_t,
                                       std::uint64_t) { bytes += record.captured; });
        std::printf("%llu packets, %llu bytes in them\n",
                    static_cast<unsigned long long>(result.packets),
                    static_cast<unsigned long long>(bytes));
        return result.error.empty() && result.damages.empty() && !result.cut ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "walk: %s\n", error.what());
        return 1;
    }
}
