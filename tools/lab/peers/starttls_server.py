"""A mail, FTP or XMPP server as far as its STARTTLS, for what the real ones cannot be asked to do.

  starttls_server.py PROTOCOL PORT refuse    offers it, then says no
  starttls_server.py PROTOCOL PORT silent    offers it, then says nothing more

PROTOCOL: imap pop3 xmpp. Everything after the refusal is taken without objection.
"""

import re
import socket
import sys

protocol, port, behaviour = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def imap(connection):
    connection.sendall(b"* OK mail.good.test ready\r\n")
    for line in connection.makefile("rb"):
        tag, verb = (line.split() + [b"", b""])[:2]
        if verb == b"CAPABILITY":
            connection.sendall(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK\r\n")
        elif verb == b"STARTTLS" and behaviour == "silent":
            continue
        elif verb == b"STARTTLS":
            connection.sendall(tag + b" NO TLS is not available now\r\n")
        elif verb == b"LOGOUT":
            connection.sendall(b"* BYE\r\n" + tag + b" OK\r\n")
            return
        else:
            connection.sendall(tag + b" OK\r\n")


def pop3(connection):
    connection.sendall(b"+OK mail.good.test ready\r\n")
    for line in connection.makefile("rb"):
        verb = line.split()[0].upper() if line.split() else b""
        if verb == b"CAPA":
            connection.sendall(b"+OK\r\nSTLS\r\nUSER\r\n.\r\n")
        elif verb == b"STLS" and behaviour == "silent":
            continue
        elif verb == b"STLS":
            connection.sendall(b"-ERR TLS is not available now\r\n")
        elif verb == b"QUIT":
            connection.sendall(b"+OK\r\n")
            return
        elif verb == b"LIST":
            connection.sendall(b"+OK\r\n.\r\n")
        else:
            connection.sendall(b"+OK\r\n")


def xmpp(connection):
    text = b""
    while data := connection.recv(4096):
        text += data
        if re.search(rb"<stream:stream[^>]*>", text):
            text = b""
            connection.sendall(
                b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='good.test' id='1'"
                b" xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
                b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
                b"</stream:features>")
        elif b"<starttls" in text and behaviour == "refuse":
            connection.sendall(b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
                               b"</stream:stream>")
            return


listener = socket.create_server(("", port))
while True:
    accepted, _ = listener.accept()
    try:
        {"imap": imap, "pop3": pop3, "xmpp": xmpp}[protocol](accepted)
    except OSError:
        pass
    accepted.close()
