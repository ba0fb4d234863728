"""The command ``python -m local_stack``."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from inference_lib import environment
from inference_lib.contract_file import load_contract, resolve_bundle
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
        "--state",
        type=Path,
        metavar="DIR",
        default=Path(".local_stack"),
        help="folder of the logs (default: .local_stack)",
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004 - the highest TCP port
        raise argparse.ArgumentTypeError("expected a number from 0 to 65535")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0 after Ctrl-C, 1 when the stack cannot run, 2 for wrong usage or settings."""
    options = _parser().parse_args(arguments)
    try:
        stack = _stack_args(options.stack, options.bundle, options.port, options.state)
    except (BundleError, LocalStackError) as error:
        print(f"error: {error}", file=sys.stderr)
        return _USAGE_ERROR
    try:
        asyncio.run(run_stack(stack, _tell))
    except LocalStackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _tell(line: str) -> None:
    print(line, flush=True)


def _stack_args(stack: str, bundle: Path | None, port: int, state: Path) -> StackArgs:
    # Evaluating the program imports Pulumi, half a second that --help need not wait for.
    import pulumi  # noqa: PLC0415

    from local_stack.declared import PROJECT_DIRECTORY, configuration, declare  # noqa: PLC0415

    if not (PROJECT_DIRECTORY / f"Pulumi.{stack}.yaml").is_file():
        known = sorted(path.name.split(".")[1] for path in PROJECT_DIRECTORY.glob("Pulumi.*.yaml"))
        raise LocalStackError(f"there is no Pulumi.{stack}.yaml; expected --stack to be one of {', '.join(known)}")
    chosen = bundle or PROJECT_DIRECTORY / configuration(stack)["inference:bundle"]
    served = Path(resolve_bundle(str(chosen)))
    try:
        declared = declare(stack, bundle=served)
    except pulumi.RunError as error:
        raise LocalStackError(f"the settings of the stack {stack} are wrong:\n{error}") from error
    function = declared.one("lambda/function:Function").inputs
    return StackArgs(
        function=FunctionArgs(
            name=function["name"],
            handler=HANDLER,
            memory_mb=function["memorySize"],
            timeout_s=function["timeout"],
            environment={
                **function["environment"]["variables"],
                environment.MODEL_BUNDLE: str(served.resolve()),
                "PYTHONPATH": str(PROJECT_DIRECTORY),
            },
            root=PROJECT_DIRECTORY,
        ),
        contract=load_contract(str(served)),
        stage=declared.one("apigateway/stage:Stage").inputs["stageName"],
        port=port,
        log_file=state / stack / "function.jsonl",
    )


if __name__ == "__main__":
    sys.exit(main())
