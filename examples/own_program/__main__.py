"""``pulumi up`` of the program without Pulumi.yaml: ``python -m examples.own_program BUNDLE BUNDLE``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from pulumi import automation

from examples.own_program.program import MODELS, program

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Make or update the stack ``both`` for two bundles, such as ``bundles/my_model``."""
    parser = argparse.ArgumentParser(prog="python -m examples.own_program", description=program.__doc__)
    parser.add_argument("bundles", nargs=len(MODELS), metavar="BUNDLE", help="such as bundles/my_model")
    bundles = parser.parse_args(arguments).bundles
    stack = automation.create_or_select_stack("both", "own-program", program)
    stack.set_config("aws:region", automation.ConfigValue("eu-central-1"))
    for model, bundle in zip(MODELS, bundles, strict=True):
        stack.set_config(f"{model}:bundle", automation.ConfigValue(bundle))
    stack.up(on_output=print)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
