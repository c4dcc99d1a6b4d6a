"""A TLS client on Python's ssl module, which asks for / and prints the answer or the error.

  tls_client.py ADDRESS PORT NAME CA [--max-version 1.2] [--alpn P,P] [--bind PORT]
                [--certificate PEM --key PEM] [ACTION]

NAME is what the certificate must be for; an IP address goes without SNI, as does an empty name
(which checks nothing). Actions: get (default); half-close  FIN after the request, then reads on;
idle=SECONDS  says nothing after the handshake, for so long or until a moment after the server
ends it;
close-notify  says nothing but that, and waits for the server's.
"""

import argparse
import socket
import ssl
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("address")
parser.add_argument("port", type=int)
parser.add_argument("name")
parser.add_argument("authority")
parser.add_argument("action", nargs="?", default="get")
parser.add_argument("--max-version", choices=["1.2", "1.3"], default="1.3")
parser.add_argument("--alpn", default="")
parser.add_argument("--bind", type=int)
parser.add_argument("--certificate")
parser.add_argument("--key")
options = parser.parse_args()

context = ssl.create_default_context(cafile=options.authority)
context.maximum_version = ssl.TLSVersion["TLSv" + options.max_version.replace(".", "_")]
if options.alpn:
    context.set_alpn_protocols(options.alpn.split(","))
if options.certificate:
    context.load_cert_chain(options.certificate, options.key)
if not options.name:
    context.check_hostname = False


def connect():
    plain = socket.socket()
    if options.bind:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        plain.bind(("", options.bind))
    plain.connect((options.address, options.port))
    return context.wrap_socket(plain, server_hostname=options.name or None)


try:
    connection = connect()
    action, _, value = options.action.partition("=")
    if action == "close-notify":
        connection.unwrap().close()
        sys.exit("tls_client: closed after the handshake")
    if action == "idle":
        connection.settimeout(float(value))
    else:
        connection.sendall(f"GET / HTTP/1.0\r\nHost: {options.name}\r\n\r\n".encode())
    if action == "half-close":
        # The socket's own shutdown: SSLSocket.shutdown would drop TLS.
        socket.socket.shutdown(connection, socket.SHUT_WR)
        connection.settimeout(10)
    answer = b""
    while data := connection.recv(4096):
        answer += data
    print(answer.decode().split("\r\n", 1)[0] if answer else "tls_client: the server closed")
    if action == "idle":
        time.sleep(0.2)
    connection.close()
except OSError as problem:
    sys.exit(f"{type(problem).__name__}: {problem}")
