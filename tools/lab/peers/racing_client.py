"""A client that races two connections, as browsers do, and drops the loser.

  racing_client.py NAME PORT CA connected  both connect; TLS on the first address, the other is closed
  racing_client.py NAME PORT CA hello      both send a ClientHello; the first to finish TLS wins

Which address wins when only `connected` counts: the last one that the name has.
"""

import select
import socket
import ssl
import sys

name, port, authorities, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
context = ssl.create_default_context(cafile=authorities)
addresses = [entry[:2] + (entry[4],) for entry in
             socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]

plain = []
for family, kind, address in addresses:
    connection = socket.socket(family, kind)
    connection.setblocking(False)
    connection.connect_ex(address)
    plain.append(connection)

if mode == "connected":
    for connection in plain:
        select.select([], [connection], [], 5)
    *losers, winner = plain
    for loser in losers:
        loser.close()
    winner.setblocking(True)
    winner = context.wrap_socket(winner, server_hostname=name)
else:
    for connection in plain:
        select.select([], [connection], [], 5)
    secured = [context.wrap_socket(connection, server_hostname=name, do_handshake_on_connect=False)
               for connection in plain]
    winner = None
    while winner is None:
        for connection in secured:
            try:
                connection.do_handshake()
                winner = connection
                break
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                pass
        if winner is None:
            select.select(secured, [], [], 5)
    for loser in secured:
        if loser is not winner:
            loser.close()
    winner.setblocking(True)
winner.sendall(b"GET / HTTP/1.0\r\n\r\n")
print(winner.getpeername()[0], winner.recv(4096).split(b"\r\n")[0].decode())
winner.unwrap().close()
