"""A DNS server over UDP for answers that real ones cannot be asked for.

  dns_server.py PORT slow=SECONDS NAME ADDRESS   answers late
  dns_server.py PORT rcode=NUMBER                answers every question with that code
  dns_server.py PORT aaaa_rcode=NUMBER NAME ADDRESS  those for AAAA alone
"""

import ipaddress
import socket
import struct
import sys
import time

port, (behaviour, _, value) = int(sys.argv[1]), sys.argv[2].partition("=")
name, address = (sys.argv[3:] + [None, None])[:2]
A, AAAA = 1, 28


def parse(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += query[at] + 1
    return ".".join(labels), struct.unpack_from(">H", query, at + 1)[0], query[12:at + 5]


def answer(query):
    asked, kind, question = parse(query)
    failing = behaviour == "rcode" or (behaviour == "aaaa_rcode" and kind == AAAA)
    rcode, records = int(value) if failing else 0, []
    if not failing and asked == name and kind in (A, AAAA):
        ip = ipaddress.ip_address(address)
        if kind == (A if ip.version == 4 else AAAA):
            records = [b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(ip.packed)) + ip.packed]
    head = query[:2] + struct.pack(">HHHHH", 0x8180 | rcode, 1, len(records), 0, 0)
    return head + question + b"".join(records)


server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("", port))
waiting = []
while True:
    server.settimeout(max(0.001, waiting[0][0] - time.monotonic()) if waiting else None)
    try:
        data, peer = server.recvfrom(4096)
        late = float(value) if behaviour == "slow" else 0
        waiting.append((time.monotonic() + late, answer(data), peer))
    except TimeoutError:
        pass
    while waiting and waiting[0][0] <= time.monotonic():
        _, data, peer = waiting.pop(0)
        server.sendto(data, peer)
