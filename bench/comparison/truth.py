"""Do tlstriage's rows say what the generator knows?"""

import collections
import csv
import hashlib

KEY = ("client_ip", "client_port", "server_ip", "server_port")
COMPARED = ("outcome", "cause", "actor", "sni", "version", "cipher")
SHOWN = 5


class Differs(Exception):
    """Rows differ from the truth."""


def by_connection(path):
    """Key -> what is compared of its rows, in order."""
    rows = collections.defaultdict(list)
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows[tuple(row[name] for name in KEY)].append(tuple(row[name] for name in COMPARED))
    return rows


def is_no_attempt(rows):
    """Connections that speak something else get no row."""
    return all(row[:2] == ("not_tls", "none") for row in rows)


def differences(flows, truth):
    said, known = by_connection(flows), by_connection(truth)
    for key, rows in known.items():
        expected = [] if is_no_attempt(rows) else rows
        if said.get(key, []) != expected:
            yield f"{key}: {said.get(key, 'no row')}, not {expected or 'without a row'}"
    for key in said.keys() - known.keys():
        yield f"{key}: a row that the truth does not know"


class Checker:
    """Compares a table with the truth when it is new; one with the same bytes was right before."""

    def __init__(self):
        self.right = set()

    def check(self, flows, trace):
        with open(flows, "rb") as file:
            digest = trace.name, hashlib.file_digest(file, "sha256").hexdigest()
        if digest in self.right:
            return
        found = list(differences(flows, trace.truth))
        if found:
            raise Differs(f"{len(found)} connections of {trace.path} differ from its truth:\n  " +
                          "\n  ".join(found[:SHOWN]))
        self.right.add(digest)
