"""The network of a case: client - router - server, namespaces joined by veth pairs.

Further hosts hang on the router when a case names them: dns, proxy, middlebox.
"""

import os
import pathlib
import re
import shlex
import signal
import subprocess

# host: the networks between it and the router, which has .1 and ::1 (or, in the last three, the
# address before the host's).
_HOSTS = {
    "client": ("192.0.2.2/24", "192.0.2.1", "2001:db8:1:"),
    "server": ("198.51.100.2/24", "198.51.100.1", "2001:db8:2:"),
    "dns": ("203.0.113.2/28", "203.0.113.1", "2001:db8:3:"),
    "proxy": ("203.0.113.18/28", "203.0.113.17", "2001:db8:4:"),
    "middlebox": ("203.0.113.34/28", "203.0.113.33", "2001:db8:5:"),
}
ALWAYS = ("client", "server")
ROLES = ("router", *_HOSTS)

ADDRESSES = {}
# Where a capture may be taken: (namespace, interface).
CAPTURE_POINTS = {"router_any": ("router", "any"), "server_loopback": ("server", "lo")}
for _host, (_address, _router, _prefix6) in _HOSTS.items():
    ADDRESSES |= {_host: _address.split("/")[0], f"{_host}6": f"{_prefix6}:2",
                  f"router_{_host}": _router}
    CAPTURE_POINTS |= {_host: (_host, "eth0"), f"router_{_host}": ("router", f"to_{_host}")}

# Programs see files of their own in place of these directories, so that cases that run at the same
# time do not meet there and nothing is left behind; and the case's `hosts`, `resolv.conf` and
# `nsswitch.conf`, when it has them.
_INSIDE = """
mount -t tmpfs none /dev/shm && mount -t tmpfs none /run || exit
for file in hosts resolv.conf nsswitch.conf; do
  [ ! -e "$0/$file" ] || mount --bind "$0/$file" "/etc/$file" || exit
done
exec "$@"
"""


class Network:
    """Namespaces from `build` to `remove`, which also ends all that runs in them."""

    def __init__(self, hosts=()):
        self.prefix = f"lab{os.getpid()}"
        self.hosts = [host for host in _HOSTS if host in ALWAYS or host in hosts]
        self.watched = False

    def name(self, role):
        return f"{self.prefix}-{role}"

    def command(self, role, arguments):
        """The argument list that runs `arguments` inside the namespace of `role`."""
        return ["ip", "netns", "exec", self.name(role), *arguments]

    def program(self, role, work, arguments):
        """The same for a program of the case, which gets /run, /dev/shm and names of its own."""
        return self.command(role, ["sh", "-c", _INSIDE, str(work), *arguments])

    def run(self, role, line):
        """Runs one set-up command, given as a line, inside a namespace; fails loudly."""
        _run(self.command(role, shlex.split(line)))

    def add_router_rules(self, rules):
        """nftables rules for packets that the router forwards."""
        if not rules:
            return
        body = "\n".join(rules)
        text = (
            "table inet lab { chain forward { type filter hook forward priority 0;\n"
            f"{body}\n}}\n}}\n"
        )
        _run(self.command("router", ["nft", "-f", "-"]), text)

    def listens(self, role, port):
        """True when some program listens on `port`; asks the kernel and sends no packet."""
        answer = subprocess.run(
            self.command(role, ["ss", "-Hltun", f"sport = :{port}"]),
            capture_output=True, text=True, check=True)
        return bool(answer.stdout.strip())

    def build(self):
        for role in ("router", *self.hosts):
            _run(["ip", "netns", "add", self.name(role)])
            self.run(role, "ip link set lo up")
            # Without these, IPv6 is not usable for the first second or two.
            self.run(role, "sysctl -qw net.ipv6.conf.default.accept_dad=0"
                           " net.ipv6.conf.default.router_solicitations=0")
        for number, host in enumerate(self.hosts):
            address, router, prefix6 = _HOSTS[host]
            hardware = [f"02:00:00:00:{number:02x}:{last:02x}" for last in (2, 1)]
            length = address.split("/")[1]
            router_side = f"to_{host}"
            _run(["ip", "link", "add", "eth0", "netns", self.name(host), "address", hardware[0],
                  "type", "veth", "peer", "name", router_side, "netns", self.name("router"),
                  "address", hardware[1]])
            for end, interface, own, last in ((host, "eth0", address, 2),
                                              ("router", router_side, f"{router}/{length}", 1)):
                # With offloads on, the capture would hold frames larger than the MTU.
                self.run(end, f"ethtool -K {interface} tso off gso off gro off tx off")
                self.run(end, f"ip address add {own} dev {interface}")
                self.run(end, f"ip address add {prefix6}:{last}/64 dev {interface} nodad")
                self.run(end, f"ip link set {interface} up")
                # Known from the start: a solicitation that goes astray in a young network costs a
                # second, and no case is about that.
                self.run(end, f"ip neighbour add {prefix6}:{3 - last} dev {interface}"
                              f" lladdr {hardware[last - 1]} nud permanent")
            self.run(host, f"ip route add default via {router}")
            self.run(host, f"ip -6 route add default via {prefix6}:1")
        for setting in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1",
                        "net.ipv4.icmp_ratelimit=0"):
            self.run("router", f"sysctl -qw {setting}")

    def add_watch(self, role):
        """A namespace `watch`, whose `port0` gets what `role` sends out of `mirror`."""
        self.watched = True
        _run(["ip", "netns", "add", self.name("watch")])
        _run(["ip", "link", "add", "port0", "netns", self.name("watch"), "type", "veth",
              "peer", "name", "mirror", "netns", self.name(role)])
        for end, interface in ((role, "mirror"), ("watch", "port0")):
            # Nothing of its own goes over it.
            self.run(end, f"sysctl -qw net.ipv6.conf.{interface}.disable_ipv6=1")
            self.run(end, f"ethtool -K {interface} tso off gso off gro off tx off")
            self.run(end, f"ip link set {interface} mtu 9000 up")
        self.run("watch", "ip link set lo up")

    def mirror(self, role, interfaces):
        """Copies from now on all that passes interfaces of `role` to the watch."""
        for interface in interfaces:
            self.run(role, f"tc qdisc add dev {interface} clsact")
            # What the loopback sends, it receives: once is enough.
            for way in ("ingress",) if interface == "lo" else ("ingress", "egress"):
                self.run(role, f"tc filter add dev {interface} {way} protocol all prio 1"
                               " u32 match u32 0 0 action mirred egress mirror dev mirror")

    def remove(self):
        _remove([self.name(role) for role in
                 ("router", *self.hosts, *(["watch"] if self.watched else []))])


def sweep():
    """Removes what a lab that was killed outright (SIGKILL) had to leave behind."""
    for path in pathlib.Path("/run/netns").glob("lab*-*"):
        pid = re.match(r"lab(\d+)-", path.name)
        if pid and not pathlib.Path(f"/proc/{pid[1]}").exists():
            _remove([path.name])


def _remove(names):
    for name in names:
        pids = subprocess.run(["ip", "netns", "pids", name],
                              capture_output=True, text=True).stdout.split()
        for pid in pids:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        subprocess.run(["ip", "netns", "delete", name], capture_output=True)


def _run(arguments, text=None):
    done = subprocess.run(arguments, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{shlex.join(arguments)}: {done.stderr.strip()}")
