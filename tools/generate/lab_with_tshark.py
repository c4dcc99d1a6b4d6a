"""Compares a trace of `tracegen --profile lab` with the captures of the cases it was made of, both
as tshark understands them: every connection that the truth names has to look as the original does,
frame by frame, in all but addresses, ports, absolute numbers and the time it began; and there may
be no more and no fewer frames of any kind than the copies account for."""

import collections
import csv
import json
import pathlib
import re
import subprocess
import sys

# Of each frame; equal in original and copy. Sequence numbers are relative to the stream.
SAME = """ip.len ipv6.plen ip.checksum.status tcp.checksum.status udp.checksum.status
icmp.checksum.status icmpv6.checksum.status _ws.malformed _ws.expert.message tcp.len tcp.flags
tcp.seq tcp.ack tcp.options.sack_le tcp.options.sack_re tcp.options.timestamp.tsval
tcp.analysis.flags tcp.analysis.lost_segment tcp.analysis.ack_lost_segment
tcp.analysis.out_of_order tcp.analysis.retransmission tcp.analysis.duplicate_ack
tls.record.content_type tls.handshake.type tls.handshake.extensions_server_name
tls.alert_message.desc x509af.serialNumber icmp.type icmp.code icmpv6.type icmpv6.code
dns.qry.name dns.flags.rcode arp.opcode""".split()
# These differ between copies in a packet that an ICMP error quotes, or always; only whether they
# are there is compared.
HIDDEN_IN_QUOTES = {"tcp.seq", "tcp.ack"}
HIDDEN = {"tcp.options.timestamp.tsval"}
# What an expert's message says beside: what a wrong checksum (by offloading) should be, which
# depends on the addresses, and other frames.
OF_THIS_TRACE = re.compile(r" \[should be 0x[0-9a-f]+\]| in frame \d+")
KEYS = """frame.number tcp.stream frame.time_epoch ip.src ip.dst ipv6.src ipv6.dst tcp.srcport
tcp.dstport frame.len frame.cap_len""".split()
CUT = "bytes cut off"


class Frame:
    """One line of tshark's."""

    def __init__(self, values):
        self.number = int(values["frame.number"])
        quote = values["icmp.type"] or values["icmpv6.type"]
        self.stream = None if quote else values["tcp.stream"]
        hidden = HIDDEN | (HIDDEN_IN_QUOTES if quote else set())
        self.look = tuple("*" if field in hidden and values[field] else values[field]
                          for field in SAME)
        self.look = tuple(OF_THIS_TRACE.sub("", value) for value in self.look)
        # Link headers differ in length where frames had to become Ethernet.
        self.look += (int(values["frame.len"]) - int(values["frame.cap_len"]),)
        whole, _, fraction = values["frame.time_epoch"].partition(".")
        self.time = int(whole) * 1_000_000 + int(fraction.ljust(6, "0")[:6])
        self.ends = [(innermost(values["ip.src"] or values["ipv6.src"]), values["tcp.srcport"]),
                     (innermost(values["ip.dst"] or values["ipv6.dst"]), values["tcp.dstport"])]


def innermost(addresses):
    """Of those that tshark shows of a frame in tunnels, from the outside in."""
    return addresses.rpartition(",")[2]


def run_tshark(capture, decode_as):
    command = ["tshark", "-r", str(capture), "-n", "-o", "tcp.check_checksum:TRUE",
               "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
               "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=,"]
    for rule in decode_as:
        command += ["-d", rule]
    for field in KEYS + SAME:
        command += ["-e", field]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True)
    for line in process.stdout:
        yield Frame(dict(zip(KEYS + SAME, line.rstrip("\n").split("\t"))))
    if process.wait() not in (0, 2):  # 2: the capture is cut in the middle of a packet
        sys.exit(f"tshark failed with status {process.returncode} on {capture}")


class Trace:
    """The frames of a capture, by stream, and all in one count."""

    def __init__(self, capture, decode_as):
        self.streams = collections.defaultdict(list)
        self.stream_at = {}
        self.looks = collections.Counter()
        for frame in run_tshark(capture, decode_as):
            self.looks[frame.look] += 1
            if frame.stream:
                self.streams[frame.stream].append(frame)
                self.stream_at[frame.number] = frame.stream

    def at(self, first_frame):
        """The stream that has the frame, from it on: a port used again may begin no new one."""
        stream = self.streams.get(self.stream_at.get(first_frame), [])
        return [frame for frame in stream if frame.number >= first_frame]


