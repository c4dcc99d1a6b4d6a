"""Makes one case: network, certificates, servers, capture, clients; then the capture file."""

import contextlib
import gzip
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import tomllib

import transform
from certificates import Certificates
from live import Watch
from network import ADDRESSES, CAPTURE_POINTS, ROLES, Network
from programs import LOGS, PEERS, server_command
from witness import Program, proofs, words

SIGNALS = {signal.SIGINT, signal.SIGTERM}
READY_SECONDS = 15
END_SECONDS = 4
# Immediate mode keeps a slot of a whole snap length for each packet: the default buffer holds
# eight of them, and loses the rest.
BUFFER_KIB = "32768"
CAPTURE_NAMES = {
    "pcap": "capture.pcap",
    "nanosecond": "capture.pcap",
    "pcapng": "capture.pcapng",
    "pcap.gz": "capture.pcap.gz",
    "pcapng.zst": "capture.pcapng.zst",
}
CASE_KEYS = {"title", "needs", "edge", "keep", "capture", "network", "certificates", "files", "server",
             "client", "proof", "synthetic"}
TABLE_KEYS = {
    "capture": {"at", "format", "filter", "snaplen", "start_after", "linger"},
    "network": {"forward", *ROLES},
    "server": {"program", "name", "port", "arguments", "config", "certificate", "on", "log",
               "says"},
    "client": {"run", "name", "input", "hold", "kill", "after", "background", "on", "timeout",
               "says", "exit"},
    "proof": {"filter", "frames", "at_least", "decode_as"},
    "synthetic": {"transform", "tried"},
}


class Interrupted(BaseException):
    """SIGINT or SIGTERM came. Not KeyboardInterrupt: subprocess does not wait for a child's end
    then, which would still write into the work directory while that is removed."""


def load(folder):
    """A case's description; a key that means nothing is an error, not a silent no-op."""
    case = tomllib.loads((folder / "case.toml").read_text())
    unknown = set(case) - CASE_KEYS
    for name, keys in TABLE_KEYS.items():
        tables = case.get(name, [])
        for table in [tables] if isinstance(tables, dict) else tables:
            unknown |= set(table) - keys
    if unknown:
        raise ValueError(f"{folder}/case.toml: unknown keys {sorted(unknown)}")
    return case


def capture_path(folder):
    """The capture of a case folder, or None."""
    return next(iter(sorted(folder.glob("capture.*"))), None)


def make(case, folder, verbose=False, words_only=False, live=None):
    """Runs the case and leaves its capture and said.txt in `folder`, if what it claims was seen.

    `words_only`: the capture that is there stays, and said.txt tells the proofs of that one.
    `live`: a program that watches too; its windows are left in `folder`/live. (program, options)
    """
    with contextlib.ExitStack() as stack:
        # An interruption ends the run but does not disturb the cleaning up.
        stack.callback(signal.pthread_sigmask, signal.SIG_UNBLOCK, SIGNALS)
        try:
            _Run(stack, case, verbose, live).make(folder, words_only)
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


