"""A client that reads the server's whole answer to its ClientHello, and leaves without a word.

  leaving_client.py ADDRESS PORT NAME [CIPHERS]      CIPHERS: OpenSSL's list, TLS 1.2
"""

import socket
import ssl
import sys
import time

address, port, name, *ciphers = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.maximum_version = ssl.TLSVersion.TLSv1_2
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
if ciphers:
    context.set_ciphers(ciphers[0])
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
session = context.wrap_bio(incoming, outgoing, server_hostname=name)
try:
    session.do_handshake()
except ssl.SSLWantReadError:
    pass
with socket.create_connection((address, int(port))) as connection:
    connection.sendall(outgoing.read())
    time.sleep(0.3)
    answer = connection.recv(65536)
print(f"left after {len(answer)} bytes of the server's answer")
