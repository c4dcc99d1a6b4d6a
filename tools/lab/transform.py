"""Small changes to a really captured file, for what this kernel cannot do to packets.

  vlan NUMBER     each frame with an 802.1Q tag
  gre             each packet inside GRE, between 203.0.113.1 and 203.0.113.2
  reorder N M     frame N moved behind frame M
  mirror          each frame a second time, 50 µs later and one hop further, as a switch that
                  mirrors both of its sides shows it
"""

import ipaddress
import pathlib
import struct

_FILE_HEADER, _FRAME_HEADER, _ETHERNET = 24, 16, 14
_MIRROR_DELAY_US = 50


def apply(text, capture):
    """Changes the pcap file `capture` as `text` says ("" changes nothing)."""
    if not text:
        return
    name, *arguments = text.split()
    data = pathlib.Path(capture).read_bytes()
    frames = _TRANSFORMS[name](_frames(data), *map(int, arguments))
    with open(capture, "wb") as file:
        file.write(data[:_FILE_HEADER])
        for seconds, microseconds, frame in frames:
            file.write(struct.pack("<IIII", seconds, microseconds, len(frame), len(frame)) + frame)


def _frames(data):
    """(seconds, microseconds, bytes) of each frame, in the byte order of this machine."""
    found, at = [], _FILE_HEADER
    while at < len(data):
        seconds, microseconds, captured, length = struct.unpack_from("<IIII", data, at)
        if captured != length:
            raise ValueError("a transform needs whole frames")
        at += _FRAME_HEADER
        found.append((seconds, microseconds, data[at:at + captured]))
        at += captured
    return found


def _vlan(frames, number):
    tag = struct.pack(">HH", 0x8100, number)
    return [(seconds, microseconds, frame[:12] + tag + frame[12:])
            for seconds, microseconds, frame in frames]


def _gre(frames):
    found = []
    for seconds, microseconds, frame in frames:
        inner = struct.pack(">HH", 0, 0x0800) + frame[_ETHERNET:]
        outer = bytearray(struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 20 + len(inner), len(found) + 1, 0, 64, 47, 0,
            ipaddress.IPv4Address("203.0.113.1").packed,
            ipaddress.IPv4Address("203.0.113.2").packed))
        _set_checksum(outer)
        found.append((seconds, microseconds, frame[:_ETHERNET] + outer + inner))
    return found


def _reorder(frames, first, behind):
    """Frame numbers count from 1; the times stay in order."""
    contents = [frame for _, _, frame in frames]
    contents.insert(behind - 1, contents.pop(first - 1))
    return [(seconds, microseconds, content)
            for (seconds, microseconds, _), content in zip(frames, contents)]


def _mirror(frames):
    found = []
    for seconds, microseconds, frame in frames:
        header = bytearray(frame[_ETHERNET:_ETHERNET + 20])
        header[8] -= 1  # TTL
        _set_checksum(header)
        later = microseconds + _MIRROR_DELAY_US
        found += [(seconds, microseconds, frame),
                  (seconds + later // 1000000, later % 1000000,
                   frame[:_ETHERNET] + header + frame[_ETHERNET + 20:])]
    return sorted(found, key=lambda one: one[:2])


def _set_checksum(header):
    header[10:12] = b"\0\0"
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    header[10:12] = struct.pack(">H", ~total & 0xffff)


_TRANSFORMS = {"vlan": _vlan, "gre": _gre, "reorder": _reorder, "mirror": _mirror}
