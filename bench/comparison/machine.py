"""What machine a measurement was made on."""

import os
import pathlib
import platform

# Above it, others disturb the measurement.
QUIET_LOAD = 1.5


def load():
    return os.getloadavg()[0]


def field(path, name):
    """The first value of `name: value` in one of /proc's tables."""
    for line in pathlib.Path(path).read_text("utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "unknown"


def description():
    memory = int(field("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    return (f"{field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores, {memory:.0f} GiB, "
            f"{system}, Linux {platform.release()}")
