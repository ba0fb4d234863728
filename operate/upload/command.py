"""The command ``python -m operate.upload``, behind ``make upload``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from inference_lib.contract.reading import load_contract, resolve_bundle
from inference_lib.errors import BundleError
from operate.arguments import WRONG_USAGE, Parser
from operate.upload.models import CredentialsError, SharedModels, UploadError, invoke_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from operate.upload.models import Invoke

DONE, FAILED = 0, 1

_MEGABYTE = 1_000_000
_DESCRIPTION = """\
Copy a bundle to the shared storage of a stack, so that a new model needs no new image. The upload goes in parts through
a function of the stack, needs no access to the VPC, and resumes after an interruption. The bundle is verified there,
including its golden requests, before it becomes visible. Other versions are kept."""

_EXAMPLES = """\
examples:
  python -m operate.upload                                 the stack's inference:bundle to dev
  python -m operate.upload bundles/sleep_advice            the latest exported version
  python -m operate.upload --stack prod --list             list the stored bundles
  python -m operate.upload --remove sleep_advice/0123abcd  free space; keep versions that an alias may roll back to

exit codes: 0, 1 the action failed, 2 wrong usage, no bundle or no credentials
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = Parser("python -m operate.upload", _DESCRIPTION, _EXAMPLES)
    made.add_argument("bundle", nargs="?", metavar="BUNDLE", help="NAME or NAME/VERSION (default: the stack's)")
    made.add_argument("--stack", default="dev", help="stack of the shared storage (default: dev)")
    what = made.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="list the stored bundles")
    what.add_argument("--remove", metavar="NAME/VERSION", help="remove a bundle")
    return made


def main(arguments: Sequence[str] | None = None, connect: Callable[[str, str], Invoke] = invoke_of) -> int:
    """Run the command; returns 0, 1 if the action failed, 2 for wrong usage and without credentials."""
    options = parser().parse_args(arguments)
    console = Console()
    # Reading the settings imports Pulumi, half a second that --help need not wait for.
    from infra.naming import PROJECT  # noqa: PLC0415
    from infra.prices.table import DEFAULT_REGION  # noqa: PLC0415
    from infra.settings.files import PROJECT_DIRECTORY, StackFileError, configuration, require_stack  # noqa: PLC0415

    directory = Path()
    try:
        require_stack(options.stack)
        settings = configuration(options.stack)
        if not (options.list or options.remove):
            directory = _directory(options.bundle or str(PROJECT_DIRECTORY / settings["inference:bundle"]))
    except (BundleError, StackFileError) as error:
        return _err(str(error), WRONG_USAGE)
    try:
        region = settings.get("aws:region", DEFAULT_REGION)
        models = SharedModels(connect(f"{PROJECT}-{options.stack}-upload", region))
        if options.list:
            console.print(_table(models.bundles(), options.stack))
        elif options.remove:
            models.remove(options.remove)
            console.print(f"Removed {options.remove}.", highlight=False)
        else:
            _upload(models, directory, options.stack, console)
    except UploadError as error:
        # The same code as other commands without credentials: nothing was attempted.
        return _err(str(error), WRONG_USAGE if isinstance(error, CredentialsError) else FAILED)
    return DONE


def _err(message: str, code: int) -> int:
    Console(stderr=True).print(f"error: {message}", highlight=False, markup=False, soft_wrap=True)
    return code


def _directory(named: str) -> Path:
    """Return the directory of a bundle version with a readable contract."""
    directory = Path(resolve_bundle(named)).resolve()
    load_contract(str(directory))
    return directory


def _upload(models: SharedModels, directory: Path, stack: str, console: Console) -> None:
    bundle = f"{directory.parent.name}/{directory.name}"
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(bundle, total=None)
        is_new = models.upload(directory, lambda done, total: bar.update(task, completed=done, total=total))
    state = "is on shared storage and verified" if is_new else "was already on shared storage"
    console.print(f"[green]{bundle} {state}.[/]", highlight=False, soft_wrap=True)
    console.print(
        f"Serve it: pulumi config set --stack {stack} inference:modelSource efs && pulumi config set --stack {stack} "
        f"inference:bundle bundles/{bundle} && make up STACK={stack}",
        highlight=False,
        soft_wrap=True,
    )


def _table(bundles: dict[str, int], stack: str) -> Table:
    table = Table(title=f"Bundles on the shared storage of {stack}", title_justify="left", title_style="bold")
    table.add_column("bundle")
    table.add_column("MB", justify="right")
    for bundle, size in bundles.items():
        table.add_row(bundle, f"{size / _MEGABYTE:,.1f}")
    return table
