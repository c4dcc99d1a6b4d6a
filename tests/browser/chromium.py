"""A headless Chromium, driven through its DevTools protocol over a pipe: no port, no package.

https://chromedevtools.github.io/devtools-protocol/ has the methods and events.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
         "--disable-default-apps", "--disable-extensions", "--disable-sync", "--no-first-run",
         "--no-default-browser-check", "--no-proxy-server",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe"]
# Chromium reads commands from descriptor 3 and writes to 4, each message ended by a zero byte.
READS, WRITES = 3, 4


def find():
    """The path of an installed Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class BrowserError(Exception):
    """The browser said no, said nothing for too long, or is gone."""


def place_pipes(commands, answers):
    # By way of high numbers, as one of the two may be where the other has to go.
    high = [fcntl.fcntl(pipe, fcntl.F_DUPFD, 10) for pipe in (commands, answers)]
    os.dup2(high[0], READS)
    os.dup2(high[1], WRITES)


class Chromium:
    """One browser with one page; a context manager. Every wait ends after `patience` seconds with
    a BrowserError."""

    def __init__(self, program, patience=120):
        self.patience = patience
        self.events = []  # of the page, all that came
        self.number = 0
        self.pending = b""
        self.session = None
        self.profile = tempfile.TemporaryDirectory(prefix="tlstriage-chromium-",
                                                   ignore_cleanup_errors=True)
        commands, self.to = os.pipe()
        self.out, answers = os.pipe()
        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self.profile.name}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: place_pipes(commands, answers), pass_fds=(READS, WRITES),
            start_new_session=True)
        os.close(commands)
        os.close(answers)
        try:
            self.attach()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def attach(self):
        target = self.until(self.first_page, "a page")
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def first_page(self):
        for target in self.call("Target.getTargets")["targetInfos"]:
            if target["type"] == "page":
                return target["targetId"]
        return None

    def close(self):
        os.close(self.to)  # Chromium leaves when its pipe ends
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.out)
        self.profile.cleanup()

    def until(self, condition, what):
        """Asks again until `condition()` is true, and returns that."""
        deadline = time.monotonic() + self.patience
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise BrowserError(f"waited in vain for {what}")
            self.receive(0.05)
        return found

    def receive(self, seconds):
        """Takes in what comes within so many seconds; returns the answers to calls."""
        if not select.select([self.out], [], [], seconds)[0]:
            return []
        data = os.read(self.out, 1 << 20)
        if not data:
            raise BrowserError("the browser is gone")
        *whole, self.pending = (self.pending + data).split(b"\0")
        messages = [json.loads(message) for message in whole]
        self.events += [message for message in messages if "method" in message]
        return [message for message in messages if "id" in message]

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode("utf-8") + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            for answer in self.receive(1):
                if answer["id"] == self.number:
                    if "error" in answer:
                        raise BrowserError(f"{method}: {answer['error']['message']}")
                    return answer["result"]
        raise BrowserError(f"{method}: no answer in {self.patience} s")

    def evaluate(self, expression):
        """The value of a JavaScript expression, as JSON has it; of a promise, what it brings."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True, userGesture=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def wait_for(self, expression):
        return self.until(lambda: self.evaluate(expression), expression)

    def open(self, url, ready):
        """Loads a page and waits until the expression `ready` is true in it."""
        self.call("Page.navigate", url=url)
        self.wait_for(f"document.readyState === 'complete' && ({ready})")

    def show_as(self, width, height, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def press(self, key, code=0, text=""):
        kind = {"key": key, "code": key, "windowsVirtualKeyCode": code, "text": text}
        self.call("Input.dispatchKeyEvent", type="keyDown", **kind)
        self.call("Input.dispatchKeyEvent", type="keyUp", **kind)

    def click(self, x, y):
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, path, whole=False):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def complaints(self):
        """What the page said on its console that is no plain message, and what it threw."""
        found = []
        for event in self.events:
            detail = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(str(detail["exceptionDetails"]))
            elif event["method"] == "Runtime.consoleAPICalled" and detail["type"] in (
                    "error", "warning", "assert"):
                found.append(str(detail["args"]))
            elif event["method"] == "Log.entryAdded" and detail["entry"]["level"] in (
                    "error", "warning"):
                found.append(detail["entry"]["text"])
        return found

    def requests(self):
        """URLs that the page asked for."""
        return [event["params"]["request"]["url"] for event in self.events
                if event["method"] == "Network.requestWillBeSent"]
