"""A TLS server on Python's ssl module, for what s_server and nginx have no option for.

  tls_peer.py PORT CERTIFICATE KEY [--max-version 1.2] ACTION

Actions after the handshake:  serve  answer a request, then close_notify and FIN
                              answer  the same, but FIN without a word
                              close  FIN at once, without a word
                              notify close_notify and FIN at once
                              reset  RST at once
Action during the handshake:  alert=NUMBER  the server name callback refuses with that alert
                              alert=NUMBER,NAME  all but NAME, which is served
"""

import argparse
import socket
import ssl
import struct

parser = argparse.ArgumentParser()
parser.add_argument("port", type=int)
parser.add_argument("certificate")
parser.add_argument("key")
parser.add_argument("action")
parser.add_argument("--max-version", choices=["1.2", "1.3"], default="1.3")
options = parser.parse_args()

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(options.certificate, options.key)
context.maximum_version = ssl.TLSVersion["TLSv" + options.max_version.replace(".", "_")]
action, _, value = options.action.partition("=")
if action == "alert":
    alert, _, served = value.partition(",")
    context.sni_callback = lambda _, name, __: None if served and name == served else int(alert)
    if served:
        action = "serve"


def serve(connection):
    if action in ("serve", "answer"):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n")
    if action in ("serve", "notify"):
        connection.settimeout(1)
        try:
            connection.unwrap()
        except OSError:
            pass
    if action == "answer":
        # The socket's own shutdown: that of SSLSocket would drop TLS.
        socket.socket.shutdown(connection, socket.SHUT_WR)
        while connection.recv(4096):
            pass
    if action == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


listener = socket.create_server(("", options.port))
while True:
    plain, _ = listener.accept()
    try:
        serve(context.wrap_socket(plain, server_side=True))
    except OSError as problem:
        print("tls_peer:", problem)
        plain.close()
