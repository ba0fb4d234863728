"""A bundle proven again, wherever it is: hashes, format version and every golden answer.

It imports ``inference_lib`` and the standard library only, because the image build runs it where only the
function's dependencies are installed.
"""

from __future__ import annotations

import os
import sys

from inference_lib.bundle.loading import load_bundle, verify_files
from inference_lib.contract.reading import resolve_bundle
from inference_lib.errors import InferenceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PROVEN = 0
REFUTED = 1
WRONG_USAGE = 2
_SHOWN = 5
USAGE = "usage: python -m model_export verify BUNDLE"


class Verdict:
    """What became of a verification.

    Parameters
    ----------
    bundle : str
        The directory of the version.
    name, version : str
        Of the model.
    files, cases : int
        How many files were hashed and golden cases answered.
    differences : sequence of str
        Golden cases that are answered otherwise; empty when all is well.
    """

    __slots__ = ("bundle", "cases", "differences", "files", "name", "version")

    def __init__(  # noqa: PLR0913 - one keyword for each thing that is told
        self, *, bundle: str, name: str, version: str, files: int, cases: int, differences: Sequence[str]
    ) -> None:
        self.bundle = bundle
        self.name = name
        self.version = version
        self.files = files
        self.cases = cases
        self.differences = differences

    def text(self) -> str:
        """Return the verdict as one line, and the first differences below it."""
        if not self.differences:
            return (
                f"{self.name} {self.version}: proven; {self.files} files are intact and all {self.cases} golden "
                "answers are those of the original model."
            )
        shown = "".join(f"\n  {difference}" for difference in self.differences[:_SHOWN])
        return (
            f"{self.name} {self.version}: REFUTED; {len(self.differences)} of {self.cases} golden answers differ from "
            f"the original model's. Check the version of onnxruntime, then export the model again. First:{shown}"
        )


def verify_bundle(path: str) -> Verdict:
    """Prove a bundle in the environment that this runs in.

    Parameters
    ----------
    path : str
        The directory of a bundle version, or of a model with a ``latest`` file.

    Raises
    ------
    BundleError
        The bundle is missing, damaged or of another format.
    RuntimeLibraryError
        ONNX Runtime is missing, known to predict wrongly, or refuses the model.
    """
    place = resolve_bundle(path)
    contract = verify_files(place)
    bundle = load_bundle(place, max_instances=1)
    cases = bundle.golden.cases
    found = ((case.note, bundle.disagreement(case)) for case in cases)
    return Verdict(
        bundle=place,
        name=contract.name,
        version=contract.version,
        files=len(contract.files),
        cases=len(cases),
        differences=[f"{note}: {difference}" for note, difference in found if difference],
    )


def main(arguments: Sequence[str]) -> int:
    """Verify the bundle that the arguments name, and print one line.

    Returns
    -------
    int
        0 when it is proven, 1 when it is refuted, 2 for wrong usage.
    """
    if list(arguments) in (["-h"], ["--help"]):
        sys.stdout.write(f"{USAGE}\n\n{__doc__}\nExit codes: 0 proven, 1 refuted, 2 wrong usage.\n")
        return PROVEN
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write(f"{USAGE}\nerror: expected one bundle directory.\n")
        return WRONG_USAGE
    if not os.path.isdir(arguments[0]):
        sys.stderr.write(f"error: {arguments[0]}: no such directory. Name a bundle: bundles/NAME or its VERSION.\n")
        return WRONG_USAGE
    try:
        verdict = verify_bundle(arguments[0])
    except InferenceError as error:
        sys.stderr.write(f"error: {error}\n")
        return REFUTED
    stream = sys.stderr if verdict.differences else sys.stdout
    stream.write(f"{verdict.text()}\n")
    return REFUTED if verdict.differences else PROVEN
