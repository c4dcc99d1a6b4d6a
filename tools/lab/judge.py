"""A case run afresh: what really happened, what tlstriage says of it, and whether it is right."""

import csv
import multiprocessing
import multiprocessing.connection
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import facts
import live
import run

# A case takes seconds; one that takes this long is stuck.
CASE_SECONDS = 240
# Of expected.json, what belongs to that one capture; and who closed first after all was said,
# which is a race.
OF_ONE_CAPTURE = {"client_port", "first_frame", "last_frame", "decisive_frame", "rst_sender",
                  "fin_sender", "why", "also_right", "decode_as"}
SHOWN = ("outcome", "cause", "reason", "actor")


class Result:
    """A fresh run of a case."""

    def __init__(self, name):
        self.name = name
        self.happened = []   # lines of said.txt
        self.answer = []     # a text for each row
        self.wrong = []      # what is not right
        self.seconds = 0.0


def judge(folder, program, keep=None, on_port=False):
    """Runs the case in a temporary folder and compares the verdicts with its expected.json.

    `keep`: the folder for captures of cases that are not as they should be.
    `on_port`: the verdicts are those of the program on a mirror port, while the case runs.
    """
    result = Result(folder.name)
    begin = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="lab-test-") as scratch:
            (_judge_live if on_port else _judge)(folder, program, pathlib.Path(scratch), result)
            if keep and result.wrong:
                _keep(pathlib.Path(scratch), keep / folder.name)
    except Exception as problem:  # whatever it is, the other cases go on
        result.wrong.append(f"did not happen: {problem}")
    result.seconds = time.monotonic() - begin
    return result


def _judge(folder, program, scratch, result):
    expected = facts.expectation(folder)
    if expected is None:
        raise FileNotFoundError("no expected.json")
    run.make(run.load(folder), scratch)
    result.happened = (scratch / "said.txt").read_text().splitlines()
    options = [text for option, key in (("--trust-store", "trust_store"), ("--crl", "crl"))
               if key in expected for text in (option, scratch / expected[key])]
    rows = analyze(program, run.capture_path(scratch), scratch / "out", options)
    result.answer = [" ".join(row[column] for column in SHOWN if row[column]) for row in rows]
    result.wrong = differences(expected["flows"], rows)


def _judge_live(folder, program, scratch, result):
    case, expected = run.load(folder), facts.expectation(folder)
    if expected is None:
        raise FileNotFoundError("no expected.json")
    options = ["--slots", str(live.SLOTS)]
    for option, key in (("--trust-store", "trust_store"), ("--crl", "crl")):
        if key in expected:
            options += [option, "{dir}/" + expected[key]]
    run.make(case, scratch, live=(program, options))
    result.happened = (scratch / "said.txt").read_text().splitlines()
    watch = live.Watched(scratch / "live")
    rows = watch.rows()
    result.answer = [" ".join(row[column] for column in SHOWN if row[column]) for row in rows]
    result.wrong = differences(live.claims(expected["flows"]), rows)
    if len(watch.windows()) != 1:
        result.wrong.append(f"{len(watch.windows())} windows, not one")
    result.wrong += watch.losses()
    if result.wrong:
        names = [text for option, key in (("--trust-store", "trust_store"), ("--crl", "crl"))
                 if key in expected for text in (option, scratch / expected[key])]
        same = differences(live.claims(expected["flows"]),
                           analyze(program, run.capture_path(scratch), scratch / "out", names))
        result.wrong.append("its capture file gives " + ("; ".join(same) if same else
                                                         "what is right"))


def _keep(scratch, target):
    target.mkdir(parents=True, exist_ok=True)
    for path in (run.capture_path(scratch), scratch / "said.txt"):
        if path is not None and path.exists():
            shutil.copy(path, target)
    if (scratch / "live").exists():
        shutil.copytree(scratch / "live", target / "live", dirs_exist_ok=True)


def analyze(program, capture, out, options=()):
    """The rows of flows.csv, in order of their start."""
    done = subprocess.run([program, "analyze", "--quiet", "--no-progress", capture, "-o", out,
                           *options], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{program}: exit status {done.returncode}: {done.stderr.strip()}")
    with open(out / "flows.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def differences(flows, rows):
    """What of a fresh capture's rows is not as the flows of expected.json have it, as texts."""
    flows = sorted(flows, key=lambda flow: flow["first_frame"])
    found = []
    if len(flows) != len(rows):
        found.append(f"{len(rows)} rows, right is {len(flows)}")
    for number, (flow, row) in enumerate(zip(flows, rows), 1):
        wrong = _compare(flow, row)
        if wrong and "also_right" in flow and not _compare({**flow, **flow["also_right"]}, row):
            wrong = []
        which = f"row {number}: " if len(flows) > 1 else ""
        found += [which + text for text in wrong]
    return found


def _compare(flow, row):
    return [f"{column} is {row.get(column)!r}, right is {_cell(value)!r}"
            for column, value in flow.items()
            if column not in OF_ONE_CAPTURE and not column.startswith("until_")
            and row.get(column) != _cell(value)
            and not (value is False and row.get(column) == "")]


def _cell(value):
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def judge_all(folders, program, jobs, report, keep=None, on_port=False):
    """Judges the cases, `jobs` at a time, each in a process of its own; `report` gets each result,
    in the order of `folders`. All of it ends, and cleans up, when this is interrupted."""
    waiting, running, done = list(folders), {}, {}
    results = []
    # Under one roof, so that nothing stays of a process that could not clean up.
    tempfile.tempdir = tempfile.mkdtemp(prefix="lab-")
    os.chmod(tempfile.tempdir, 0o755)
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                folder = waiting.pop(0)
                receiver, sender = multiprocessing.Pipe(duplex=False)
                process = multiprocessing.Process(target=_child,
                                                  args=(sender, folder, program, keep,
                                                        on_port))
                process.start()
                sender.close()
                running[receiver] = (process, folder, time.monotonic() + CASE_SECONDS)
            for receiver in multiprocessing.connection.wait(running, timeout=1):
                process, folder, _ = running.pop(receiver)
                done[folder] = _received(receiver, folder)
                process.join()
            for process, _, deadline in running.values():
                if time.monotonic() > deadline:
                    process.terminate()
            while len(results) < len(folders) and folders[len(results)] in done:
                results.append(done.pop(folders[len(results)]))
                report(results[-1])
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, run.SIGNALS)
        for process, _, _ in running.values():
            process.terminate()
        for process, _, _ in running.values():
            process.join()
        shutil.rmtree(tempfile.tempdir, ignore_errors=True)
        tempfile.tempdir = None
        signal.pthread_sigmask(signal.SIG_UNBLOCK, run.SIGNALS)
    return results


def _child(sender, folder, program, keep, on_port):
    # An interruption from the terminal reaches the parent too, which then ends this with SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run.SIGNALS.discard(signal.SIGINT)
    try:
        sender.send(judge(folder, program, keep, on_port))
    except run.Interrupted:
        os._exit(1)


def _received(receiver, folder):
    try:
        return receiver.recv()
    except EOFError:
        result = Result(folder.name)
        result.wrong.append(f"did not happen: stopped after {CASE_SECONDS} s")
        return result
