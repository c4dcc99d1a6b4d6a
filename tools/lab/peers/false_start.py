"""A TLS 1.2 client on GnuTLS that sends its request before the server's Finished (False Start).

  false_start.py ADDRESS PORT NAME CA
"""

import ctypes
import socket
import sys

CLIENT, ENABLE_FALSE_START, NAME_DNS, CERTIFICATE, PEM = 2, 1 << 8, 1, 1, 1

address, port, authority = sys.argv[1], int(sys.argv[2]), sys.argv[4].encode()
name = sys.argv[3].encode()  # kept: GnuTLS looks at it later
gnutls = ctypes.CDLL("libgnutls.so.30")
gnutls.gnutls_strerror.restype = ctypes.c_char_p
gnutls.gnutls_record_recv.restype = gnutls.gnutls_record_send.restype = ctypes.c_ssize_t


def check(code):
    if code < 0:
        sys.exit(f"false_start: {gnutls.gnutls_strerror(code).decode()}")
    return code


session, credentials = ctypes.c_void_p(), ctypes.c_void_p()
check(gnutls.gnutls_certificate_allocate_credentials(ctypes.byref(credentials)))
check(gnutls.gnutls_certificate_set_x509_trust_file(credentials, authority, PEM))
check(gnutls.gnutls_init(ctypes.byref(session), CLIENT | ENABLE_FALSE_START))
check(gnutls.gnutls_priority_set_direct(session, b"NORMAL:-VERS-ALL:+VERS-TLS1.2", None))
check(gnutls.gnutls_credentials_set(session, CERTIFICATE, credentials))
check(gnutls.gnutls_server_name_set(session, NAME_DNS, name, len(name)))
gnutls.gnutls_session_set_verify_cert(session, name, 0)

connection = socket.create_connection((address, port))
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
gnutls.gnutls_transport_set_int2(session, connection.fileno(), connection.fileno())
check(gnutls.gnutls_handshake(session))
request = b"GET / HTTP/1.0\r\nHost: " + name + b"\r\n\r\n"
check(gnutls.gnutls_record_send(session, request, len(request)))
answer = ctypes.create_string_buffer(4096)
received = check(gnutls.gnutls_record_recv(session, answer, len(answer)))
print(answer.raw[:received].decode().split("\r\n", 1)[0])
gnutls.gnutls_bye(session, 0)
