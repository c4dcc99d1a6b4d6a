"""Running programs, measured."""

import collections
import dataclasses
import os
import re
import subprocess
import time

POLL_SECONDS = 0.004
MEMORY = re.compile(r"^(VmHWM|RssAnon):\s+(\d+) kB", re.MULTILINE)


class Failed(Exception):
    """A program ended with an error."""


@dataclasses.dataclass
class Run:
    cpu: float   # seconds, user and system
    wall: float  # seconds
    rss: int     # most bytes, as far as polling saw
    anon: int    # most bytes that are no file's pages, likewise


@dataclasses.dataclass
class Best:
    """The best of several runs: the least of each."""
    whole: Run
    start: Run
    size: int    # bytes of the trace that was read
    scale: float  # whole trace / trace that was read

    @property
    def marginal(self):
        return max(0.0, self.whole.cpu - self.start.cpu) * self.scale


def memory(pid):
    """Most resident bytes so far and anonymous bytes now. (What wait4 tells of a child includes the
    memory of its parent, this Python.)"""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            found = dict(MEMORY.findall(file.read()))
    except (FileNotFoundError, ProcessLookupError):
        found = {}
    return int(found.get("VmHWM", 0)) * 1024, int(found.get("RssAnon", 0)) * 1024


def run_once(command):
    begin = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    rss = anon = 0
    while True:
        rss, anon = map(max, (rss, anon), memory(process.pid))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid != 0:
            break
        time.sleep(POLL_SECONDS)
    wall = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"exit status {process.returncode}: {' '.join(command)}")
    return Run(usage.ru_utime + usage.ru_stime, wall, rss, anon)


def least(runs):
    """Least time; most memory, as that has to be there."""
    return Run(min(run.cpu for run in runs), min(run.wall for run in runs),
               max(run.rss for run in runs), max(run.anon for run in runs))


def measure(programs, sets, arguments, checker):
    """(program's name, set's name) -> Best. Programs take turns, so that what disturbs one run
    disturbs a run of each."""
    seen = collections.defaultdict(lambda: ([], []))
    for turn in range(arguments.runs):
        for program in programs:
            for one in sets:
                trace = one.sample if program.slow else one.whole
                print(f"run {turn + 1}: {program.name}, {trace.name}", flush=True)
                wholes, starts = seen[program.name, one.name]
                starts.append(run_once(program.command(one.first_packets.path)))
                wholes.append(run_once(program.command(trace.path)))
                if program.output:
                    checker.check(program.output / "flows.csv", trace)
    best = {}
    for program in programs:
        for one in sets:
            wholes, starts = seen[program.name, one.name]
            trace = one.sample if program.slow else one.whole
            best[program.name, one.name] = Best(least(wholes), least(starts), trace.size,
                                                one.whole.size / trace.size)
    return best
