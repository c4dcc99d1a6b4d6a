"""The report: tables, ratios, targets, and how it was measured."""

import datetime
import shlex

from comparison import cliffs, machine, traces

MEBI = 1 << 20

# Program, and the ratio of CPU to tlstriage's that is the target, by set: tlstriage needs at most
# so much of the program's CPU.
TARGETS = {
    "walk over record headers": {"bulk": 1 / 1.2, "short": 1 / 0.5},
    "cat > /dev/null": {"bulk": 1.1, "short": 3.0},
    "tcpdump": {"bulk": 0.25, "short": 0.6},
    "ndpiReader": {"bulk": 0.1, "short": 0.1},
    "tshark": {"bulk": 0.1, "short": 0.1},
}
START_TARGET = 0.2  # seconds of CPU


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def ratio_cell(ours, theirs, target):
    if theirs == 0:
        return "-"
    ratio = ours / theirs
    if target is None:
        return f"{ratio:.3g}"
    return f"{ratio:.3g} (target ≤ {target:.2g}{'' if ratio <= target else ', MISSED'})"


def set_table(name, programs, best):
    ours = best[programs[0].name, name].marginal
    rows = []
    for program in programs:
        one = best[program.name, name]
        scaled = f", 1/{one.scale:.3g} of it read" if one.scale != 1 else ""
        ratio = ("1" if program is programs[0]
                 else ratio_cell(ours, one.marginal, TARGETS.get(program.name, {}).get(name)))
        rows.append([program.name + scaled, f"{one.marginal:.3f}", f"{one.start.cpu:.3f}",
                     f"{one.whole.wall:.2f}", f"{one.whole.rss / MEBI:.0f}",
                     f"{one.whole.anon / MEBI:.0f}", ratio])
    return table(["program", "marginal CPU, s", "start-up CPU, s", "wall, s", "most RSS, MiB",
                  "most RssAnon, MiB", "tlstriage's CPU / this one's"], rows)


def two_threads(name, programs, best):
    one, two = (best[program.name, name] for program in programs[:2])
    cpu = two.marginal / max(one.marginal, 1e-9)
    wall = one.whole.wall / two.whole.wall
    return (f"Two threads against one: CPU × {cpu:.2f} (target ≤ 1.15), wall ÷ {wall:.2f} "
            "(target ≥ 1.8 where two cores are idle).\n")


def report(best, programs, sets, arguments, load_before):
    start = max(best[programs[0].name, one.name].start.cpu for one in sets)
    text = f"""# Whole runs beside the limits and other programs

Written by `bench/compare`. CPU is user and system time; marginal CPU is that of the trace less that
of its first {traces.FIRST_PACKETS} packets. Best of {arguments.runs}, all programs taking turns. \
The rows of every run of
tlstriage counted here (outcome, cause, actor, SNI, version, cipher) equal the truth that the
generator wrote.

- Machine: {machine.description()}
- When: {datetime.datetime.now().astimezone().isoformat(timespec="minutes")}; load average \
{load_before:.1f} before, {machine.load():.1f} after
- Page cache: warm; each trace was put out of the cache and read once before the first run
- Start-up of tlstriage, everything written: {start:.3f} s CPU (target ≤ {START_TARGET})\
{'' if start <= START_TARGET else ' MISSED'}

"""
    for one in sets:
        bytes_ = one.whole.size
        text += f"## {one.name}: {bytes_:,} bytes\n\n`{shlex.join(one.whole.made_with)}`\n\n"
        text += set_table(one.name, programs, best) + "\n" + two_threads(one.name, programs, best)
        text += "\n"
    if any(program.slow for program in programs) and not arguments.full:
        text += ("A program marked \"1/n of it read\" read a trace made in the same way, n times "
                 "smaller; its\nmarginal CPU is multiplied by the ratio of the sizes; wall and "
                 "memory are those of the smaller\ntrace. `--full` reads all.\n\n")
    text += "## Commands\n\n" + table(["program", "version", "command"], [
        [program.name, program.version,
         "`" + shlex.join(short_words(program.command("TRACE"), program)).replace("|", "\\|") + "`"]
        for program in programs])
    return text


def cliffs_section(measured):
    rows = list(cliffs.rows(measured))
    return f"""
## What is hard

Whole runs with everything written, start-up included; each trace is of one kind
(`bench/cliff_traces KIND COUNT FILE`). Every flow's outcome was what it had to be.

{table(rows[0], rows[1:])}"""


def short_words(command, program):
    """Without the folders of this machine."""
    output = {str(program.output): "OUT"}
    return [output.get(word, word.rsplit("/", 1)[-1] if number == 0 or word.endswith(".csv") else word)
            for number, word in enumerate(command)]
