"""What the programs of a case said, and whether that is what the case claims.

A case proves its own fault, or its run fails and leaves no capture:
  says     of a [[server]] or [[client]]: texts (regular expressions) in its output and logs
  exit     of a [[client]]: its exit status, or a list of those it may have
  proof    tables of `filter` (a display filter of tshark) and `frames`, the exact number of
           frames that match, or `at_least` (1); `decode_as` as in expected.json
"""

import contextlib
import pathlib
import re
import shlex
import subprocess
import time

import facts

WORDS_SECONDS = 3


class NotSeen(Exception):
    """The fault of a case did not really happen."""


class Program:
    """A program that runs in a case."""

    def __init__(self, side, table, process, work, outputs):
        self.side, self.table, self.process = side, table, process
        self.work, self.outputs = work, outputs

    @property
    def name(self):
        words = shlex.split(self.table["run"] if self.side == "client"
                            else self.table.get("arguments", ""))
        if "name" in self.table:
            return self.table["name"]
        if self.side == "server" and self.table["program"] not in ("python", "command"):
            return {"gnutls": "gnutls-serv"}.get(self.table["program"], self.table["program"])
        return pathlib.Path(words[1] if words[0] == "python3" else words[0]).name

    def words(self):
        text = "".join(path.read_text(errors="replace") for path in self.outputs if path.exists())
        return text.replace(str(self.work), "{dir}")


def claims(table):
    """The texts that a program's table claims."""
    says = table.get("says", [])
    return [says] if isinstance(says, str) else says


def has_any(case):
    """True when a case says how its fault shows."""
    tables = [*case.get("server", []), *case["client"]]
    return bool(case.get("proof")) or any("says" in one or "exit" in one for one in tables)


def words(programs):
    """Lines of said.txt: what each program really said, if it is what it should say."""
    return [line for program in programs for line in _heard(program)]


def proofs(case, capture):
    """Lines of said.txt: the frames that prove the fault, if they are as claimed."""
    lines = []
    for proof in case.get("proof", []):
        frames = matching(capture, proof)
        complaint = objection(proof, frames)
        if complaint:
            raise NotSeen(complaint)
        lines.append(f"proof: {proof['filter']}: {_frames(frames)}")
    return lines


def matching(capture, proof):
    """The numbers of the frames that a [[proof]] selects."""
    options = ["-Y", proof["filter"], "-T", "fields", "-e", "frame.number"]
    return [int(number) for number in
            facts.tshark(capture, options, proof.get("decode_as", ())).split()]


def objection(proof, frames):
    """What is wrong with the frames found for a [[proof]]; empty when nothing is."""
    found = len(frames)
    if "frames" in proof:
        return "" if found == proof["frames"] else (
            f"{proof['filter']!r}: {found} frames ({_frames(frames)}), not {proof['frames']}")
    least = proof.get("at_least", 1)
    return "" if found >= least else f"{proof['filter']!r}: {found} frames, not {least} or more"


def _heard(program):
    heard = f"{program.side} {program.name}"
    if "exit" in program.table:
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.process.wait(timeout=program.table.get("timeout", 30))
        status, right = program.process.poll(), program.table["exit"]
        if status not in (right if isinstance(right, list) else [right]):
            raise NotSeen(f"{heard}: exit status {status}, not {right}; "
                          f"it said {program.words()[-600:]!r}")
        heard += f" exit {status}"
    lines = [f"{heard}: {_line(program, text)}" for text in claims(program.table)]
    return lines or ([f"{heard}:"] if "exit" in program.table else [])


def _line(program, text):
    """The whole line where a program said `text`; logs may come a moment late."""
    deadline = time.monotonic() + WORDS_SECONDS
    while True:
        words = program.words()
        found = re.search(text, words, re.MULTILINE)
        if found:
            begin = words.rfind("\n", 0, found.start()) + 1
            return "".join(character for character in words[begin:].split("\n", 1)[0]
                           if character.isprintable() or character == "\t").strip()
        if time.monotonic() > deadline:
            raise NotSeen(f"{program.side} {program.name}: did not say {text!r}; "
                          f"it said {words[-600:]!r}")
        time.sleep(0.1)


def _frames(numbers):
    if not numbers:
        return "no frame"
    shown = " ".join(map(str, numbers[:6]))
    return f"frame {shown}" if len(numbers) <= 6 else f"{len(numbers)} frames, {shown} …"
