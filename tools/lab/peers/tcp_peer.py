"""A TCP endpoint that follows a short script: the peer that real programs cannot be asked to be.

  tcp_peer.py listen PORT STEP...
  tcp_peer.py connect ADDRESS PORT STEP...
  tcp_peer.py backlog PORT SIZE       listens, and accepts nothing

Steps: read         what the peer sends next (waits for it)
       send=TEXT    TEXT with \\r \\n \\xNN escapes
       wait=SECONDS
       close        FIN
       reset        RST (SO_LINGER 0)
       die          kill this process, as a crash would
       hold         keep the connection open, reading, until the peer closes
A listener serves one connection after the other. Both print what happens.
"""

import os
import signal
import socket
import struct
import sys
import time


def follow(connection, steps):
    for step in steps:
        verb, _, value = step.partition("=")
        if verb == "read":
            print("tcp_peer: received", len(connection.recv(65536)), "bytes")
        elif verb == "send":
            connection.sendall(value.encode("latin-1").decode("unicode_escape").encode("latin-1"))
        elif verb == "wait":
            time.sleep(float(value))
        elif verb == "die":
            print("tcp_peer: dies")
            os.kill(os.getpid(), signal.SIGKILL)
        elif verb == "hold":
            while data := connection.recv(65536):
                print("tcp_peer: received", len(data), "bytes, says nothing")
            print("tcp_peer: the peer closed")
        elif verb == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            print("tcp_peer: reset")
        elif verb == "close":
            connection.close()
            print("tcp_peer: closed")
        else:
            sys.exit(f"unknown step {step!r}")


def main():
    mode = sys.argv[1]
    if mode == "connect":
        try:
            follow(socket.create_connection((sys.argv[2], int(sys.argv[3]))), sys.argv[4:])
        except OSError as problem:
            sys.exit(f"tcp_peer: {problem}")
        return
    if mode == "backlog":
        listener = socket.create_server(("", int(sys.argv[2])), backlog=int(sys.argv[3]))
        signal.pause()
    listener = socket.create_server(("", int(sys.argv[2])))
    while True:
        connection, _ = listener.accept()
        try:
            follow(connection, sys.argv[3:])
        except OSError as problem:
            print("tcp_peer:", problem)
        connection.close()


main()
