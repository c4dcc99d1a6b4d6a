"""tlstriage live on a mirror port, beside a case or a load."""

import csv
import json
import re
import signal
import subprocess
import time

from network import CAPTURE_POINTS

READY_SECONDS = 20
END_SECONDS = 30
# What live rows have in common with those of a capture file, whose frames and times are its own.
COMPARED = {"outcome", "cause", "reason", "actor", "alert", "alert_sender", "also_right",
            "first_frame"}
# Filters of captures that leave packets of the case out: a mirror port brings them all.
_PARTIAL = re.compile(r"src|dst|greater|less|udp")
# Some cases run at a time: each program gets little memory.
SLOTS = 16


def obstacle(case):
    """Why a case can't be played live, or nothing: its capture is cut on purpose."""
    capture = case.get("capture", {})
    if capture.get("at", "").endswith("_any"):
        return "its capture is of all interfaces, and the mirror would be one"
    if case.get("edge"):
        return "it is about the edge of a capture"
    if case.get("synthetic", {}).get("transform"):
        return "its capture is changed afterwards"
    if _PARTIAL.search(capture.get("filter", "")):
        return f"its capture holds only {capture['filter']!r}"
    return ""


class Watch:
    """The program on the far end of a mirror of the place where a case is captured."""

    def __init__(self, network, at, program, folder, options=(), every="600s"):
        self.network, self.folder = network, folder
        role, interface = CAPTURE_POINTS[at]
        self.role = role
        self.interfaces = [f"to_{host}" for host in network.hosts] if interface == "any" \
            else [interface]
        self.command = [str(program), "live", "--port", "port0", "-o", str(folder / "windows"),
                        "--every", every, "--metrics", "127.0.0.1:9464", "--quiet", *options]
        self.process = None
        self.words = folder / "live.txt"

    def start(self):
        """The mirror begins when the port is open, so that all that comes is seen."""
        self.network.add_watch(self.role)
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.words, "wb") as file:
            self.process = subprocess.Popen(self.network.command("watch", self.command),
                                            stdout=file, stderr=file, start_new_session=True)
        deadline = time.monotonic() + READY_SECONDS
        while "metrics on port" not in self.said():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"tlstriage live did not start: {self.said()[-600:]!r}")
            time.sleep(0.05)
        self.network.mirror(self.role, self.interfaces)

    def said(self):
        return self.words.read_text(errors="replace")

    def stop(self):
        """Ends the run with a last window; returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"tlstriage live did not end in {END_SECONDS} s: "
                               f"{self.said()[-600:]!r}") from None

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Watched:
    """What a run left: its windows."""

    def __init__(self, folder):
        self.folder = folder

    def windows(self):
        """The folders of the windows, oldest first."""
        return sorted(path for path in (self.folder / "windows").glob("*") if path.is_dir())

    def rows(self):
        """The rows of flows.csv of all windows, in order of their start."""
        rows = []
        for window in self.windows():
            with open(window / "flows.csv", newline="", encoding="utf-8") as file:
                rows += csv.DictReader(file)
        return rows

    def losses(self):
        """What was dropped, as texts."""
        found = []
        for window in self.windows():
            live = json.loads((window / "run.json").read_text()).get("live", {})
            found += [f"{window.name}: {count} frames dropped: {cause}"
                      for cause, count in live.get("drops", {}).items() if count]
        return found


def claims(flows):
    """Of the flows of expected.json, what a live row must have too."""
    kept = []
    for flow in flows:
        claim = {key: value for key, value in flow.items() if key in COMPARED}
        if "also_right" in claim:
            claim["also_right"] = {key: value for key, value in claim["also_right"].items()
                                   if key in COMPARED}
        kept.append(claim)
    return kept
