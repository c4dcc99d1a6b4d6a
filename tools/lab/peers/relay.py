"""Passes connections on, and after so many bytes of one side, or at its end, does what real
programs cannot be asked to do.

  relay.py PORT TARGET-ADDRESS TARGET-PORT client|server BYTES|end ACTION

Actions: close        FIN to both
         reset        RST to the side that waits for the rest
         hang         pass nothing more from that side; the other direction goes on
         wait=SECONDS then pass the rest
         HEX/HEX      put the second for the first in what passes up to then (with `end`: in all)
"""

import socket
import struct
import sys
import threading
import time

port, address, target, side, limit, action = sys.argv[1:]


def interfere(source, sink):
    at = "the end" if limit == "end" else f"{limit} bytes"
    print(f"relay: {at} of the {side} passed, {action}")
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


def changed(data):
    """The data with what `action` replaces in it."""
    before, _, after = action.partition("/")
    if not after:
        return data
    before, after = bytes.fromhex(before), bytes.fromhex(after)
    if before in data:
        print(f"relay: {before.hex()} from the {side} became {after.hex()}")
    return data.replace(before, after)


def transfer(source, sink, left, at_end):
    try:
        while True:
            if left == 0:
                if not interfere(source, sink):
                    return
                left = None
            data = source.recv(left or 65536)
            if not data:
                if at_end and "/" not in action:
                    interfere(source, sink)
                break
            sink.sendall(changed(data) if left or at_end else data)
            if left:
                left -= len(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError as problem:
        print("relay:", problem)


def serve(client):
    server = socket.create_connection((address, int(target)))
    for source, sink, name in ((client, server, "client"), (server, client, "server")):
        left = int(limit) if name == side and limit != "end" else None
        at_end = name == side and limit == "end"
        threading.Thread(target=transfer, args=(source, sink, left, at_end), daemon=True).start()


listener = socket.create_server(("", int(port)))
while True:
    serve(listener.accept()[0])