class _Run:
    def __init__(self, stack, case, verbose=False, live=None):
        self.stack, self.case, self.verbose, self.live = stack, case, verbose, live
        self.work = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-")))
        # Some programs read and write their files as a user of their own.
        self.work.chmod(0o1777)
        self.values = {**ADDRESSES, "dir": str(self.work), "peers": str(PEERS)}
        self.network = Network(self._hosts())
        self.programs = []

    def prepare(self):
        """The network and the servers, up."""
        case = self.case
        Certificates(self.work, case.get("certificates", {})).make_all()
        for name, text in case.get("files", {}).items():
            (self.work / name).write_text(self.fill(text))

        self.stack.callback(self.network.remove)
        self.network.build()
        for role in ROLES:
            for line in case.get("network", {}).get(role, []):
                self.network.run(role, self.fill(line))
        self.network.add_router_rules(map(self.fill, case.get("network", {}).get("forward", [])))

        for server in case.get("server", []):
            self._start_server(server)

    def make(self, folder, words_only):
        case = self.case
        try:
            self.prepare()
            watch = self._start_watch(folder) if self.live else None
            capture = self._clients_captured(case.get("capture", {}))
            if watch and watch.stop() != 0:
                raise RuntimeError(f"tlstriage live failed: {watch.said()[-600:]!r}")
            said = [*words(self.programs), *proofs(case, capture.raw)]
        finally:
            if self.verbose:
                self._show()
        if words_only:
            said = [*words(self.programs), *proofs(case, capture_path(folder))]
        else:
            capture.write(folder)
            for name in case.get("keep", []):
                shutil.copy(self.work / name, folder)
        (folder / "said.txt").write_text("".join(line + "\n" for line in said))

    def _start_watch(self, folder):
        program, options = self.live
        at = self.case.get("capture", {}).get("at", "router_client")
        watch = Watch(self.network, at, program, folder / "live", map(self.fill, options))
        self.stack.callback(watch.kill)
        watch.start()
        return watch

    def _clients_captured(self, table):
        capture = _Capture(self.network, table, self.work, self.fill)
        self.stack.callback(capture.stop)
        late = table.get("start_after", 0)
        starter = threading.Timer(late, capture.start)
        if late:
            starter.start()
        else:
            capture.start()
        for client in self.case["client"]:
            self._run_client(client)
        if late:
            starter.join()
        time.sleep(table.get("linger", 0.4))
        capture.stop()
        transform.apply(self.case.get("synthetic", {}).get("transform", ""), capture.raw)
        return capture

    def fill(self, text):
        """`text` with the values of this run in its {placeholders}."""
        for key, value in self.values.items():
            text = text.replace("{" + key + "}", value)
        return text

    def _hosts(self):
        tables = [*self.case.get("server", []), *self.case["client"]]
        return {*self.case.get("network", {}), *(table.get("on") for table in tables),
                self.case.get("capture", {}).get("at", "").removeprefix("router_")}

    def _spawn(self, side, table, arguments, logs=()):
        """Starts a program that is ended, if it still runs, when the stack unwinds."""
        output = self.work / f"output.{len(self.programs)}"
        with open(output, "wb") as file:
            process = subprocess.Popen(
                self.network.program(table.get("on", side), self.work, arguments), cwd=self.work,
                env=self._environment(), start_new_session=True,
                # s_server reads what it sends from its standard input, and ends the connection at
                # its end.
                stdin=subprocess.PIPE, stdout=file, stderr=file)
        self.stack.callback(_end, process)
        self.programs.append(Program(side, table, process, self.work,
                                     [output, *(self.work / name for name in logs)]))
        return process

    def _environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.work), "TMPDIR": str(self.work),
                "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}

    def _start_server(self, server):
        role = server.get("on", "server")
        command = server_command(server, self.work, self.fill)
        process = self._spawn("server", server, command,
                              [*LOGS.get(server["program"], []), *server.get("log", [])])
        deadline = time.monotonic() + READY_SECONDS
        while not self.network.listens(role, server["port"]):
            if process.poll() is not None:
                raise RuntimeError(f"{shlex.join(command)}: ended with {process.returncode}: "
                                   f"{self.programs[-1].words()[-600:]!r}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{shlex.join(command)}: does not listen on {server['port']}: "
                                   f"{self.programs[-1].words()[-600:]!r}")
            time.sleep(0.05)

    def _run_client(self, client):
        """One `[[client]]` table:

        run      the command line
        name     what the tables call it; default: the program's own name
        input    text for its standard input, which closes `hold` seconds (0.3) later
        kill     seconds after which it is killed (SIGKILL): a client that dies midway
        after    seconds to wait before it starts
        background  do not wait for its end
        on       the namespace, "client" unless said
        timeout  seconds after which the case fails (30)
        says, exit  see witness.py
        """
        time.sleep(client.get("after", 0))
        process = self._spawn("client", client, shlex.split(self.fill(client["run"])))
        if "kill" in client:
            time.sleep(client["kill"])
            process.kill()
            process.wait()
            return
        if client.get("background"):
            return
        with contextlib.suppress(BrokenPipeError):
            if "input" in client:
                process.stdin.write(self.fill(client["input"]).encode())
                process.stdin.flush()
                time.sleep(client.get("hold", 0.3))
            process.stdin.close()
        try:
            process.wait(timeout=client.get("timeout", 30))
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{client['run']}: still running") from None

    def _show(self):
        for program in self.programs:
            status = program.process.poll()
            print(f"--- {program.side} {program.name}"
                  + (f", exit {status}" if status is not None else ""))
            print(program.words(), end="", flush=True)


def _end(process):
    process.terminate()
    try:
        process.wait(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class _Capture:
    """tcpdump (pcap) or dumpcap (pcapng) at one point of the network.

    [capture]: at, format, filter, snaplen, start_after, linger.
    """

    def __init__(self, network, table, work, fill):
        self.format = table.get("format", "pcap")
        role, interface = CAPTURE_POINTS[table.get("at", "router_client")]
        expression = fill(table.get("filter", "tcp or icmp"))
        snaplen = str(table.get("snaplen", 65535))
        ng = self.format.startswith("pcapng")
        self.raw = work / ("raw.pcapng" if ng else "raw.pcap")
        if ng:
            command = ["dumpcap", "-q", "-i", interface, "-s", snaplen, "-f", expression,
                       "-w", str(self.raw)]
        else:
            precision = "nano" if self.format == "nanosecond" else "micro"
            command = ["tcpdump", "-U", "--immediate-mode", "-B", BUFFER_KIB, "-n", "-Z", "root",
                       "-i", interface, "-s", snaplen, f"--time-stamp-precision={precision}",
                       "-w", str(self.raw), expression]
        self.command = network.command(role, command)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, start_new_session=True)
        for line in self.process.stderr:
            if "listening on" in line or line.startswith("File:"):
                time.sleep(0.2)
                return
        raise RuntimeError(f"{shlex.join(self.command)}: did not start")

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()

    def write(self, folder):
        old = capture_path(folder)
        if old:
            old.unlink()
        target = folder / CAPTURE_NAMES[self.format]
        if self.format.endswith(".gz"):
            with open(target, "wb") as file:
                with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                    packed.write(self.raw.read_bytes())
        elif self.format.endswith(".zst"):
            subprocess.run(["zstd", "-q", "-19", str(self.raw), "-o", str(target)], check=True)
        else:
            shutil.copyfile(self.raw, target)
