"""The daemons of a case that need a folder, a user or a database of their own.

Each function prepares its files in the work directory and returns the command line. A table's
`config` is added to the configuration below; whether the daemon offers TLS is said there.
"""

import grp
import os
import pathlib
import pwd
import shutil
import subprocess

_DOVECOT = """
base_dir = {dir}/dovecot
state_dir = {dir}/dovecot
log_path = /dev/stderr
protocols = imap pop3
listen = *, ::
default_internal_user = dovecot
default_login_user = dovenull
disable_plaintext_auth = no
verbose_ssl = yes
ssl_cert = <{dir}/server.pem
ssl_key = <{dir}/server.key
mail_location = maildir:{dir}/mail
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={dir}/mail
}}
{config}
"""

_VSFTPD = """
listen=YES
listen_port={port}
background=NO
anonymous_enable=YES
anon_root={dir}/ftp
secure_chroot_dir={dir}/ftp-empty
seccomp_sandbox=NO
require_ssl_reuse=NO
allow_anon_ssl=YES
rsa_cert_file={dir}/server.pem
rsa_private_key_file={dir}/server.key
xferlog_enable=YES
vsftpd_log_file={dir}/vsftpd.log
log_ftp_protocol=YES
{config}
"""

_SLAPD = """
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {dir}/slapd.pid
{config}
database mdb
maxsize 1048576
directory {dir}/ldap
suffix "dc=good,dc=test"
rootdn "cn=admin,dc=good,dc=test"
rootpw secret
"""

_PROSODY = """
run_as_root = true
pidfile = "{dir}/prosody.pid"
data_path = "{dir}/prosody"
log = {{ {{ levels = {{ min = "debug" }}, to = "file", filename = "{dir}/prosody.log" }} }}
modules_disabled = {{ "s2s" }}
c2s_ports = {{ {port} }}
{config}
"""

_POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {dir}/postfix-queue
data_directory = {dir}/postfix-data
maillog_file = {dir}/postfix.log
maillog_file_prefixes = {dir}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.good.test
mydestination = good.test
local_transport = discard:
local_recipient_maps =
inet_interfaces = all
inet_protocols = all
smtpd_peername_lookup = no
smtpd_tls_cert_file = {dir}/server.pem
smtpd_tls_key_file = {dir}/server.key
smtpd_tls_loglevel = 1
{config}
"""

_POSTFIX_MASTER = """
{port}  inet n - n - - smtpd
pickup  unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr    unix n - n 300 1 qmgr
tlsmgr  unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce  unix - - n - 0 bounce
defer   unix - - n - 0 bounce
trace   unix - - n - 0 bounce
verify  unix - - n - 1 verify
flush   unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp    unix - - n - - smtp
error   unix - - n - - error
retry   unix - - n - - error
discard unix - - n - - discard
anvil   unix - - n - 1 anvil
scache  unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

_DANTED = """
logoutput: stderr
internal: {interface} port = {port}
external: {interface}
user.privileged: root
user.unprivileged: nobody
{config}
"""

_UNBOUND = """
server:
  interface: 0.0.0.0
  interface: ::0
  port: {port}
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{dir}"
  pidfile: "{dir}/unbound.pid"
  use-syslog: no
  logfile: ""
  log-queries: yes
  log-replies: yes
  num-threads: 1
  module-config: "iterator"
{config}
"""


def command(server, work, fill):
    """The command line for a program of this file, or None."""
    start = _PROGRAMS.get(server["program"])
    return start(server, work, fill) if start else None


def _dovecot(server, work, fill):
    mail = _folder(work / "mail", "mail")
    (mail / "new").mkdir()
    _folder(work / "dovecot")
    return ["dovecot", "-F", "-c", _write(work, "dovecot.conf", _DOVECOT, server, fill)]


def _vsftpd(server, work, fill):
    (_folder(work / "ftp") / "hello").write_text("hello\n")
    _folder(work / "ftp-empty")
    return ["vsftpd", _write(work, "vsftpd.conf", _VSFTPD, server, fill)]


def _slapd(server, work, fill):
    _folder(work / "ldap")
    return ["slapd", "-d", "stats", "-h", f"ldap://:{server['port']}/",
            "-f", _write(work, "slapd.conf", _SLAPD, server, fill)]


def _prosody(server, work, fill):
    _folder(work / "prosody")
    return ["prosody", "-F", "--config", _write(work, "prosody.cfg.lua", _PROSODY, server, fill)]


def _postgresql(server, work, fill):
    """`arguments` are settings, as in "-c ssl=on"; the roles are postgres and, with the password
    secret, app."""
    programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    data = _folder(work / "postgresql", "postgres")
    for name in ("server.pem", "server.key"):
        if (work / name).exists():
            shutil.copy(work / name, data.parent / f"postgresql-{name}")
            shutil.chown(data.parent / f"postgresql-{name}", "postgres")
            (data.parent / f"postgresql-{name}").chmod(0o600)
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    subprocess.run([*as_user, str(programs / "initdb"), "-D", str(data), "-U", "postgres",
                    "-A", "trust", "--no-sync", "--no-instructions", "--locale=C"],
                   check=True, capture_output=True)
    (data / "pg_hba.conf").write_text(
        fill(server.get("config", "host all all all trust\n")))
    return [*as_user, str(programs / "postgres"), "-D", str(data), "-p", str(server["port"]),
            "-c", "listen_addresses=*", "-c", f"unix_socket_directories={data}",
            "-c", f"ssl_cert_file={work}/postgresql-server.pem",
            "-c", f"ssl_key_file={work}/postgresql-server.key",
            *fill(server.get("arguments", "")).split()]


def _mariadb(server, work, fill):
    data = _folder(work / "mariadb", "mysql")
    for name in ("server.pem", "server.key"):
        if (work / name).exists():
            shutil.chown(work / name, "mysql")
    return ["mariadbd", "--no-defaults", "--user=mysql", f"--datadir={data}",
            f"--port={server['port']}", f"--socket={data}/socket", "--skip-grant-tables",
            f"--pid-file={data}/pid", "--skip-log-bin", "--skip-name-resolve",
            "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M",
            *fill(server.get("arguments", "")).split()]


def _postfix(server, work, fill):
    configuration = _folder(work / "postfix")
    for name in ("postfix-queue", "postfix-data"):
        _folder(work / name, "postfix" if name.endswith("data") else "root")
    (configuration / "main.cf").write_text(
        _POSTFIX_MAIN.format(dir=work, config=fill(server.get("config", ""))))
    (configuration / "master.cf").write_text(_POSTFIX_MASTER.format(port=server["port"]))
    return ["postfix", "-c", str(configuration), "start-fg"]


def _dante(server, work, fill):
    text = _DANTED.replace("{interface}", "eth0")
    return ["danted", "-f", _write(work, "danted.conf", text, server, fill)]


def _unbound(server, work, fill):
    return ["unbound", "-d", "-c", _write(work, "unbound.conf", _UNBOUND, server, fill)]


def _folder(path, owner="root"):
    path.mkdir()
    user = pwd.getpwnam(owner)
    os.chown(path, user.pw_uid, grp.getgrgid(user.pw_gid).gr_gid)
    return path


def _write(work, name, template, server, fill):
    path = work / name
    path.write_text(template.format(dir=work, port=server["port"],
                                    config=fill(server.get("config", ""))))
    return str(path)


_PROGRAMS = {
    "dovecot": _dovecot, "vsftpd": _vsftpd, "slapd": _slapd, "prosody": _prosody,
    "postgresql": _postgresql, "mariadb": _mariadb, "postfix": _postfix, "dante": _dante,
    "unbound": _unbound,
}
