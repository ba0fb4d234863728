"""The first paint of the console in Chromium: ``python -m benchmarks.first_paint`` on a quiet machine.

Each round starts a new console, as ``make console`` does, against one local stack, and opens its first page in a new
browser. The first contentful paint is the browser's own figure [1]_: the skeleton, or the page if it is as quick. The
second figure is the time until the page has its heading.

References
----------
.. [1] https://w3c.github.io/paint-timing/#first-contentful-paint
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.environments.locked import interpreter

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET_MS: Final = 2000
_ROOT: Final = Path(__file__).parents[1]
_BROWSER: Final = _ROOT / "tests" / "conformance" / "browser" / "requirements.txt"
_CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
_SCRIPT: Final = """
import json, sys
from playwright.sync_api import sync_playwright

PAINT = '''() => new Promise(found => new PerformanceObserver(list => list.getEntries()
    .filter(each => each.name == "first-contentful-paint").forEach(each => found(each.startTime)))
    .observe({type: "paint", buffered: true}))'''
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=sys.argv[2], args=["--no-sandbox"])
    page = browser.new_page()
    page.goto(sys.argv[1], wait_until="commit")
    page.wait_for_selector("[data-testid=stMain] [data-testid=stHeading]", timeout=120_000)
    print(json.dumps({"paint": page.evaluate(PAINT), "page": page.evaluate("performance.now()")}))
    browser.close()
"""


def main() -> None:
    """Print the median and the slowest of each figure; exit 1 above the target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_paint", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="consoles that are opened (default: 5)")
    rounds = parser.parse_args().rounds
    chromium = next((found for found in map(shutil.which, _CHROMIUM) if found), None)
    if chromium is None:
        raise SystemExit("there is no Chromium on PATH; on Debian: apt-get install chromium")
    python = interpreter(_BROWSER)
    with _started([sys.executable, "-m", "local_stack", "--port", "0"], r"API\s+(http\S+)") as api_url:
        measured = [_opened(api_url, python, chromium) for _ in range(rounds)]
    figures = {"first contentful paint": "paint", "heading of the page": "page"}
    for title, key in figures.items():
        values = [each[key] for each in measured]
        print(f"{title:<24} median {median(values):6.0f} ms, slowest {max(values):6.0f} ms, target {TARGET_MS} ms")
    if any(median(each[key] for each in measured) > TARGET_MS for key in figures.values()):
        raise SystemExit(1)


def _opened(api_url: str, python: Path, chromium: str) -> dict[str, float]:
    """Start a console, open it, and return its figures in milliseconds."""
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", "console/connection/server.py"]
    command += ["--server.headless", "true", "--server.port", port]
    with _started(command, r"URL: (http\S+)", INFERENCE_API_URL=api_url):
        done = subprocess.run(
            [python, "-c", _SCRIPT, f"http://127.0.0.1:{port}", chromium], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise SystemExit(f"the browser failed:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


@contextlib.contextmanager
def _started(command: list[str], address: str, **variables: str) -> Iterator[str]:
    """Run a server within the block, and yield the address that it prints."""
    process = subprocess.Popen(
        command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **variables}
    )
    try:
        printed = ""
        for line in process.stdout or ():
            printed += line
            if found := re.search(address, line):
                yield found[1]
                return
        raise SystemExit(f"{' '.join(command[1:4])} did not start:\n{printed}")
    finally:
        process.terminate()
        process.communicate()


if __name__ == "__main__":
    main()