def story(frames):
    """What has to be equal, with times since the first frame in µs."""
    client = frames[0].ends[0] if frames else None
    return [(frame.time - frames[0].time, frame.ends[0] == client, *frame.look)
            for frame in frames]


def first_difference(right, ours):
    if len(right) != len(ours):
        return f"{len(ours)} frames, the original has {len(right)}"
    names = ["time", "sent by the client", *SAME, CUT]
    for index, (one, other) in enumerate(zip(right, ours)):
        for name, was, now in zip(names, one, other):
            # Originals with ns are rounded down to µs, twice.
            rounded = name == "time" and abs(was - now) <= 1
            if was != now and not rounded:
                return f"its frame {index + 1}: {name} is {now!r}, the original's {was!r}"
    return None


class Cases:
    """The originals, read when they are asked for."""

    def __init__(self, folder, decode_as):
        self.folder = pathlib.Path(folder)
        self.decode_as = decode_as
        self.known = {}

    def case(self, name):
        if name not in self.known:
            capture = next((self.folder / name).glob("capture.*"))
            expected = json.loads((self.folder / name / "expected.json").read_text("utf-8"))
            trace = Trace(capture, self.decode_as)
            stories = [story(trace.at(flow["first_frame"])) for flow in expected["flows"]]
            self.known[name] = (trace, stories)
        return self.known[name]

    def without_rows(self):
        for path in sorted(self.folder.glob("*/expected.json")):
            if not json.loads(path.read_text("utf-8"))["flows"]:
                yield path.parent.name


def decode_rules(folder):
    rules = set()
    for path in pathlib.Path(folder).glob("*/expected.json"):
        rules.update(json.loads(path.read_text("utf-8")).get("decode_as", []))
    return sorted(rules)


def count_differences(trace, cases, copies, bulk):
    """More or fewer frames of some look than the copies account for, but for bulk flows."""
    ours = trace.looks - collections.Counter(frame.look for frames in bulk for frame in frames)
    right = collections.Counter()
    for name, count in copies.items():
        for look, frames in cases.case(name)[0].looks.items():
            right[look] += frames * count
    for name in cases.without_rows():
        looks = cases.case(name)[0].looks
        # No truth tells how often these were copied: as often as what is left over allows.
        count = min((ours[look] - right[look]) // number for look, number in looks.items())
        for look, number in looks.items():
            right[look] += number * max(count, 0)
    for look in sorted(right.keys() | ours.keys(), key=str):
        if right[look] != ours[look]:
            shown = {name: value for name, value in zip([*SAME, CUT], look) if value}
            yield f"{ours[look]} frames, {right[look]} are right: {shown}"


def check(capture, truth, folder):
    """Prints what differs and answers the exit status."""
    decode_as = decode_rules(folder)
    cases = Cases(folder, decode_as)
    trace = Trace(capture, decode_as)
    with open(truth, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    differences = []
    bulk = []
    row_of_copy = collections.Counter()
    copies = collections.defaultdict(set)
    for row in rows:
        frames = trace.at(int(row["first_frame"]))
        if row["case"] == "bulk":
            bulk.append(frames)
            continue
        copies[row["case"]].add(row["copy"])
        where = "{case}, copy {copy}, {client_ip}:{client_port}".format(**row)
        ends = [(row["client_ip"], row["client_port"]), (row["server_ip"], row["server_port"])]
        if not frames or sorted(frames[0].ends) != sorted(ends):
            differences.append(f"{where}: not at its first frame")
            continue
        original = cases.case(row["case"])[1][row_of_copy[row["copy"]]]
        row_of_copy[row["copy"]] += 1
        difference = first_difference(original, story(frames))
        if difference:
            differences.append(f"{where}: {difference}")
    counts = {name: len(numbers) for name, numbers in copies.items()}
    differences.extend(count_differences(trace, cases, counts, bulk))
    for difference in differences[:50]:
        print(difference)
    print(f"{len(rows)} connections of {sum(counts.values())} copies of {len(counts)} cases, "
          f"{len(differences)} differences")
    return 1 if differences else 0
