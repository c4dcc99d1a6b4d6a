"""Traces of what is hard for a dataplane, each of one kind, and what a run over them costs."""

import collections
import csv
import dataclasses
import subprocess

from comparison import runs, traces

# Kind of bench/cliff_traces, its count, and what it is; then the outcome of each of its flows.
KINDS = [
    ("small_frames", 50_000, "64-byte frames: handshakes and bare ACKs, 66 a flow", "not_tls"),
    ("many_flows", 2_000_000, "connections open at once, three frames each, no byte",
     "incomplete"),
    ("elephant", 1_000_000_000, "bytes in one flow", "ok"),
    ("one_shard", 20_000, "flows that all hash to one shard of 16", "ok"),
    ("jumbo", 4_000, "flows of 9,000-byte frames", "ok"),
    ("disordered", 20_000, "flows with each two segments swapped", "ok"),
    ("nested", 20_000, "flows in VLAN, VLAN, MPLS, MPLS, GRE and VXLAN", "ok"),
]


@dataclasses.dataclass
class Cliff:
    kind: str
    count: int
    meaning: str
    size: int
    packets: int
    walk: runs.Run
    one: runs.Run
    two: runs.Run


def make(tool, folder, kind, count):
    path = folder / f"cliff-{kind}-{count}.pcap"
    if not path.exists():
        print(f"making {path}", flush=True)
        partial = folder / "partial.pcap"
        if subprocess.run([tool, kind, str(count), partial], check=False).returncode != 0:
            raise traces.Failed(f"cliff_traces {kind} {count}")
        partial.rename(path)
    traces.normalise_cache(path)
    return path


def check(rows, kind, count, outcome):
    """Each flow of a cliff fares alike."""
    with open(rows, newline="", encoding="utf-8") as file:
        seen = collections.Counter(row["outcome"] for row in csv.DictReader(file))
    expected = {outcome: 1 if kind == "elephant" else count}
    if seen != expected:
        raise runs.Failed(f"{kind}: outcomes {dict(seen)}, not {expected}")


def measure(build, folder, scratch, times):
    """A Cliff for each kind; the best of `times` runs."""
    program, walk = str(build / "tlstriage"), str(build / "bench" / "walk")
    for kind, count, meaning, outcome in KINDS:
        path = make(build / "bench" / "cliff_traces", folder, kind, count)
        output = scratch / "cliff"
        seen = collections.defaultdict(list)
        for turn in range(times):
            print(f"run {turn + 1}: {kind}", flush=True)
            seen["walk"].append(runs.run_once([walk, str(path)]))
            for threads in (1, 2):
                seen[threads].append(runs.run_once(
                    [program, "analyze", "--threads", str(threads), "-q", "-o", str(output),
                     str(path)]))
                check(output / "flows.csv", kind, count, outcome)
        said = subprocess.run([walk, str(path)], stdout=subprocess.PIPE, text=True, check=True)
        yield Cliff(kind, count, meaning, path.stat().st_size, int(said.stdout.split()[0]),
                    runs.least(seen["walk"]), runs.least(seen[1]), runs.least(seen[2]))


def rows(cliffs):
    """Of the report's table, its header first."""
    yield ["kind", "packets", "Mpackets/s", "GB/s", "CPU, s", "CPU / walk's", "wall, 2 threads / 1",
           "most RssAnon, MiB"]
    for cliff in cliffs:
        cpu = cliff.one.cpu
        yield [f"{cliff.kind}: {cliff.count:,} {cliff.meaning}", f"{cliff.packets:,}",
               f"{cliff.packets / cpu / 1e6:.2f}", f"{cliff.size / cpu / 1e9:.2f}", f"{cpu:.2f}",
               f"{cpu / cliff.walk.cpu:.1f}", f"{cliff.two.wall / cliff.one.wall:.2f}",
               f"{cliff.one.anon / (1 << 20):.0f}"]
