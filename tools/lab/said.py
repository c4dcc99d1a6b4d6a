"""said.txt of a case: what the programs said when its capture was made.

A line each: `client curl exit 60: curl: (60) SSL certificate problem: …`, `server nginx: …`, or
`proof: FILTER: frame 8`.
"""

import re

_LINE = re.compile(r"(client|server) (.*?)(?: exit (-?\d+))?: ?(.*)")
# What logs put before their words: dates, levels, process and connection numbers, peers.
_PREFIXES = re.compile("^(" + "|".join((
    r"\d{4}[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?",
    r"\w{3} +\d+ \d\d:\d\d:\d\d",
    r"\[\d\d/\w{3}/\d{4}:[\d:.]+\]",
    r"\d{10}\.\d+ +\d+ [\d.]+",
    r"\[\w+\]", r"<\d+>", r"\d+#\d+:", r"\*\d+", r"\(\d+\) *:", r"\w+\[\d+\]:",
    r"\d+\.\d+\.\d+\.\d+:\d+",
    r"[0-9A-F]{12,16}:(?=error:)",
    r"\s+")) + ")+")
# Where in OpenSSL's source it was.
_SOURCE = re.compile(r":\.\./\S+\.c:\d+:")
# Addresses and ports at the end of a log line.
_CONNECTION = re.compile(r"(, client: .*| \[192\.0\.2\.\d+:\d+\])$")


class Words:
    """What one program said."""

    def __init__(self, side, program, status, line):
        self.side, self.program, self.status, self.line = side, program, status, line

    @property
    def text(self):
        """The line without dates, process numbers and addresses."""
        return _CONNECTION.sub("", _SOURCE.sub(" ", _PREFIXES.sub("", self.line))).strip()


def read(lines):
    """The Words among the lines of said.txt."""
    found = [_LINE.fullmatch(line) for line in lines if not line.startswith("proof: ")]
    return [Words(match[1], match[2], match[3], match[4]) for match in found if match]


def proofs(lines):
    return [line.removeprefix("proof: ") for line in lines if line.startswith("proof: ")]
