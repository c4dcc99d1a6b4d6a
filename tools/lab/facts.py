"""What tshark reads in a capture: the columns of expected.json that are facts, not verdicts."""

import csv
import functools
import json
import subprocess

ALERT_LEVELS = {1: "warning", 2: "fatal"}
VERSIONS = {0x0300: "SSLv3", 0x0301: "TLS1.0", 0x0302: "TLS1.1", 0x0303: "TLS1.2",
            0x0304: "TLS1.3"}
ICMP = {"3,0": "net_unreachable", "3,1": "host_unreachable", "3,2": "protocol_unreachable",
        "3,3": "port_unreachable", "3,4": "fragmentation_needed", "3,9": "net_prohibited",
        "3,10": "host_prohibited", "3,13": "admin_prohibited", "11,0": "time_exceeded"}
ICMP6 = {"1,0": "no_route", "1,1": "admin_prohibited", "1,3": "address_unreachable",
         "1,4": "port_unreachable", "2,0": "packet_too_big", "3,0": "time_exceeded"}
# RFC 8446 section 4.1.3
HELLO_RETRY_RANDOM = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE = (
    "1", "2", "11", "13", "14")
PRE_SHARED_KEY = "41"
CHANGE_CIPHER_SPEC = "20"

FIELDS = [
    "frame.number", "tcp.stream", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst",
    "tcp.srcport", "tcp.dstport", "tcp.flags.syn", "tcp.flags.ack", "tcp.flags.fin",
    "tcp.flags.reset", "icmp.type", "icmp.code", "icmpv6.type", "icmpv6.code",
    "tls.record.content_type",
    "tls.handshake.type", "tls.handshake.version", "tls.handshake.random",
    "tls.handshake.ciphersuite", "tls.handshake.extension.type",
    "tls.handshake.extensions.supported_version", "tls.handshake.extensions_server_name",
    "tls.handshake.extensions_alpn_str", "tls.handshake.certificates_length",
    "tls.alert_message.level", "tls.alert_message.desc",
]

FACTS = ["client_ip", "client_port", "server_ip", "server_port", "first_frame", "alert_sender",
         "alert_level", "alert", "rst_sender", "fin_sender", "sni", "alpn_offered", "alpn",
         "version", "cipher", "hello_retry", "resumed", "client_auth", "icmp"]
REQUIRED = ["first_frame", "outcome", "cause", "why"]
VOCABULARY = {
    "outcome": "ok failed incomplete not_tls",
    "phase": "before_tls during_tls after_tls",
    "stage": "syn syn_ack established proxy starttls client_hello server_hello certificate "
             "server_done client_finished finished application_data",
    "actor": "client server middlebox network none",
    "confidence": "proven likely possible",
}


def expectation(folder):
    """A case's expected.json, or None."""
    path = folder / "expected.json"
    return json.loads(path.read_text()) if path.exists() else None


def read(capture, decode_as=()):
    """The flows of a capture in order of their first frame, facts only.

    `decode_as` are tshark's -d rules, for TLS on the port of another protocol.
    """
    flows = {}
    for row in _rows(capture, decode_as):
        if row["icmp.type"] or row["icmpv6.type"]:
            _note_icmp(flows, row)
        elif row["tcp.stream"]:
            stream = row["tcp.stream"]
            if stream not in flows:
                flows[stream] = _new_flow(row)
            _note_segment(flows[stream], row)
    for flow in flows.values():
        change_cipher, full_flight = flow.pop("_change_cipher"), flow.pop("_full_flight")
        # TLS 1.2 and before: a resumed session has no ServerHelloDone.
        if flow["version"] not in ("", "TLS1.3"):
            flow["resumed"] = change_cipher and not full_flight
    return list(flows.values())


def problems(folder, capture):
    """What is wrong with a case's expected.json, as texts."""
    expected = expectation(folder)
    if capture is None:
        return ["no capture"]
    if expected is None:
        return ["no expected.json"]
    found = []
    seen = {flow["first_frame"]: flow
            for flow in read(capture, expected.get("decode_as", ()))}
    rows = expected["flows"]
    if len(rows) + expected.get("not_rows", 0) != len(seen):
        found.append(f"{len(rows)} flows + {expected.get('not_rows', 0)} not_rows, "
                     f"but {len(seen)} connections")
    for row in rows:
        where = f"flow at frame {row.get('first_frame')}"
        fact = seen.get(row.get("first_frame"))
        if fact is None:
            found.append(f"{where}: no connection begins there")
            continue
        found += [f"{where}: {key} is {row[key]!r}, tshark reads {fact[key]!r}"
                  for key in FACTS if key in row and row[key] != fact[key]]
        found += [f"{where}: {key} is missing" for key in REQUIRED if key not in row]
        found += [f"{where}: {key} {row[key]!r} is no such word"
                  for key, words in VOCABULARY.items()
                  if key in row and row[key] not in words.split()]
    return found


