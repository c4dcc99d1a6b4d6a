"""tlstriage live under load: a trace at the highest rate on its port, beside real handshakes.

What must hold: every frame that reached the port is seen or counted as dropped, to the frame;
memory stays flat; the real handshakes' verdicts are right or incomplete, never wrong; promtool has
no remark about the page, a real Prometheus scrapes it, and no counter ever falls.
"""

import collections
import contextlib
import json
import pathlib
import re
import shlex
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse

import live
import run
from network import ADDRESSES

EVERY = "10s"
CLIENTS = 2           # real clients at a time
CLIENT_SECONDS = 8    # after which one gives up
SETTLE_SECONDS = 3    # after the last frame, until all are counted
FLAT_SHARE, FLAT_MIB = 1.1, 16
GAVE_UP = {28, 35, 52, 56, 124}   # curl: timeouts and connections that broke

# Real servers, and clients that must fare with each in the same way always: (curl's options, its
# exit status, outcome and cause). TLS 1.2 where the reason must be readable; nobody listens on
# 8443.
CASE = {
    "title": "load",
    "certificates": {
        "good": {"names": ["good.test"]},
        "expired": {"names": ["good.test"], "days": [-60, -2]},
        "other": {"names": ["good.test"], "issuer": "self"},
    },
    "server": [
        {"program": "openssl", "port": 443, "certificate": "good", "arguments": "-www"},
        {"program": "openssl", "port": 444, "certificate": "expired", "arguments": "-www"},
        {"program": "openssl", "port": 445, "certificate": "other", "arguments": "-www"},
    ],
    "client": [],
}
KINDS = {
    443: ("", 0, "ok", "none"),
    444: ("--tls-max 1.2", 60, "failed", "certificate_expired"),
    445: ("--tls-max 1.2", 60, "failed", "certificate_self_signed"),
    8443: ("", 7, "failed", "connection_refused"),
}

_PROMETHEUS = """
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: tlstriage
    static_configs:
      - targets: ["127.0.0.1:9464"]
"""

Handshake = collections.namedtuple("Handshake", "client_port server_port status")


def load(program, trace, seconds, options, stall=0):
    """Runs the trial and prints what it found; returns the faults, as texts.

    `stall`: seconds for which the program is stopped midway, so that it must lose frames.
    """
    with contextlib.ExitStack() as stack:
        stack.callback(signal.pthread_sigmask, signal.SIG_UNBLOCK, run.SIGNALS)
        try:
            return _Load(stack, program, trace, options, stall).play(seconds)
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, run.SIGNALS)


def samples(page):
    """The page's samples: name with labels -> value."""
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
            for line in page.splitlines() if line and not line.startswith("#")}


def total(page, name):
    """The sum of a metric over its labels."""
    return round(sum(value for key, value in samples(page).items()
                     if key.split("{")[0] == name))


