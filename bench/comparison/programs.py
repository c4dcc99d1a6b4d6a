"""The programs that are compared, and the commands that run them."""

import collections.abc
import dataclasses
import pathlib
import re
import shutil
import subprocess

FLAG_FILTER = "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0"
TSHARK_FIELDS = ["frame.number", "tcp.stream", "tls.handshake.extensions_server_name",
                 "tls.alert_message.desc"]


@dataclasses.dataclass
class Program:
    name: str
    command: collections.abc.Callable  # of the capture's path
    version: str
    slow: bool = False                   # reads the sample
    output: pathlib.Path | None = None   # where tlstriage writes its tables


def version_of(command):
    """The first line with a version number in what a program says of itself."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False)
    lines = [line.strip() for line in result.stdout.splitlines() if re.search(r"\d\.\d", line)]
    return lines[0] if lines else "unknown"


def tlstriage(build, scratch, threads):
    output = scratch / f"verdicts-{threads}"
    program = str(build / "tlstriage")
    return Program(
        f"tlstriage, {threads} thread{'s' if threads > 1 else ''}",
        lambda path: [program, "analyze", "--threads", str(threads), "-q", "-o", str(output),
                      str(path)],
        "tlstriage " + version_of([program, "--version"]), output=output)


def peers(scratch):
    """Programs of others that are installed."""
    flows = str(scratch / "ndpi.csv")
    known = [
        ("tcpdump", "--version", False,
         lambda path: ["tcpdump", "-n", "-r", str(path), "-w", "/dev/null", FLAG_FILTER]),
        ("ssldump", "-v", False, lambda path: ["ssldump", "-n", "-r", str(path)]),
        ("ndpiReader", "-h", False,
         lambda path: ["ndpiReader", "-q", "-C", flows, "-i", str(path)]),
        ("tshark", "--version", True,
         lambda path: ["tshark", "-n", "-r", str(path), "-Y", "tls.handshake || tls.alert_message",
                       "-T", "fields"] + [word for name in TSHARK_FIELDS for word in ("-e", name)]),
    ]
    for name, version, slow, command in known:
        if shutil.which(name):
            yield Program(name, command, version_of([name, version]), slow)


def all_programs(build, scratch):
    """tlstriage with one thread comes first: all others are held against it."""
    walk = str(build / "bench" / "walk")
    return [
        tlstriage(build, scratch, 1),
        tlstriage(build, scratch, 2),
        Program("walk over record headers", lambda path: [walk, str(path)], "bench/walk"),
        Program("cat > /dev/null", lambda path: ["cat", str(path)],
                version_of(["cat", "--version"])),
        *peers(scratch),
    ]
