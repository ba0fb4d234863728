"""Load an API with the golden requests of a bundle: ``python -m benchmarks.load --url URL``.

Locust is installed in an environment of its own, from a lock with hashes, if it does not exist yet. The API key is
read from the environment variable ``INFERENCE_API_KEY``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.environments.locked import EnvironmentFailed, interpreter
from inference_lib.contract.reading import resolve_bundle
from inference_lib.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
WRONG_USAGE = 2

_EXAMPLES = """\
examples:
  python -m benchmarks.load                                         the local stack of make run
  python -m benchmarks.load --url https://ID.execute-api.eu-central-1.amazonaws.com/dev --users 50 --seconds 120
  python -m benchmarks.load --pace 0 --instances 100                batches, as fast as possible

exit codes: 0, 1 when a request failed or none was answered, 2 wrong usage
"""


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.load",
        description="Load an API with the golden requests of a bundle, and report requests a second and percentiles.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--url", default="http://127.0.0.1:8080/dev", help="URL of the API (default: that of make run)")
    made.add_argument("--bundle", default="bundles/sleep_advice", help="bundle with the golden requests")
    made.add_argument("--users", type=_count, default=10, help="concurrent users (default: 10)")
    made.add_argument("--seconds", type=_count, default=30, help="duration (default: 30)")
    made.add_argument("--pace", type=float, default=1.0, help="seconds between a user's requests (default: 1)")
    made.add_argument("--instances", type=_count, default=1, help="instances in each request (default: 1)")
    made.add_argument("--html", type=Path, help="write Locust's report to this file")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, 1 when a request failed or none was answered, 2 when it cannot run."""
    options = parser().parse_args(arguments)
    try:
        golden = Path(resolve_bundle(options.bundle)) / "golden.json"
        _require_answer(options.url)
        print("Preparing Locust ...", file=sys.stderr)
        python = interpreter(HERE / "requirements.txt")
    except (BundleError, EnvironmentFailed, ConnectionError) as error:
        print(f"error: {error}", file=sys.stderr)
        return WRONG_USAGE
    environment = {
        **os.environ,
        "GOLDEN": str(golden.resolve()),
        "INSTANCES": str(options.instances),
        "PACE_S": str(options.pace),
    }
    command = [
        str(python), "-m", "locust", "--locustfile", str(HERE / "locustfile.py"), "--headless", "--only-summary",
        "--host", options.url.rstrip("/"), "--users", str(options.users), "--spawn-rate", str(options.users),
        "--run-time", f"{options.seconds}s", "--exit-code-on-error", "1",
        *(["--html", str(options.html)] if options.html else []),
    ]  # fmt: skip
    return subprocess.run(command, env=environment, check=False).returncode


def _require_answer(url: str) -> None:
    """Return if the API answers, whatever the status.

    Raises
    ------
    ConnectionError
        It does not answer.
    """
    try:
        urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=30).close()  # noqa: S310 - the user's own URL
    except urllib.error.HTTPError:
        return
    except (urllib.error.URLError, ValueError, OSError) as error:
        raise ConnectionError(f"{url}: no answer ({error}). Start the local stack (make run), or set --url") from error


if __name__ == "__main__":
    sys.exit(main())
