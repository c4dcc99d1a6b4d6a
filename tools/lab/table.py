"""docs/failures.md: each cause and reason, the cases that show it, what the programs said."""

import pathlib
import re

import facts
import run
import said

_TITLE = """# Failures, and what programs say of them

Each line below is a real run: a real client and a real server, in the network of the
[failure lab](../tools/lab/README.md), with the words that they had for their users at that moment.
The words are those of the run that made the capture, from `said.txt` of its case; dates and process
numbers are left out. The causes are defined in [verdicts.md](verdicts.md).
Made by `tools/lab/lab table`; do not edit.
"""
_AFTER = "After the handshake"
# Title, and which flows belong there.
_SECTIONS = [
    ("Before TLS", lambda flow: flow["outcome"] == "failed" and flow.get("phase") == "before_tls"),
    ("During TLS", lambda flow: flow["outcome"] == "failed" and flow.get("phase") == "during_tls"),
    (_AFTER,
     lambda flow: flow["outcome"] == "failed" and flow.get("phase") == "after_tls"),
    ("Not TLS, and nothing wrong", lambda flow: flow["outcome"] == "not_tls"),
    ("Not enough in the capture to say", lambda flow: flow["outcome"] == "incomplete"),
    ("Healthy, however it looks", lambda flow: flow["outcome"] == "ok"),
]
_LONGEST = 160
# Programs of the lab that stand for a library.
_CALLED = {"tls_client.py": "Python", "false_start.py": "GnuTLS"}


def page(folders):
    """The text of the page."""
    cases = [_Case(folder) for folder in folders if facts.expectation(folder)]
    parts = [_TITLE, _index(cases), _by_words(cases), _reasons(cases)]
    for title, belongs in _SECTIONS:
        parts.append(f"## {title}\n")
        for cause, shown in _by_cause(cases, belongs).items():
            heading = "" if cause == "none" else f"### {_heading(cause, title)}\n\n"
            parts.append(heading + _table(shown))
    return "\n".join(parts)


def _heading(cause, section):
    """A cause that has cases in two sections needs two anchors."""
    return f"{cause} after the handshake" if section == _AFTER else cause


def _anchor(cause, section=""):
    return f"[{cause}](#{_heading(cause, section).replace(' ', '-')})"


class _Case:
    def __init__(self, folder):
        self.name = folder.name
        self.case = run.load(folder)
        self.flows = facts.expectation(folder)["flows"]
        path = folder / "said.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        self.words = said.read(lines)

    def causes(self, belongs):
        """The causes that this case shows in a section; a flow beside the failure is not shown."""
        failing = any(flow["cause"] != "none" for flow in self.flows)
        return {flow["cause"] for flow in self.flows
                if belongs(flow) and not (failing and flow["cause"] == "none")}


def _by_words(cases):
    """What clients say when they fail, and which causes are behind it."""
    found = {}
    for case in cases:
        causes = {flow["cause"] for flow in case.flows
                  if flow["outcome"] in ("failed", "incomplete")}
        for words in case.words:
            if words.side == "client" and words.text and words.status not in (None, "0"):
                key = (words.program, _without_numbers(words.text))
                found.setdefault(key, set()).update(causes)
    rows = ["## From the words to the cause\n",
            "What clients say, without the numbers that change, and which causes were behind it.\n",
            "| program | says | cause |", "|---|---|---|"]
    for (program, text), causes in sorted(found.items()):
        if causes:
            rows.append(f"| {_CALLED.get(program, program)} | {_code(text[:_LONGEST])} | "
                        + " · ".join(_anchor(cause) for cause in sorted(causes)) + " |")
    return "\n".join(rows) + "\n"


def _without_numbers(text):
    text = re.sub(r"\d+ (ms|milliseconds)", r"… \1", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z|\w{3} \w{3} \d\d [\d:]+ UTC \d{4}", "…", text)
    return text


def _by_cause(cases, belongs):
    found = {}
    for case in cases:
        for cause in case.causes(belongs):
            found.setdefault(cause, []).append(case)
    return dict(sorted(found.items()))


def _index(cases):
    rows = ["| | cause | cases |", "|---|---|---|"]
    for title, belongs in _SECTIONS:
        causes = _by_cause(cases, belongs)
        links = " · ".join(_anchor(cause, title) for cause in causes if cause != "none")
        rows.append(f"| {title} | {links} | {len(set().union(*causes.values(), []))} |")
    return "\n".join(rows) + "\n"


def _reasons(cases):
    found = {}
    for case in cases:
        for flow in case.flows:
            if flow.get("reason"):
                found.setdefault((flow["reason"], flow["cause"]), []).append(case)
    rows = ["## Reasons\n", "| reason | of cause | cases |", "|---|---|---|"]
    for (reason, cause), shown in sorted(found.items()):
        links = " ".join(dict.fromkeys(_link(case) for case in shown))
        rows.append(f"| `{reason}` | {_anchor(cause)} | {links} |")
    return "\n".join(rows) + "\n"


def _table(cases):
    rows = ["| case | on the wire | the client says | the server says |", "|---|---|---|---|"]
    for case in cases:
        sides = (_side([words for words in case.words if words.side == side])
                 for side in ("client", "server"))
        mark = " (synthetic)" if "synthetic" in case.case else ""
        cells = [f"{_link(case)}<br>{_plain(case.case['title'])}{mark}", _wire(case.flows), *sides]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _link(case):
    return f"[{case.name}](../pcaps/{case.name})"


def _wire(flows):
    """Alerts, resets, ICMP and status, of all flows of a case."""
    found = {}
    for flow in flows:
        if flow.get("alert"):
            found[f"alert `{flow['alert']}` from the {flow['alert_sender']}"] = True
        if flow.get("icmp"):
            found[f"ICMP `{flow['icmp'].split()[0]}`"] = True
        if flow.get("proxy_status"):
            found[f"proxy status `{flow['proxy_status']}`"] = True
        if flow.get("server_speaks"):
            found[f"the server speaks `{flow['server_speaks']}`"] = True
        if flow["cause"] != "none" and flow.get("rst_sender"):
            found[f"RST of the {flow['rst_sender']}"] = True
    return "<br>".join(found)


def _side(words):
    """The lines of one side, the exit status once."""
    shown = []
    for number, one in enumerate(words):
        name = f"{_CALLED.get(one.program, one.program)}: "
        text = one.text.removeprefix(pathlib.Path(one.program).stem + ": ") \
            if one.program.endswith(".py") else one.text
        if len(text) > _LONGEST:
            text = text[:_LONGEST] + " …"
        if text.startswith(name):
            name = ""
        last = number + 1 == len(words) or words[number + 1].program != one.program
        status = f"exit {one.status}" if one.status is not None and last else ""
        shown.append(name + ", ".join(part for part in (_code(text) if text else "", status)
                                      if part))
    return "<br>".join(dict.fromkeys(shown))


def _code(text):
    text = text.replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _plain(text):
    return text.replace("|", "\\|").replace("<", "&lt;")
