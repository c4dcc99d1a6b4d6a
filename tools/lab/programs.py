"""The real programs of a case: how each kind of server is configured and started."""

import pathlib
import shlex

import services

PEERS = pathlib.Path(__file__).resolve().parent / "peers"

_NGINX = """
daemon off;
master_process off;
pid {dir}/nginx.pid;
error_log {dir}/nginx.log info;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {dir}/nginx-body;
  proxy_temp_path {dir}/nginx-proxy;
  fastcgi_temp_path {dir}/nginx-fastcgi;
  uwsgi_temp_path {dir}/nginx-uwsgi;
  scgi_temp_path {dir}/nginx-scgi;
  server_tokens off;
{config}
}}
"""

_HAPROXY = """
global
  log stderr local0
defaults
  mode http
  log global
  option httplog
  timeout connect 5s
  timeout client 10s
  timeout server 10s
{config}
"""

_SQUID = """
pid_filename {dir}/squid.pid
cache_log {dir}/squid.log
dns_nameservers 127.0.0.1
access_log stdio:{dir}/squid.access.log
cache deny all
coredump_dir {dir}
hosts_file {dir}/hosts
visible_hostname proxy.good.test
shutdown_lifetime 0 seconds
pinger_enable off
cache_mem 8 MB
{config}
"""

_SSHD = """
Port {port}
HostKey {dir}/ssh_host_key
PidFile none
UsePAM no
"""


# The files, in the work directory, that a server writes its own words to.
LOGS = {"nginx": ["nginx.log"], "squid": ["squid.log", "squid.access.log"],
        "vsftpd": ["vsftpd.log"], "prosody": ["prosody.log"], "postfix": ["postfix.log"]}


def server_command(server, work, fill):
    """The command line of a `[[server]]` table; writes the files that it needs.

    `fill` puts the case's values into the {placeholders} of a text.
    """
    program = server["program"]
    arguments = shlex.split(fill(server.get("arguments", "")))
    port = str(server["port"])

    if program == "openssl":
        certificate = server.get("certificate", "server")
        chain = work / f"{certificate}.chain.pem"
        return ["openssl", "s_server", "-accept", port, "-quiet",
                "-cert", f"{work}/{certificate}.pem", "-key", f"{work}/{certificate}.key",
                *(["-cert_chain", str(chain)] if chain.exists() else []), *arguments]
    if program == "gnutls":
        certificate = server.get("certificate", "server")
        return ["stdbuf", "-oL", "gnutls-serv", "--quiet", "--http", "--port", port,
                "--x509certfile", f"{work}/{certificate}.pem",
                "--x509keyfile", f"{work}/{certificate}.key", *arguments]
    if program == "nginx":
        return ["nginx", "-p", str(work), "-c", _write(work, "nginx.conf", _NGINX, server, fill)]
    if program == "haproxy":
        return ["haproxy", "-db", "-f", _write(work, "haproxy.conf", _HAPROXY, server, fill)]
    if program == "squid":
        return ["squid", "-N", "-f", _write(work, "squid.conf", _SQUID, server, fill)]
    if program == "sshd":
        return ["sh", "-c",
                f"ssh-keygen -q -t ed25519 -N '' -f {work}/ssh_host_key && mkdir /run/sshd && "
                f"exec /usr/sbin/sshd -D -e -f {_write(work, 'sshd.conf', _SSHD, server, fill)}"]
    if program == "python":
        script, *rest = arguments
        return ["python3", str(PEERS / script), *rest]
    if program == "command":
        return arguments
    command = services.command(server, work, fill)
    if command:
        return command
    raise ValueError(f"unknown server program {program!r}")


def _write(work, name, template, server, fill):
    path = work / name
    path.write_text(template.format(dir=work, port=server["port"],
                                    config=fill(server.get("config", ""))))
    return str(path)
