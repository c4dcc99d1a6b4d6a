"""Makes one case: network, certificates, servers, capture, clients; then the capture file."""

import contextlib
import gzip
import pathlib
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import tomllib

from certificates import Certificates
from network import ADDRESSES, CAPTURE_POINTS, Network
from programs import PEERS, server_command

READY_SECONDS = 10
END_SECONDS = 5
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
CASE_KEYS = {"title", "needs", "capture", "network", "certificates", "files", "server", "client"}
TABLE_KEYS = {
    "capture": {"at", "format", "filter", "snaplen", "start_after", "linger"},
    "network": {"client", "router", "server", "forward"},
    "server": {"program", "port", "arguments", "config", "certificate", "on"},
    "client": {"run", "input", "hold", "kill", "after", "background", "on", "timeout"},
}


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


def make(case, folder, verbose=False):
    """Runs the case and leaves its capture in `folder`."""
    with contextlib.ExitStack() as stack:
        work = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-")))
        # squid reads its files as a user of its own.
        work.chmod(0o755)
        log = None if verbose else subprocess.DEVNULL
        values = {**ADDRESSES, "dir": str(work), "peers": str(PEERS)}

        def fill(text):
            for key, value in values.items():
                text = text.replace("{" + key + "}", value)
            return text

        Certificates(work, case.get("certificates", {})).make_all()
        for name, text in case.get("files", {}).items():
            (work / name).write_text(fill(text))

        network = stack.enter_context(Network())
        for role in ("client", "router", "server"):
            for line in case.get("network", {}).get(role, []):
                network.run(role, fill(line))
        network.add_router_rules(map(fill, case.get("network", {}).get("forward", [])))
        for server in case.get("server", []):
            _start_server(stack, network, server, work, fill, log)

        capture = _Capture(network, case.get("capture", {}), work, fill)
        late = case.get("capture", {}).get("start_after", 0)
        starter = threading.Timer(late, capture.start)
        if late:
            starter.start()
        else:
            capture.start()
        stack.callback(capture.stop)
        for client in case["client"]:
            _run_client(stack, network, client, work, fill, log)
        if late:
            starter.join()
        time.sleep(case.get("capture", {}).get("linger", 0.4))
        capture.stop()
        capture.write(folder)


def _spawn(stack, arguments, **options):
    """Starts a program that is ended, if it still runs, when the stack unwinds."""
    process = subprocess.Popen(arguments, start_new_session=True, **options)

    def end():
        process.terminate()
        try:
            process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    stack.callback(end)
    return process


def _start_server(stack, network, server, work, fill, log):
    role = server.get("on", "server")
    command = network.command(role, server_command(server, work, fill))
    # s_server reads what it sends from its standard input, and ends the connection at its end.
    process = _spawn(stack, command, cwd=work, stdin=subprocess.PIPE, stdout=log, stderr=log)
    deadline = time.monotonic() + READY_SECONDS
    while not network.listens(role, server["port"]):
        if process.poll() is not None:
            raise RuntimeError(f"{shlex.join(command)}: ended with {process.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{shlex.join(command)}: does not listen on {server['port']}")
        time.sleep(0.05)


def _run_client(stack, network, client, work, fill, log):
    """One `[[client]]` table:

    run      the command line
    input    text for its standard input, which closes `hold` seconds (0.3) later
    kill     seconds after which it is killed (SIGKILL): a client that dies midway
    after    seconds to wait before it starts
    background  do not wait for its end
    on       the namespace, "client" unless said
    timeout  seconds after which the case fails (30)
    """
    time.sleep(client.get("after", 0))
    command = network.command(client.get("on", "client"), shlex.split(fill(client["run"])))
    process = _spawn(stack, command, cwd=work, stdin=subprocess.PIPE, stdout=log, stderr=log)
    if "kill" in client:
        time.sleep(client["kill"])
        process.kill()
        process.wait()
        return
    if client.get("background"):
        return
    with contextlib.suppress(BrokenPipeError):
        if "input" in client:
            process.stdin.write(fill(client["input"]).encode())
            process.stdin.flush()
            time.sleep(client.get("hold", 0.3))
        process.stdin.close()
    try:
        process.wait(timeout=client.get("timeout", 30))
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{client['run']}: still running") from None


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
            command = ["tcpdump", "-U", "--immediate-mode", "-B", BUFFER_KIB, "-n", "-Z", "root", "-i", interface, "-s", snaplen,
                       f"--time-stamp-precision={precision}", "-w", str(self.raw), expression]
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
        self.process.wait(timeout=10)
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
