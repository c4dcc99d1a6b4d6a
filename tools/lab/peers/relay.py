"""Passes connections on, and after so many bytes of one side does what real programs cannot be
asked to do.

  relay.py PORT TARGET-ADDRESS TARGET-PORT client|server BYTES ACTION

Actions: close        FIN to both
         reset        RST to the side that waits for the rest
         hang         pass nothing more from that side; the other direction goes on
         wait=SECONDS then pass the rest
"""

import socket
import struct
import sys
import threading
import time

port, address, target, side, limit, action = sys.argv[1:]


def interfere(source, sink):
    print(f"relay: {limit} bytes of the {side} passed, {action}")
    verb, _, value = action.partition("=")
    if verb == "wait":
        time.sleep(float(value))
        return True
    if verb == "hang":
        while source.recv(65536):
            pass
        return False
    if verb == "reset":
        sink.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # shutdown wakes the other direction's thread, without which close would wait for it.
    source.shutdown(socket.SHUT_RDWR)
    sink.shutdown(socket.SHUT_RD if verb == "reset" else socket.SHUT_RDWR)
    sink.close()
    return False


def transfer(source, sink, left):
    try:
        while True:
            if left == 0 and not interfere(source, sink):
                return
            if left == 0:
                left = None
            data = source.recv(65536 if left is None else left)
            if not data:
                break
            sink.sendall(data)
            if left is not None:
                left -= len(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError as problem:
        print("relay:", problem)


def serve(client):
    server = socket.create_connection((address, int(target)))
    limits = {side: int(limit)}
    for source, sink, name in ((client, server, "client"), (server, client, "server")):
        threading.Thread(target=transfer, args=(source, sink, limits.get(name)),
                         daemon=True).start()


listener = socket.create_server(("", int(port)))
while True:
    serve(listener.accept()[0])
