"""The traces to measure with: whole, a tenth of it, and its first ten packets."""

import dataclasses
import os
import pathlib
import shutil
import struct
import subprocess

FIRST_PACKETS = 10
FILE_HEADER, RECORD_HEADER = 24, 16
BULK_BYTES_PER_FLOW = 100_000
SAMPLE = 10
UNITS = {"K": 1_000, "M": 1_000_000, "G": 1_000_000_000}


class Failed(Exception):
    """A trace could not be made."""


@dataclasses.dataclass
class Trace:
    name: str
    path: pathlib.Path
    made_with: list

    @property
    def truth(self):
        return self.path.with_suffix(".truth.csv")

    @property
    def size(self):
        return self.path.stat().st_size


@dataclasses.dataclass
class TraceSet:
    name: str
    whole: Trace
    sample: Trace
    first_packets: Trace


def bytes_of(text):
    """2G as tracegen reads it: 2e9."""
    unit = UNITS.get(text[-1:].upper())
    return int(float(text[:-1]) * unit) if unit else int(text)


def generate(tracegen, folder, name, arguments):
    """Makes a trace, unless it is there."""
    path = folder / f"{name}.pcap"
    trace = Trace(name, path, ["tracegen", *arguments, "-o", path.name])
    if path.exists() and trace.truth.exists():
        return trace
    if not tracegen.exists():
        raise Failed(f"{tracegen} is not there: build first")
    print(f"making {path}", flush=True)
    partial = folder / f"{name}.partial.pcap"
    if subprocess.run([tracegen, *arguments, "-o", partial, "--truth", trace.truth],
                      stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise Failed("tracegen " + " ".join(arguments))
    partial.rename(path)
    return trace


def first_packets(trace, folder):
    """A trace of the first packets alone: its CPU is that of starting and ending."""
    path = folder / f"{trace.name}-first-packets.pcap"
    with open(trace.path, "rb") as file, open(path, "wb") as out:
        out.write(file.read(FILE_HEADER))
        for _ in range(FIRST_PACKETS):
            header = file.read(RECORD_HEADER)
            out.write(header + file.read(struct.unpack("<4I", header)[2]))
    return Trace(path.stem, path, [])


def normalise_cache(path):
    """Written pages are put out of the cache and read again, so that all files are held alike."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with open(os.devnull, "wb") as sink:
            shutil.copyfileobj(file, sink, 1 << 20)


def make(arguments, folder, scratch):
    tracegen = arguments.build / "tools" / "generate" / "tracegen"
    size, flows = bytes_of(arguments.bulk_size), arguments.short_flows

    def bulk(size):
        return generate(tracegen, folder, f"bulk-{size}", [
            "--profile", "bulk", "--size", str(size),
            "--flows", str(max(10, size // BULK_BYTES_PER_FLOW))])

    def short(flows):
        return generate(tracegen, folder, f"short-{flows}",
                        ["--profile", "short", "--flows", str(flows)])

    sets = []
    for name, one, amount in (("bulk", bulk, size), ("short", short, flows)):
        whole = one(amount)
        sample = whole if arguments.full else one(amount // SAMPLE)
        sets.append(TraceSet(name, whole, sample, first_packets(whole, scratch)))
    for path in {trace.path for one in sets for trace in (one.whole, one.sample)}:
        normalise_cache(path)
    return sets