def tshark(capture, options, decode_as=()):
    """What tshark prints for a capture, which may be one that it cannot read as it is."""
    if capture.name.endswith(".zst"):
        data = subprocess.run(["zstd", "-dcq", str(capture)], capture_output=True,
                              check=True).stdout
        source = "-"
    else:
        data, source = b"", str(capture)
    command = ["tshark", "-n", "-o", "tcp.reassemble_out_of_order:TRUE", "-r", source, *options]
    for rule in decode_as:
        command += ["-d", rule]
    done = subprocess.run(command, input=data, capture_output=True)
    if done.returncode:
        raise RuntimeError(f"tshark {capture}: {done.stderr.decode().strip()}")
    return done.stdout.decode()


def _rows(capture, decode_as):
    options = ["-T", "fields", "-E", "header=y", "-E", "quote=d", "-E", "separator=,",
               "-E", "occurrence=a", "-E", "aggregator=|"]
    for field in FIELDS:
        options += ["-e", field]
    return csv.DictReader(tshark(capture, options, decode_as).splitlines())


def _address(row, end):
    """The innermost one, inside a tunnel."""
    return (row[f"ip.{end}"] or row[f"ipv6.{end}"]).split("|")[-1]


def _new_flow(row):
    # The side that sends the first SYN is the client; without one, the higher port is.
    if row["tcp.flags.syn"] == "1":
        from_client = row["tcp.flags.ack"] == "0"
    else:
        from_client = int(row["tcp.srcport"]) > int(row["tcp.dstport"])
    source = (_address(row, "src"), int(row["tcp.srcport"]))
    target = (_address(row, "dst"), int(row["tcp.dstport"]))
    client, server = (source, target) if from_client else (target, source)
    return {"client_ip": client[0], "client_port": client[1],
            "server_ip": server[0], "server_port": server[1],
            "first_frame": int(row["frame.number"]),
            "alert_sender": "", "alert_level": "", "alert": "", "rst_sender": "",
            "fin_sender": "", "sni": "", "alpn_offered": "", "alpn": "", "version": "",
            "cipher": "", "hello_retry": False, "resumed": False, "client_auth": "", "icmp": "",
            "_change_cipher": False, "_full_flight": False}


def _note_segment(flow, row):
    source = (_address(row, "src"), int(row["tcp.srcport"]))
    sender = "client" if source == (flow["client_ip"], flow["client_port"]) else "server"
    if row["tcp.flags.reset"] == "1" and not flow["rst_sender"]:
        flow["rst_sender"] = sender
    if row["tcp.flags.fin"] == "1" and not flow["fin_sender"]:
        flow["fin_sender"] = sender
    if row["tls.alert_message.desc"] and not flow["alert"]:
        flow["alert_sender"] = sender
        flow["alert_level"] = ALERT_LEVELS[int(row["tls.alert_message.level"].split("|")[0])]
        flow["alert"] = _name("tls.alert_message.desc",
                              row["tls.alert_message.desc"].split("|")[0])

    messages = row["tls.handshake.type"].split("|")
    extensions = row["tls.handshake.extension.type"].split("|")
    protocols = row["tls.handshake.extensions_alpn_str"].replace("|", " ")
    if sender == "client" and CLIENT_HELLO in messages:
        flow["sni"] = row["tls.handshake.extensions_server_name"]
        flow["alpn_offered"] = protocols
    if sender == "server" and SERVER_HELLO in messages:
        if HELLO_RETRY_RANDOM in row["tls.handshake.random"].replace(":", ""):
            flow["hello_retry"] = True
            return
        version = (row["tls.handshake.extensions.supported_version"]
                   or row["tls.handshake.version"]).split("|")[0]
        flow["version"] = VERSIONS[int(version, 16)]
        flow["cipher"] = _name("tls.handshake.ciphersuite",
                               row["tls.handshake.ciphersuite"].split("|")[0])
        flow["alpn"] = protocols
        flow["resumed"] = PRE_SHARED_KEY in extensions
    if sender == "server" and CHANGE_CIPHER_SPEC in row["tls.record.content_type"].split("|"):
        flow["_change_cipher"] = True
    if sender == "server" and SERVER_HELLO_DONE in messages:
        flow["_full_flight"] = True
    if sender == "server" and CERTIFICATE_REQUEST in messages:
        flow["client_auth"] = "requested"
    if sender == "client" and CERTIFICATE in messages:
        flow["client_auth"] = ("empty" if row["tls.handshake.certificates_length"] == "0"
                               else "sent")


def _note_icmp(flows, row):
    quoted = {row["tcp.srcport"], row["tcp.dstport"]}
    for flow in flows.values():
        if quoted == {str(flow["client_port"]), str(flow["server_port"])}:
            table, kind = ((ICMP, "icmp") if row["icmp.type"] else (ICMP6, "icmpv6"))
            router = (row["ip.src"] or row["ipv6.src"]).split("|")[0]
            flow["icmp"] = table[f"{row[kind + '.type']},{row[kind + '.code']}"] + f" {router}"


@functools.cache
def _names(field):
    text = subprocess.run(["tshark", "-G", "values"], capture_output=True, check=True,
                          text=True).stdout
    rows = (line.split("\t") for line in text.splitlines())
    return {int(row[2], 0): row[3] for row in rows if row[:2] == ["V", field]}


def _name(field, value):
    """The IANA name of a code point: tshark writes alerts as `Unknown CA`."""
    name = _names(field)[int(value, 0)]
    return name.lower().replace(" ", "_") if field.startswith("tls.alert") else name
