#!/usr/bin/env python3
"""report.html in a real browser: what it shows, what a click and a key do, and that its numbers are
those of flows.csv, as Python's csv module reads them.

Skips (exit status 77) where no Chromium is installed. TLSTRIAGE_SCREENSHOTS names a folder that
keeps the screenshots.
"""

import collections
import csv
import json
import os
import pathlib
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import chromium

READY = "document.documentElement.dataset.ready === 'yes'"
HOSTILE = ("</script><script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>"
           "<!--\u202egro.live\x1b[31m=HYPERLINK(1)")


def run_program(*arguments):
    finished = subprocess.run([os.environ["TLSTRIAGE_PROGRAM"], *map(str, arguments)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise AssertionError(f"{arguments}: {finished.returncode}: {finished.stderr}")


def read_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def endpoint(row, side):
    address = row[f"{side}_ip"]
    return f"[{address}]:{row[f'{side}_port']}" if ":" in address else f"{address}:{row[f'{side}_port']}"


def number(text):
    return int(text.replace(",", ""))


def png_size(path):
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), path
    return struct.unpack(">II", data[16:24])


class PageTest(unittest.TestCase):
    """One run of all captures in pcaps/, its page, and a browser for all tests of it."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="tlstriage-report-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        cls.run_folder = cls.folder / "run"
        run_program("analyze", pathlib.Path(os.environ["TLSTRIAGE_SOURCE_ROOT"]) / "pcaps",
                    "--separate", "-q", "-o", cls.run_folder)
        run_program("report", cls.run_folder, "-q")
        cls.page = cls.run_folder / "report.html"
        cls.rows = read_rows(cls.run_folder / "flows.csv")
        cls.browser = chromium.Chromium(chromium.find())
        cls.addClassCleanup(cls.browser.close)

    def open(self, page=None, width=1280, height=900, dark=False, fragment=""):
        self.browser.show_as(width, height, dark)
        self.browser.open("about:blank", "true")
        self.browser.events.clear()
        self.browser.open((page or self.page).as_uri() + fragment, READY)

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])
        asked = {url.split("#")[0] for url in self.browser.requests()} - {"about:blank"}
        self.assertTrue(all(url.startswith(self.folder.as_uri()) or url.startswith("data:,")
                            for url in asked), asked)

    def numbers(self, card):
        """A chart's table of numbers: texts of its cells by row."""
        return self.browser.evaluate(
            f"[...document.querySelectorAll({json.dumps(card)} + ' details.numbers tbody tr')]"
            ".map((row) => [...row.cells].map((cell) => cell.textContent))")

    def shown_flows(self):
        return self.browser.evaluate("document.querySelector('#flow-table .count').textContent")

    def cards_of(self, section):
        """Heading -> numbers, of each card of a section."""
        return dict(self.browser.evaluate(
            f"[...document.querySelectorAll({json.dumps(section)} + ' .card')].map((card) => "
            "[card.querySelector('h3').textContent, [...card.querySelectorAll("
            "'details.numbers tbody tr')].map((row) => "
            "[...row.cells].map((cell) => (cell.querySelector('.cut') || {}).title "
            "|| cell.textContent))])"))

    def test_numbers_are_those_of_the_csv(self):
        self.open()
        outcomes = collections.Counter(row["outcome"] for row in self.rows)
        shown = dict(self.browser.evaluate(
            "[...document.querySelectorAll('.tile')].map((tile) => "
            "[tile.classList[1], Number(tile.dataset.count)])"))
        self.assertEqual({name: count for name, count in shown.items() if count}, outcomes)
        title = self.browser.evaluate("document.querySelector('h1').textContent")
        self.assertTrue(title.startswith(f"{outcomes['failed']} of {len(self.rows)} flows failed"), title)

        causes = collections.Counter((row["cause"].replace("_", " "), row["outcome"])
                                     for row in self.rows
                                     if row["outcome"] in ("failed", "incomplete"))
        self.assertEqual({(cells[0], cells[1]): number(cells[2])
                          for cells in self.numbers("#cause-card")}, causes)

    def test_servers_versions_steps_and_time_are_those_of_the_csv(self):
        self.open()
        failed = [row for row in self.rows if row["outcome"] == "failed"]
        flows = collections.Counter(endpoint(row, "server") for row in self.rows)
        failures = collections.Counter(endpoint(row, "server") for row in failed)
        servers = self.numbers("#server-card")
        self.assertGreater(len(servers), 5)
        for name, all_flows, failed_flows, *_ in servers:
            self.assertEqual((number(all_flows), number(failed_flows)), (flows[name], failures[name]))

        cards = self.cards_of("#use")
        for heading, column in [("Versions", "version"), ("Cipher suites", "cipher"),
                                ("Key exchange groups", "group"), ("Alerts", "alert")]:
            expected = collections.Counter(row[column] for row in self.rows if row[column])
            self.assertEqual({cells[0]: number(cells[1]) for cells in cards[heading]}, expected)

        for heading, column in [("TCP connect", "tcp_connect_ms"),
                                ("Whole handshake", "handshake_ms")]:
            spans = [float(row[column]) for row in self.rows if row[column]]
            took = {cells[0]: number(cells[1]) for cells in self.cards_of("#steps")[heading]}
            self.assertEqual(sum(took.values()), len(spans))
            self.assertEqual(took["≥ 1 ms"], sum(1 <= span < 2 for span in spans))

        times = self.numbers("#time-card")
        self.assertEqual(sum(number(cells[-1]) for cells in times), len(self.rows))
        self.assertEqual(sum(number(cell) for cells in times for cell in cells[1:-1]), len(failed))

    def test_filter_finds_a_flow_and_sort_sorts(self):
        self.open()
        wanted = next(row for row in self.rows if row["cause"] == "mtu_black_hole")
        self.browser.evaluate("document.querySelector('#flow-table input').focus()")
        self.browser.call("Input.insertText", text=wanted["flow_id"])
        self.browser.wait_for("document.querySelector('#flow-table .count').textContent.startsWith('1 of')")
        self.assertEqual(self.browser.evaluate(
            "document.querySelector('#flow-table tbody td').textContent"), "failed: mtu black hole")

        self.open()
        self.browser.evaluate("[...document.querySelectorAll('#flow-table th button')].at(-1).click()")
        self.assertEqual(self.browser.evaluate(
            "[...document.querySelectorAll('#flow-table th')].at(-1).ariaSort"), "descending")
        client = max(self.rows, key=lambda row: float(row["duration_ms"]))
        self.assertEqual(self.browser.evaluate(
            "document.querySelector('#flow-table tbody tr').cells[3].textContent"),
            endpoint(client, "client"))

    def test_a_click_on_a_bar_shows_its_flows(self):
        self.open()
        self.browser.evaluate("document.querySelector('#flow-table input').focus()")
        self.browser.call("Input.insertText", text="no flow has this")  # a bar begins afresh
        place = self.browser.evaluate(
            "(() => { const canvas = document.querySelector('#cause-card canvas');"
            " canvas.scrollIntoView({block: 'center', behavior: 'instant'});"
            " const chart = Chart.getChart(canvas); const bar = chart.getDatasetMeta(0).data[0];"
            " const box = canvas.getBoundingClientRect();"
            " return [box.x + bar.base + 5, box.y + bar.y, chart.data.labels[0]]; })()")
        self.browser.click(place[0], place[1])
        self.browser.wait_for("document.querySelector('#choose-cause').value !== ''")
        cause = self.browser.evaluate("document.querySelector('#choose-cause').value")
        self.assertEqual(cause.replace("_", " "), place[2])
        count = sum(row["cause"] == cause for row in self.rows)
        self.assertTrue(self.shown_flows().startswith(f"{count} of "), self.shown_flows())
        self.assertEqual(self.browser.evaluate("document.activeElement.id"), "flows")

    def test_a_flow_opens_by_keyboard_with_its_ladder_and_its_command(self):
        wanted = next(row for row in self.rows if row["cause"] == "certificate_expired")
        self.open()
        self.browser.press("Tab", 9)
        self.assertEqual(self.browser.evaluate("document.activeElement.className"), "skip")
        self.browser.evaluate("document.querySelector('#flow-table input').focus()")
        self.browser.call("Input.insertText", text=wanted["flow_id"])
        self.browser.evaluate("document.querySelector('#flow-table .open').focus()")
        self.browser.press("Enter", 13, "\r")
        self.browser.wait_for("document.querySelector('dialog[open] .ladder') !== null")
        self.assertEqual(self.browser.evaluate("document.activeElement.id"), "flow-title")
        frames = []
        for token in wanted["evidence"].split():
            if not frames or frames[-1] != token.split(":")[0]:
                frames.append(token.split(":")[0])
        self.assertEqual(self.browser.evaluate(
            "[...document.querySelectorAll('.ladder .frame')].map((cell) => "
            "cell.childNodes[1] ? cell.childNodes[1].textContent : '').filter(Boolean)"), frames)
        self.assertEqual(self.browser.evaluate(
            "document.querySelector('.ladder .decisive .frame').childNodes[1].textContent"),
            wanted["decisive_frame"])
        self.assertEqual(self.browser.evaluate("document.querySelector('.explanation').textContent"),
                         wanted["explanation"])
        command = self.browser.evaluate("document.querySelector('.command').textContent")
        self.assertEqual(shlex.split(command), [
            "tlstriage", "carve", wanted["file"], "--flow", wanted["flow_id"], "-o", "small.pcapng"])
        self.browser.press("Escape", 27)
        self.browser.wait_for("document.querySelector('dialog[open]') === null")

    def test_a_link_opens_its_flow(self):
        wanted = next(row for row in self.rows if row["cause"] == "server_silent")
        self.open(fragment=f"#flow={wanted['flow_id']}")
        self.browser.wait_for("document.querySelector('dialog[open] .ladder') !== null")
        self.browser.evaluate("document.querySelector('.close').click()")
        self.browser.wait_for("location.hash === '#flows'")

    def test_it_fits_laptop_and_phone_in_both_lights_and_on_paper(self):
        kept = os.environ.get("TLSTRIAGE_SCREENSHOTS")
        for width, height in [(1280, 900), (390, 844)]:
            for dark in (False, True):
                self.open(width=width, height=height, dark=dark)
                self.assertLessEqual(
                    self.browser.evaluate("document.documentElement.scrollWidth"), width)
                shot = self.folder / f"{width}-{'dark' if dark else 'light'}.png"
                self.browser.screenshot(shot)
                self.assertEqual(png_size(shot), (width, height))
                if kept:
                    shutil.copy(shot, kept)
                background = self.browser.evaluate(
                    "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]")
                self.assertEqual(background < 128, dark)
        self.browser.call("Emulation.setEmulatedMedia", media="print")
        self.assertEqual(self.browser.evaluate(
            "[getComputedStyle(document.querySelector('nav')).display,"
            " getComputedStyle(document.body).backgroundColor]"), ["none", "rgb(255, 255, 255)"])
        self.browser.call("Emulation.setEmulatedMedia", media="")

    def test_hostile_text_is_only_text(self):
        folder = self.folder / "hostile"
        shutil.copytree(self.run_folder, folder)
        for name, columns in [("flows", ["sni", "alpn", "cert_subject", "explanation", "icmp"]),
                              ("summary", ["sni", "explanation"]), ("servers", ["snis"]),
                              ("certificates", ["subject", "issuer", "names"]),
                              ("dns", ["name", "explanation"])]:
            rows = read_rows(folder / f"{name}.csv")
            for i, row in enumerate(rows):
                row.update({column: HOSTILE if i % 2 else "<b>" * 22000 for column in columns})
            write_rows(folder / f"{name}.csv", rows)
        run_program("report", folder, "-q")
        hostile = next(row for row in read_rows(folder / "flows.csv") if row["sni"] == HOSTILE)
        self.open(folder / "report.html", fragment=f"#flow={hostile['flow_id']}")
        self.browser.wait_for("document.querySelector('dialog[open] .ladder') !== null")
        text = self.browser.evaluate("document.querySelector('.explanation').textContent")
        self.assertEqual(text, HOSTILE.replace("\u202e", "\\xe2\\x80\\xae").replace("\x1b", "\\x1b"))
        self.assertEqual(self.browser.evaluate(
            "[window.pwned === undefined, document.scripts.length, document.images.length,"
            " document.querySelectorAll('td b, td img').length]"), [True, 3, 0, 0])
        self.assertLess(self.browser.evaluate(
            "Math.max(...[...document.querySelectorAll('[title]')].map((e) => e.title.length))"), 4096)

    def test_what_was_chosen_it_says_first(self):
        chosen = self.folder / "chosen.html"
        where = f"outcome=failed,sni!={HOSTILE.replace(',', '')}"
        run_program("report", self.run_folder, "-o", chosen, "--where", where, "-q")
        failed = sum(row["outcome"] == "failed" for row in self.rows)
        self.open(chosen)
        said = self.browser.evaluate("document.querySelector('main').innerText.trim()")
        self.assertTrue(said.startswith(f"{failed} of {len(self.rows)} flows, chosen by --where '"), said)
        self.assertIn("</script><script>window.pwned = 1</script><img src=x onerror='\\''window",
                      self.browser.evaluate("document.querySelector('#choice code').textContent"))
        self.assertEqual(self.browser.evaluate(
            "[window.pwned === undefined, document.scripts.length, document.images.length]"),
            [True, 3, 0])
        self.assertEqual(sum(number(cells[2]) for cells in self.numbers("#cause-card")), failed)

        self.open()
        self.assertTrue(self.browser.evaluate("document.querySelector('#choice').hidden"))

    def test_what_it_leaves_out_it_says(self):
        small = self.folder / "small.html"
        run_program("report", self.run_folder, "-o", small, "--flows", "40", "-q")
        self.open(small)
        troubled = sum(row["outcome"] in ("failed", "incomplete") for row in self.rows)
        held = self.browser.evaluate("document.querySelector('#flows-held').textContent")
        self.assertIn(f"holds 40 of the {troubled} failed and incomplete flows", held)
        self.assertIn(f"{troubled - 40} are left out", held)
        self.assertEqual(self.shown_flows(), "All 44 flows of this page")
        self.browser.evaluate("document.querySelector('.tile.failed').click()")
        failed = sum(row["outcome"] == "failed" for row in self.rows)
        self.assertIn(f"the run has {failed} such flows", self.shown_flows())


if __name__ == "__main__":
    if chromium.find() is None:
        print("SKIPPED: no Chromium here; tests/browser/packages.txt names its package")
        sys.exit(77)
    unittest.main()
