"""A small SMTP server that takes, refuses or does not offer STARTTLS.

  smtp_server.py PORT accept CERTIFICATE KEY
  smtp_server.py PORT refuse          offers STARTTLS, then answers 454
  smtp_server.py PORT absent          does not offer it and answers 502
"""

import socket
import ssl
import sys

port, behaviour = int(sys.argv[1]), sys.argv[2]
context = None
if behaviour == "accept":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])


def serve(connection):
    secured = False
    connection.sendall(b"220 mail.good.test ESMTP\r\n")
    stream = connection.makefile("rb")
    while line := stream.readline():
        verb = line.split()[0].upper() if line.split() else b""
        if verb == b"EHLO":
            offer = behaviour != "absent" and not secured
            connection.sendall(b"250-mail.good.test\r\n"
                               + (b"250-STARTTLS\r\n" if offer else b"") + b"250 SIZE 1000000\r\n")
        elif verb == b"STARTTLS" and behaviour == "accept":
            connection.sendall(b"220 Ready to start TLS\r\n")
            connection = context.wrap_socket(connection, server_side=True)
            stream = connection.makefile("rb")
            secured = True
        elif verb == b"STARTTLS":
            connection.sendall(b"454 TLS not available due to temporary reason\r\n"
                               if behaviour == "refuse" else b"502 Command not implemented\r\n")
        elif verb == b"QUIT":
            connection.sendall(b"221 Bye\r\n")
            break
        elif verb == b"DATA":
            connection.sendall(b"354 Go ahead\r\n")
            while (line := stream.readline()) not in (b".\r\n", b""):
                pass
            connection.sendall(b"250 Queued\r\n")
        elif verb in (b"MAIL", b"RCPT", b"NOOP"):
            connection.sendall(b"250 Ok\r\n")
        else:
            connection.sendall(b"500 Command not recognized\r\n")
    connection.close()


listener = socket.create_server(("", port))
while True:
    connection, _ = listener.accept()
    try:
        serve(connection)
    except OSError as problem:
        print("smtp_server:", problem)
    connection.close()