class _Load(run._Run):
    def __init__(self, stack, program, trace, options, stall):
        super().__init__(stack, CASE)
        self.trace, self.stall = trace, stall
        self.folder = pathlib.Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-load-")))
        self.watch = live.Watch(self.network, "router_client", program, self.folder, options, EVERY)
        self.handshakes, self.memory, self.pages, self.faults = [], [], [], []
        self.ending = threading.Event()
        self.next_port = 20000
        self.lock = threading.Lock()

    def play(self, seconds):
        self.prepare()
        self.stack.callback(self.watch.kill)
        self.watch.start()
        prometheus = self._start_prometheus()
        threads = [threading.Thread(target=self._clients) for _ in range(CLIENTS)]
        threads.append(threading.Thread(target=self._look))
        # Daemons, so that an interruption ends them too.
        for thread in threads:
            thread.daemon = True
            thread.start()
        if self.stall:
            threading.Timer(seconds / 3, self._stop_for_a_while).start()
        sent = self._replay(seconds)
        self.ending.set()
        for thread in threads:
            thread.join()
        time.sleep(SETTLE_SECONDS)
        page = self._get("9464/metrics")
        port = self._port_frames()
        self._check_promtool(page)
        self._check_prometheus(prometheus, seconds)
        status = self.watch.stop()
        if status != 0:
            self.faults.append(f"exit status {status}")
        self._check_frames(sent, port, page)
        self._check_monotonic()
        self._check_memory()
        self._check_handshakes(page)
        said = [line for line in self.watch.said().splitlines() if "metrics on port" not in line]
        print("it said:", *(said or ["nothing"]), sep="\n  ")
        return self.faults

    # The traffic

    def _replay(self, seconds):
        done = subprocess.run(
            self.network.command("router", ["tcpreplay", "-i", "mirror", "-t", "--loop=1000000",
                                            f"--duration={seconds}", str(self.trace)]),
            capture_output=True, text=True)
        found = re.search(r"Successful packets:\s+(\d+)", done.stdout)
        if not found:
            raise RuntimeError(f"tcpreplay: {done.stdout[-300:]} {done.stderr[-300:]}")
        rated = re.search(r"Rated:.*", done.stdout)
        print(f"tcpreplay: {int(found[1]):,} frames; {rated[0] if rated else ''}")
        return int(found[1])

    def _stop_for_a_while(self):
        self.watch.process.send_signal(signal.SIGSTOP)
        time.sleep(self.stall)
        self.watch.process.send_signal(signal.SIGCONT)

    def _clients(self):
        while not self.ending.is_set():
            for server_port, (arguments, *_) in KINDS.items():
                with self.lock:
                    self.next_port += 1
                    client_port = self.next_port
                command = shlex.split(
                    f"curl -s -o /dev/null -m {CLIENT_SECONDS} --noproxy * {arguments}"
                    f" --cacert {self.work}/root.pem --local-port {client_port}"
                    f" --resolve good.test:{server_port}:{ADDRESSES['server']}"
                    f" https://good.test:{server_port}/")
                status = subprocess.run(self.network.command("client", command)).returncode
                self.handshakes.append(Handshake(client_port, server_port, status))

    # The observers

    def _get(self, place):
        done = subprocess.run(self.network.command("watch", ["curl", "-s", "-m", "5",
                                                             f"http://127.0.0.1:{place}"]),
                              capture_output=True, text=True)
        return done.stdout

    def _look(self):
        status = pathlib.Path(f"/proc/{self.watch.process.pid}/status")
        while not self.ending.wait(1):
            with contextlib.suppress(OSError, TypeError):
                kilobytes = re.search(r"RssAnon:\s+(\d+)", status.read_text())[1]
                self.memory.append(int(kilobytes) / 1024)
            self.pages.append(self._get("9464/metrics"))

    def _port_frames(self):
        """What the kernel counts at the port."""
        names = ["rx_packets", "rx_missed_errors", "rx_fifo_errors"]
        text = subprocess.run(
            self.network.command("watch", ["cat", *(f"/sys/class/net/port0/statistics/{name}"
                                                    for name in names)]),
            capture_output=True, text=True, check=True).stdout
        return dict(zip(names, map(int, text.split())))

    def _start_prometheus(self):
        (self.folder / "prometheus.yml").write_text(_PROMETHEUS)
        with open(self.folder / "prometheus.txt", "wb") as file:
            process = subprocess.Popen(
                self.network.command("watch", [
                    "prometheus", f"--config.file={self.folder}/prometheus.yml",
                    f"--storage.tsdb.path={self.folder}/tsdb",
                    "--web.listen-address=127.0.0.1:9090"]),
                stdout=file, stderr=file, start_new_session=True)
        self.stack.callback(run._end, process)
        return process

    # The verdict

    def _check_frames(self, sent, port, page):
        packets = total(page, "tlstriage_packets_total")
        drops = {key: round(value) for key, value in samples(page).items()
                 if key.startswith("tlstriage_drops_total") and value}
        within = ("ring_full", "shed_")
        in_front = sum(value for key, value in drops.items()
                       if not any(f'cause="{cause}' in key for cause in within))
        missed = port["rx_missed_errors"] + port["rx_fifo_errors"]
        sent_to_port = port["rx_packets"] + missed
        print(f"port0: {port['rx_packets']:,} frames received, {missed:,} missed; "
              f"of the replay {sent:,}\n"
              f"tlstriage: {packets:,} frames taken, {in_front:,} dropped in front")
        for key, value in drops.items():
            print(f"  {value:,} {key}")
        if sent_to_port != packets + in_front:
            self.faults.append(f"of {sent_to_port:,} frames at the port {packets:,} were taken and "
                               f"{in_front:,} counted as dropped: "
                               f"{sent_to_port - packets - in_front:,} are unexplained")
        files = [json.loads((window / "run.json").read_text())
                 for window in live.Watched(self.folder).windows()]
        filed = sum(one["packets"] for file in files for one in file["ports"])
        if filed != packets:
            self.faults.append(f"run.json of {len(files)} windows has {filed:,} frames, the page "
                               f"{packets:,}")
        print(f"{len(files)} windows")

    def _check_monotonic(self):
        pages = [samples(page) for page in self.pages if page]
        if len(pages) < len(self.pages) and not self.stall:
            self.faults.append(f"{len(self.pages) - len(pages)} of {len(self.pages)} looks at the "
                               "page failed")
        for before, now in zip(pages, pages[1:]):
            self.faults += [f"{key} fell from {value} to {now.get(key)}"
                            for key, value in before.items()
                            if re.search(r"_(total|bucket|sum|count)\b", key)
                            and now.get(key, 0) < value]

    def _check_promtool(self, page):
        done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True,
                              text=True)
        if done.returncode or done.stdout or done.stderr:
            self.faults.append(f"promtool: {done.stdout}{done.stderr}")

    def _check_prometheus(self, process, seconds):
        def ask(query):
            text = self._get("9090/api/v1/query?query=" + urllib.parse.quote(query))
            with contextlib.suppress(ValueError, KeyError, IndexError):
                return float(json.loads(text)["data"]["result"][0]["value"][1])
            return 0.0
        scrapes, up = ask("count_over_time(up[1d])"), ask("avg_over_time(up[1d])")
        seen = ask("sum(tlstriage_packets_total)")
        print(f"Prometheus: {scrapes:.0f} scrapes, {up:.0%} of them good, {seen:,.0f} frames")
        least = 0.3 if self.stall else 1
        if process.poll() is not None or up < least or scrapes < seconds / 2 or not seen:
            self.faults.append("Prometheus did not scrape well: " + (
                self.folder / "prometheus.txt").read_text(errors="replace")[-400:])

    def _check_memory(self):
        third = len(self.memory) // 3
        if not third:
            self.faults.append("memory was not seen often enough")
            return
        middle, last = max(self.memory[third:2 * third]), max(self.memory[2 * third:])
        print(f"RssAnon: at most {middle:.0f} MiB in the middle third, {last:.0f} MiB in the last")
        if last > middle * FLAT_SHARE + FLAT_MIB:
            self.faults.append(f"memory grew from {middle:.0f} to {last:.0f} MiB")

    def _check_handshakes(self, page):
        if self.stall and not total(page, "tlstriage_drops_total"):
            self.faults.append("nothing was dropped while the program was stopped")
        rows = collections.defaultdict(list)
        for row in live.Watched(self.folder).rows():
            if row["client_ip"] == ADDRESSES["client"]:
                rows[int(row["client_port"]), int(row["server_port"])].append(row)
        lost = total(page, "tlstriage_drops_total")
        counts = collections.Counter(
            self._judge(handshake, rows[handshake.client_port, handshake.server_port], lost)
            for handshake in self.handshakes)
        print(f"real handshakes: {len(self.handshakes):,}: "
              + ", ".join(f"{count:,} {word}" for word, count in counts.most_common()))

    def _judge(self, handshake, rows, lost):
        _, status, outcome, cause = KINDS[handshake.server_port]
        said = [(row["outcome"], row["cause"]) for row in rows]
        if not said:
            if not lost:
                self.faults.append(f"{handshake}: no row, though nothing was dropped")
            return "without a row"
        if len(said) > 1:
            self.faults.append(f"{handshake}: {len(said)} rows: {said}")
            return "with several rows"
        if said[0][0] == "incomplete":
            if not lost:
                self.faults.append(f"{handshake}: {said[0]}, though nothing was dropped")
            return "incomplete"
        if handshake.status != status:
            # It gave up, or was cut off: whatever that was, it was not fine.
            if handshake.status not in GAVE_UP or said[0][0] == "ok":
                self.faults.append(f"{handshake}: {said[0]}")
            return f"ended with {handshake.status}, not {status}"
        if said[0] != (outcome, cause):
            self.faults.append(f"{handshake}: {said[0]}, right is {(outcome, cause)}")
            return "WRONG"
        return "right"
