"""The network of a case: client - router - server, three namespaces joined by veth pairs."""

import os
import shlex
import subprocess

ADDRESSES = {
    "client": "192.0.2.2",
    "client6": "2001:db8:1::2",
    "router_client": "192.0.2.1",
    "router_server": "198.51.100.1",
    "server": "198.51.100.2",
    "server6": "2001:db8:2::2",
}

# Where a capture may be taken: (namespace, interface).
CAPTURE_POINTS = {
    "client": ("client", "eth0"),
    "router_client": ("router", "to_client"),
    "router_server": ("router", "to_server"),
    "router_any": ("router", "any"),
    "server": ("server", "eth0"),
    "server_loopback": ("server", "lo"),
}


class Network:
    """Builds the namespaces on entry and removes them, and all that runs in them, on exit."""

    def __init__(self):
        self.prefix = f"lab{os.getpid()}"

    def __enter__(self):
        try:
            self._build()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_):
        self._remove()

    def name(self, role):
        return f"{self.prefix}-{role}"

    def command(self, role, arguments):
        """The argument list that runs `arguments` inside the namespace of `role`."""
        return ["ip", "netns", "exec", self.name(role), *arguments]

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
            self.command(role, ["ss", "-Hltn", f"sport = :{port}"]),
            capture_output=True, text=True, check=True)
        return bool(answer.stdout.strip())

    def _build(self):
        for role in ("client", "router", "server"):
            _run(["ip", "netns", "add", self.name(role)])
            self.run(role, "ip link set lo up")
            # Without these, IPv6 is not usable for the first second or two.
            self.run(role, "sysctl -qw net.ipv6.conf.default.accept_dad=0"
                           " net.ipv6.conf.default.router_solicitations=0")
        for role, subnet, subnet6 in (("client", "192.0.2", "2001:db8:1:"),
                                      ("server", "198.51.100", "2001:db8:2:")):
            router_side = f"to_{role}"
            _run(["ip", "link", "add", "eth0", "netns", self.name(role), "type", "veth",
                  "peer", "name", router_side, "netns", self.name("router")])
            for end, interface, host in ((role, "eth0", 2), ("router", router_side, 1)):
                # With offloads on, the capture would hold frames larger than the MTU.
                self.run(end, f"ethtool -K {interface} tso off gso off gro off tx off")
                self.run(end, f"ip address add {subnet}.{host}/24 dev {interface}")
                self.run(end, f"ip address add {subnet6}:{host}/64 dev {interface} nodad")
                self.run(end, f"ip link set {interface} up")
            self.run(role, f"ip route add default via {subnet}.1")
            self.run(role, f"ip -6 route add default via {subnet6}:1")
        for setting in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1",
                        "net.ipv4.icmp_ratelimit=0"):
            self.run("router", f"sysctl -qw {setting}")

    def _remove(self):
        for role in ("client", "router", "server"):
            pids = subprocess.run(["ip", "netns", "pids", self.name(role)],
                                  capture_output=True, text=True).stdout.split()
            for pid in pids:
                try:
                    os.kill(int(pid), 9)
                except ProcessLookupError:
                    pass
            subprocess.run(["ip", "netns", "delete", self.name(role)], capture_output=True)


def _run(arguments, text=None):
    done = subprocess.run(arguments, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{shlex.join(arguments)}: {done.stderr.strip()}")
