"""A TCP endpoint that follows a short script: the peer that real programs cannot be asked to be.

  tcp_peer.py listen PORT STEP...
  tcp_peer.py connect ADDRESS PORT STEP...

Steps: read         what the peer sends next (waits for it)
       send=TEXT    TEXT with \\r \\n \\xNN escapes
       wait=SECONDS
       close        FIN
       reset        RST (SO_LINGER 0)
       hold         keep the connection open, reading, until the peer closes
A listener serves one connection after the other.
"""

import socket
import struct
import sys
import time


def follow(connection, steps):
    for step in steps:
        verb, _, value = step.partition("=")
        if verb == "read":
            connection.recv(65536)
        elif verb == "send":
            connection.sendall(value.encode("latin-1").decode("unicode_escape").encode("latin-1"))
        elif verb == "wait":
            time.sleep(float(value))
        elif verb == "hold":
            while connection.recv(65536):
                pass
        elif verb == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        elif verb == "close":
            connection.close()
        else:
            sys.exit(f"unknown step {step!r}")


def main():
    mode = sys.argv[1]
    if mode == "connect":
        follow(socket.create_connection((sys.argv[2], int(sys.argv[3]))), sys.argv[4:])
        return
    listener = socket.create_server(("", int(sys.argv[2])))
    while True:
        connection, _ = listener.accept()
        try:
            follow(connection, sys.argv[3:])
        except OSError:
            pass
        connection.close()


main()
