"""The command ``python -m local_stack``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference_lib import environment
from inference_lib.contract.reading import load_contract, resolve_bundle
from inference_lib.errors import BundleError
from local_stack.backtest.command import add_backtest, run_backtest
from local_stack.batch.command import CONCURRENCY, add_batch, interruptible, run_batch
from local_stack.declared.settings_option import add_settings_option
from local_stack.drill.command import add_drill, run_drill
from local_stack.errors import ExpressionError, LocalStackError
from local_stack.traffic.command import add_replay, run_replay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_stack.declared.evaluation import Declared
    from local_stack.function.arguments import FunctionArgs
    from local_stack.stack import StackArgs

FUNCTION = "lambda/function:Function"
HANDLER = "inference_lib.handler.handler"
_USAGE_ERROR = 2
_STATE = Path(".local_stack")

_DESCRIPTION = """\
Run the stack on this machine: the REST API, the function in real awslambdaric processes, the metrics,
the alarms and their notifications, as the Pulumi program declares them for Pulumi.STACK.yaml. It needs
neither an AWS account nor Docker."""

_EXAMPLES = """\
examples:
  python -m local_stack                                  serve bundles/sleep_advice on port 8080
  python -m local_stack --bundle bundles/breast_cancer   another model, its latest version
  python -m local_stack --stack prod --port 9000         use the settings of prod
  python -m local_stack --set capture=true --set captureSampleRate=1   log the sampled requests
  python -m local_stack --clock-speed 60                 an hour of metrics and alarms in a minute
  python -m local_stack --set modelMonitor=true          override a setting: detect drift
  python -m local_stack replay synthetic                 generate traffic for the dashboard
  python -m local_stack batch people.csv                 score the lines of a file
  python -m local_stack backtest --from export.jsonl     when would the alarms have fired?
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command and its subcommands."""
    made = argparse.ArgumentParser(
        prog="python -m local_stack",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_what_is_served(made)
    _add_how_it_runs(made)
    add_settings_option(made, "modelMonitor=true")
    made.add_argument("--quiet", action="store_true", help="do not print a line for each request")
    commands = made.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for add in (add_replay, add_batch, add_backtest, add_drill):
        add(commands)
    return made


def _add_what_is_served(made: argparse.ArgumentParser) -> None:
    made.add_argument("--stack", default="dev", help="environment whose settings are used (default: dev)")
    made.add_argument(
        "--bundle", type=Path, metavar="DIR", help="NAME/VERSION, or NAME for its latest (default: the stack's setting)"
    )
    made.add_argument("--port", type=_port, default=8080, help="port of the API; 0 chooses a free one (default: 8080)")
    made.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="folder of logs, metrics and alarms, kept between runs (default: .local_stack/STACK, or "
        ".local_stack/STACK-PORT while another stack is running)",
    )


def _add_how_it_runs(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--clock-speed",
        type=_positive,
        default=1.0,
        metavar="X",
        help="speed of the clock for metrics, alarms and throttles (default: 1)",
    )
    made.add_argument(
        "--environments",
        type=_count,
        default=0,
        metavar="N",
        help="maximum number of concurrent execution environments; other requests wait (default: two per core)",
    )
    made.add_argument(
        "--keep-alive",
        type=_positive,
        default=300.0,
        metavar="SECONDS",
        help="time after which an idle execution environment ends (default: 300)",
    )
    made.add_argument("--no-throttle", action="store_true", help="ignore the declared throttles and quotas")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004 - the highest TCP port
        raise argparse.ArgumentTypeError("expected a number from 0 to 65535")
    return int(text)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("expected a number above 0")
    return number


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("expected a whole number above 0")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0 after Ctrl-C, 1 when the stack cannot run, 2 for wrong usage or settings."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "replay":
            return run_replay(options)
        if options.command == "batch":
            return interruptible(lambda: _batch(options), options.files)
        if options.command == "drill":
            return run_drill(options, lambda settings: _drilled(options, settings))
        served, declared = _declared(options.stack, options.bundle, dict(options.settings))
        if options.command == "backtest":
            log = options.log or _STATE / options.stack / "function.jsonl"
            return run_backtest(log, declared)
        stack = _stack_args(options, served, declared)
    except (BundleError, LocalStackError) as error:
        print(f"error: {error}", file=sys.stderr)
        return _USAGE_ERROR
    return _serve(stack, is_quiet=options.quiet)


def _batch(options: argparse.Namespace) -> int:
    settings = {**_configuration(options.stack), **dict(options.settings)}
    concurrency = {} if settings["inference:batchConcurrency"] != "0" else CONCURRENCY
    served, declared = _declared(options.stack, options.bundle, {**dict(options.settings), **concurrency})
    function = _function_args(declared, "function-function", served)
    log = _STATE / options.stack / "batch.jsonl"
    return run_batch(options.files, options.keep, declared, function, log)


def _drilled(options: argparse.Namespace, settings: Mapping[str, str]) -> StackArgs:
    served, declared = _declared(options.stack, options.bundle, {**settings, **dict(options.settings)})
    return _stack_args(options, served, declared)


def _serve(stack: StackArgs, *, is_quiet: bool) -> int:
    from local_stack.stack import run_stack  # noqa: PLC0415 - imports the server, which --help does not need

    try:
        asyncio.run(run_stack(stack, _print_line, is_quiet=is_quiet))
    except (LocalStackError, ExpressionError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _print_line(line: str) -> None:
    # A reader such as head may close the pipe; the stack keeps running.
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)


def _configuration(stack: str) -> dict[str, str]:
    from infra.settings.files import StackFileError, configuration  # noqa: PLC0415 - imports Pulumi

    try:
        return configuration(stack)
    except StackFileError as error:
        raise LocalStackError(str(error)) from error


def _declared(stack: str, bundle: Path | None, config: Mapping[str, str]) -> tuple[Path, Declared]:
    # Evaluating the program imports Pulumi, which takes half a second that --help does not need.
    import pulumi  # noqa: PLC0415

    from local_stack.declared.evaluation import PROJECT_DIRECTORY, declare  # noqa: PLC0415
    from local_stack.monitoring.alarms.notifier import STAND_IN  # noqa: PLC0415

    if not (PROJECT_DIRECTORY / f"Pulumi.{stack}.yaml").is_file():
        known = sorted(path.name.split(".")[1] for path in PROJECT_DIRECTORY.glob("Pulumi.*.yaml"))
        raise LocalStackError(f"there is no Pulumi.{stack}.yaml; expected --stack to be one of {', '.join(known)}")
    chosen = bundle or PROJECT_DIRECTORY / _configuration(stack)["inference:bundle"]
    served = Path(resolve_bundle(str(chosen)))
    try:
        return served, declare(stack, {**STAND_IN, **config}, bundle=served)
    except pulumi.RunError as error:
        raise LocalStackError(f"the settings of the stack {stack} are invalid:\n{error}") from error


def _stack_args(options: argparse.Namespace, served: Path, declared: Declared) -> StackArgs:
    from local_stack.stack import StackArgs  # noqa: PLC0415 - imports the server, which --help does not need

    return StackArgs(
        declared=declared,
        function=_function_args(declared, "function-function", served, _shadow(options)),
        monitor=_function_args(declared, "monitor-function", served) if _has_monitor(declared) else None,
        contract=load_contract(str(served)),
        port=options.port,
        state=(options.state or _STATE) / options.stack,
        second_state=None if options.state else _STATE / f"{options.stack}-{options.port}",
        clock_speed=options.clock_speed,
        environments=options.environments,
        keep_alive_s=options.keep_alive,
        is_throttled=not options.no_throttle,
    )


def _shadow(options: argparse.Namespace) -> Path | None:
    from local_stack.declared.evaluation import configuration, shadow_bundle  # noqa: PLC0415 - imports Pulumi

    return shadow_bundle({**configuration(options.stack), **dict(options.settings)})


def _has_monitor(declared: Declared) -> bool:
    return bool(declared.all(FUNCTION, "monitor-function"))


def _function_args(declared: Declared, name: str, served: Path, shadow: Path | None = None) -> FunctionArgs:
    from local_stack.declared.evaluation import PROJECT_DIRECTORY  # noqa: PLC0415 - imports Pulumi
    from local_stack.function.arguments import FunctionArgs  # noqa: PLC0415 - imports the server

    function: Mapping[str, Any] = declared.one(FUNCTION, name).inputs
    command = function.get("imageConfig", {}).get("commands", [HANDLER])
    reserved = function.get("reservedConcurrentExecutions")
    return FunctionArgs(
        name=function["name"],
        handler=command[0],
        memory_mb=function["memorySize"],
        timeout_s=function["timeout"],
        environment={
            **function["environment"]["variables"],
            environment.MODEL_BUNDLE: str(served.resolve()),
            **({environment.SHADOW_BUNDLE: str(shadow.resolve())} if shadow else {}),
            "PYTHONPATH": str(PROJECT_DIRECTORY),
        },
        root=PROJECT_DIRECTORY,
        reserved_concurrency=None if reserved in {None, -1} else int(reserved),
    )


if __name__ == "__main__":
    sys.exit(main())
