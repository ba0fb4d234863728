"""The command ``python -m local_stack``."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from inference_lib import environment
from inference_lib.contract import load_contract, resolve_bundle
from inference_lib.errors import BundleError
from local_stack.errors import LocalStackError
from local_stack.function import FunctionArgs
from local_stack.stack import StackArgs, run_stack

if TYPE_CHECKING:
    from collections.abc import Sequence

HANDLER = "inference_lib.handler.handler"
_USAGE_ERROR = 2

_DESCRIPTION = """\
Run the stack on this machine: the function in a real awslambdaric process behind the REST API, with
the settings that Pulumi.STACK.yaml declares. No AWS account and no Docker are needed."""

_EXAMPLES = """\
examples:
  python -m local_stack                                  serve bundles/sleep_advice on port 8080
  python -m local_stack --bundle bundles/breast_cancer   another model, its latest version
  python -m local_stack --stack prod --port 9000         with the settings of prod
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_stack",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stack", default="dev", help="environment whose settings are taken (default: dev)")
    parser.add_argument(
        "--bundle", type=Path, metavar="DIR", help="NAME/VERSION, or NAME for its latest (default: the stack's setting)"
    )
    parser.add_argument("--port", type=_port, default=8080, help="port of the API; 0 takes a free one (default: 8080)")
    parser.add_argument(
        "--state", type=Path, metavar="DIR", default=Path(".local_stack"), help="folder of the logs (default: .local_stack)"
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004 - the highest TCP port
        raise argparse.ArgumentTypeError("expected a number from 0 to 65535")
    return int(text)
