"""``python -m model_export profile --from CAPTURE``: a new reference profile from captured requests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from inference_lib.contract.reading import load_contract, resolve_bundle
from inference_lib.errors import BundleError
from model_export.bundle.versions import bundle_folders
from model_export.capture.files import Reading, capture_files, captured_lines
from model_export.capture.profile import captured_profile, read_profile, write_profile, write_with_profile
from model_export.capture.rows import gather
from model_export.commands.arguments import DONE, WRONG_INPUT, Parser, print_error
from model_export.commands.profile_summary import print_captured, print_next
from model_export.errors import ExportError, InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from inference_lib.contract.document import Contract
    from model_export.capture.rows import Captured

EPILOG = """\
A reference profile says what inputs and predictions looked like: shares of bins and categories, of missing values
and of classes. The one of a bundle was made from the data of its export. When the traffic is another, and that is as
it should be, a profile of captured requests (inference:capture, docs/capture.md) is the better reference: what is
compared with the profile, such as the shares of the classes and drift, is compared with the traffic then.

CAPTURE is a folder of the files that Data Firehose wrote, or a log of the local stack:
  aws s3 sync "$(pulumi stack output capture --stack prod)" capture
  .local_stack/dev/function.jsonl

examples:
  python -m model_export profile --from capture
      says what the capture holds, and writes nothing
  python -m model_export profile --from capture --out profile.json
      writes the profile into a file, to look at or to compare
  python -m model_export profile --from capture --write
      writes the same model with the new profile as a new version beside the bundle, whole or not at all, and names
      it in bundles/NAME/latest; pulumi up deploys it

Lines that cannot be read, rows of another version, rows that break the contract and features that were dropped or
hashed are counted and told. A feature without a single value keeps the profile that the bundle has of it.

exit codes: 0 done, 2 wrong usage or input
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    made = Parser("profile", "Make a new reference profile from captured requests.", EPILOG)
    made.add_argument(
        "--from", dest="capture", metavar="CAPTURE", type=Path, required=True, help="folder or file of captured lines"
    )
    made.add_argument(
        "--bundle",
        metavar="DIR",
        help="the model that answered: NAME/VERSION, or NAME for the latest (default: the one below bundles/ whose "
        "version the capture names first)",
    )
    made.add_argument("--out", metavar="FILE", type=Path, help="write the profile here")
    made.add_argument(
        "--write", action="store_true", help="write the same model with the new profile as a new version of it"
    )
    return made


def main(arguments: Sequence[str]) -> int:
    """Make a profile.

    Parameters
    ----------
    arguments : sequence of str
        As ``profile --help`` tells.

    Returns
    -------
    int
        0 done, 2 wrong usage or input.
    """
    options = parser().parse_args(arguments)
    console = Console()
    try:
        files = capture_files(options.capture)
        bundle = resolve_bundle(options.bundle) if options.bundle else _bundle_of(files, options.capture)
        contract, before = load_contract(bundle), read_profile(bundle)
        reading = Reading()
        captured = _gathered(files, reading, contract)
        print_captured(console, contract, reading, captured)
        profile = captured_profile(contract, captured, before)
        if options.out:
            write_profile(profile, options.out)
        written = write_with_profile(bundle, profile) if options.write else None
    except BundleError as error:
        print_error(ExportError(str(error)), Console(stderr=True))
        return WRONG_INPUT
    except ExportError as error:
        print_error(error, Console(stderr=True))
        return WRONG_INPUT
    print_next(console, options.capture, bundle, written, options.out)
    return DONE


def _gathered(files: list[Path], reading: Reading, contract: Contract) -> Captured:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading the capture", total=sum(path.stat().st_size for path in files))
        return gather(captured_lines(files, reading, lambda size: progress.advance(task, size)), contract)


def _bundle_of(files: list[Path], capture: Path, out: Path = Path("bundles")) -> str:
    """Return the bundle of the first version that the capture names.

    Raises
    ------
    InputError
        No line names a version, or there is no such bundle.
    """
    lines = captured_lines(files, Reading(), lambda _size: None)
    version = next((line["model_version"] for line in lines if "payload" in line and "model_version" in line), None)
    if version is None:
        raise InputError(
            f"{capture}: no line has a payload. Capture some: pulumi config set inference:capture true, or on this "
            "machine: python -m local_stack --set capture=true --set captureSampleRate=1"
        )
    for path in bundle_folders(out):
        if path.name == version:
            return str(path)
    raise InputError(
        f"{capture}: its first rows are of the version {str(version)[:40]!r}, which is not below {out}/. "
        "Name the bundle: --bundle DIR"
    )
