"""As much of a TDS server (MS SQL) as negotiates encryption, shakes hands and refuses the login.

  tds_server.py PORT on CERTIFICATE KEY   PRELOGIN is answered with ENCRYPT_ON
  tds_server.py PORT unsupported          with ENCRYPT_NOT_SUP

The TLS handshake travels inside TDS packets of type 0x12; what follows does not.
"""

import socket
import ssl
import struct
import sys

port, behaviour = int(sys.argv[1]), sys.argv[2]
PRELOGIN, LOGIN, ANSWER = 0x12, 0x10, 0x04
ON, NOT_SUPPORTED = 1, 2

context = None
if behaviour == "on":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # As SQL Server up to 2019.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(sys.argv[3], sys.argv[4])


def exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data


def packet_from(read):
    kind, _, length = struct.unpack(">BBH4x", read(8))
    return kind, read(length - 8)


def packet(kind, body):
    return struct.pack(">BBHHBB", kind, 1, len(body) + 8, 0, 1, 0) + body


def prelogin(encryption):
    version, choice = bytes([15, 0, 7, 208, 0, 0]), bytes([encryption])
    table = 2 * 5 + 1
    return (struct.pack(">BHH", 0, table, len(version))
            + struct.pack(">BHH", 1, table + len(version), len(choice)) + b"\xff"
            + version + choice)


def login_failed():
    text = "Login failed for user 'sa'.".encode("utf-16-le")
    body = (struct.pack("<iBB", 18456, 1, 14) + struct.pack("<H", len(text) // 2) + text
            + b"\x00\x00" + struct.pack("<i", 1))
    return b"\xaa" + struct.pack("<H", len(body)) + body + b"\xfd" + struct.pack("<HHQ", 2, 0, 0)


def secure(connection):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_side=True)
    while True:
        try:
            session.do_handshake()
            break
        except ssl.SSLWantReadError:
            if outgoing.pending:
                connection.sendall(packet(PRELOGIN, outgoing.read()))
            _, body = packet_from(lambda count: exactly(connection, count))
            incoming.write(body)
    connection.sendall(packet(PRELOGIN, outgoing.read()))
    return session, incoming, outgoing


def serve(connection):
    packet_from(lambda count: exactly(connection, count))
    connection.sendall(packet(ANSWER, prelogin(ON if context else NOT_SUPPORTED)))
    if not context:
        packet_from(lambda count: exactly(connection, count))
        connection.sendall(packet(ANSWER, login_failed()))
        return
    session, incoming, outgoing = secure(connection)
    while True:
        try:
            session.read(4096)
            break
        except ssl.SSLWantReadError:
            incoming.write(connection.recv(4096) or b"")
    session.write(packet(ANSWER, login_failed()))
    connection.sendall(outgoing.read())
    connection.recv(4096)


listener = socket.create_server(("", port))
while True:
    accepted, _ = listener.accept()
    accepted.settimeout(10)
    try:
        serve(accepted)
    except OSError as problem:
        print(problem, flush=True)
    accepted.close()
