"""A made-up tree that breaks every rule of check_layers once, and what has to be said about it."""

import json
import pathlib
import subprocess
import tempfile

GOOD = {
    "src/base/bytes.h": "#pragma once\n#include <cstdint>\nusing Byte = std::uint8_t;\n",
    "src/base/time.h": "#pragma once\n// No rte_mbuf, no tbb, no system_clock in code.\n",
    "src/engine/run.cpp": '#include "base/bytes.h"\n#include <vector>\nByte first = 0;\n',
    "src/flow/sequence.h": '#pragma once\n#include "base/bytes.h"\n',
    "src/flow/table.h": '#pragma once\n#include "flow/sequence.h"\n',
    "src/verdict/judge.h": '#pragma once\n#include "flow/sequence.h"\n',
    "src/cli/main.cpp": '#include <unistd.h>\n#include "port.h"\nint rte_is_fine_here;\n',
    "dataplane/port.h": "#pragma once\n#include <rte_mbuf.h>\n#include <tbb/task_arena.h>\n",
}

# File -> its text, and the start of each message about it.
BAD = {
    "src/base/up.h": ('#pragma once\n#include "engine/run.h"\n',
                      ['src/base/up.h:2: base may not include "engine/run.h" (of engine)']),
    "src/engine/run.h": ("#pragma once\n", []),
    "src/verdict/rules.h": ('#pragma once\n#include "flow/table.h"\n',
                            ['src/verdict/rules.h:2: verdict may not include "flow/table.h"']),
    "src/wire/lost.h": ('#pragma once\n#include "nowhere.h"\n',
                        ['src/wire/lost.h:2: "nowhere.h" is neither',
                         "src/wire/lost.h:1: does not compile alone"]),
    "src/engine/certificate.h": ("#pragma once\n#include <openssl/x509.h>\n",
                                 ["src/engine/certificate.h:2: engine may not include "
                                  "<openssl/x509.h> (openssl)"]),
    "src/tls/pattern.h": ("#pragma once\n#include <hs/hs.h>\n",
                          ["src/tls/pattern.h:2: tls may not include <hs/hs.h> (hyperscan)"]),
    "src/wire/system.h": ("#pragma once\n#include <unistd.h>\n",
                          ["src/wire/system.h:2: wire may not include <unistd.h> (posix)"]),
    "src/flow/strange.h": ("#pragma once\n#include <math.h>\n",
                           ["src/flow/strange.h:2: flow may not include <math.h>, no known"]),
    "src/engine/mbuf.h": ("#pragma once\n#include <rte_mbuf.h>\n",
                          ["src/engine/mbuf.h:2: engine may not include <rte_mbuf.h> (dpdk)"]),
    "src/engine/arena.h": ("#pragma once\n#include <tbb/task_arena.h>\n",
                           ["src/engine/arena.h:2: engine may not include <tbb/task_arena.h>"]),
    "src/engine/words.h": ("#pragma once\nstruct rte_mbuf;\nnamespace tbb {}\n"
                           "using Clock = void;  // steady_clock\nint system_clock;\n",
                           ["src/engine/words.h:2: engine may not know DPDK: rte_mbuf",
                            "src/engine/words.h:3: engine may not know oneTBB: tbb",
                            "src/engine/words.h:5: engine may not know a clock: system_clock"]),
    "src/flow/needy.h": ("#pragma once\ninline Byte needs_an_include = 0;\n",
                         ["src/flow/needy.h:1: does not compile alone"]),
    "src/attic/old.h": ("#pragma once\n", ["src/attic/old.h:1: attic has no row in the rules"]),
}

# In the library only, as if it had come through a macro.
SYMBOLS = ('extern "C" int rte_eal_init(int, char**);\n'
           "namespace tbb { void spawn(); }\n"
           "int start() { tbb::spawn(); return rte_eal_init(0, nullptr); }\n")
SYMBOL_MESSAGES = ["libcore.a: start.o: symbol rte_eal_init",
                   "libcore.a: start.o: symbol tbb::spawn()"]


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def make_build(root, start):
    """A build folder as meson leaves it, as far as check_layers looks; stubs for the libraries."""
    build = root / "build"
    (build / "src").mkdir(parents=True)
    stubs = ["openssl/x509.h", "hs/hs.h", "rte_mbuf.h", "tbb/task_arena.h"]
    write(root / "stubs", dict.fromkeys(stubs, ""))
    (build / "start.cpp").write_text(start, "utf-8")
    subprocess.run(["g++", "-c", "start.cpp", "-o", "start.o"], cwd=build, check=True)
    subprocess.run(["ar", "rcs", "src/libcore.a", "start.o"], cwd=build, check=True)
    command = "g++ -std=c++20 -Wall -Werror -I../src -I../dataplane -I../stubs"
    source = "../src/engine/run.cpp"
    entry = {"directory": str(build), "file": source,
             "command": f"{command} -MD -MQ x -MF x.d -o run.o -c {source}"}
    (build / "compile_commands.json").write_text(json.dumps([entry]), "utf-8")
    return build


def faults_of(check, files, start):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        write(root, files)
        faults = list(check(root, make_build(root, start)))
        return [fault.replace(f"{root}/build/src/", "") for fault in faults]


def run(check):
    """0 when the good tree passes and every bad file gets exactly its messages."""
    wrong = [f"good tree: {fault}" for fault in faults_of(check, GOOD, "int start() { return 0; }")]
    bad_files = {name: text for name, (text, _) in BAD.items()}
    faults = faults_of(check, GOOD | bad_files, SYMBOLS)
    expected = [message for _, messages in BAD.values() for message in messages] + SYMBOL_MESSAGES
    for message in expected:
        said = [fault for fault in faults if fault.startswith(message)]
        if len(said) == 1:
            faults.remove(said[0])
        else:
            wrong.append(f"said {len(said)} times, not once: {message}")
    wrong += [f"not expected: {fault}" for fault in faults]
    for line in wrong:
        print(line)
    print(f"self-test: {len(expected)} messages expected, {len(wrong)} faults")
    return 1 if wrong else 0
