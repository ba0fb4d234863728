"""A kill while a bundle is written: before every step that touches the disk."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from inference_lib.bundle.loading import verify_files
from inference_lib.contract.digests import content_version
from inference_lib.contract.document import Contract, Feature, InputTensor, OutputTensor
from inference_lib.contract.reading import resolve_bundle
from inference_lib.errors import BundleError
from model_export.bundle.versions import list_bundles
from model_export.bundle.write import write_bundle

if TYPE_CHECKING:
    from collections.abc import Callable

_ROOT = Path(__file__).parents[3]
_KILLING = """
import os, shutil, signal, sys
from pathlib import Path
from tests.model_export.bundle.test_killed import BEFORE, write

root, before, graph = Path(sys.argv[1]), BEFORE[sys.argv[2]], sys.argv[3]

def killed(out, last):
    seen = 0

    def count(event, arguments):
        nonlocal seen
        if event.split(".")[0] in {"open", "os", "shutil"} and str(out) in str(arguments):
            seen += 1
            if seen == last:
                os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if not child:
        sys.addaudithook(count)
        write(out, graph)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])

last = 1
while True:
    out = root / str(last)
    out.mkdir()
    before(out)
    if not killed(out, last):
        shutil.rmtree(out)
        break
    last += 1
"""


def write(out: Path, graph: str) -> str:
    """Write a bundle of two files, and return its version."""
    files = {"model.onnx": graph.encode() * 1000, "golden.json": b"{}"}
    contract = Contract(
        name="small",
        version="",
        description="",
        task="regression",
        features=(Feature(name="a", type="number", nullable=False),),
        inputs=(InputTensor(name="numbers", element_type="double", features=("a",)),),
        outputs={"value": OutputTensor(name="value", element_type="double")},
    )
    contract.version = content_version(contract, hashlib.sha256(files["model.onnx"]).hexdigest())
    write_bundle(contract, files, out)
    return contract.version


def _damage(out: Path) -> None:
    (out / "small" / write(out, "first") / "model.onnx").write_bytes(b"half of i")


BEFORE: Final[dict[str, Callable[[Path], object]]] = {
    "nothing": lambda _: None,
    "another version": lambda out: write(out, "other"),
    "the version, damaged": _damage,
}


@pytest.mark.parametrize("before", BEFORE)
def test_a_kill_at_any_step_leaves_whole_bundles_alone(before: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _KILLING, tmp_path, before, "first"], cwd=_ROOT, check=True)
    steps = sorted(tmp_path.iterdir())
    assert len(steps) > 8, "the steps of the write were not seen"
    for out in steps:
        listed, faults = list_bundles(out)
        assert faults == []
        for each in listed:
            assert not each.path.name.startswith("."), f"step {out.name}"
            assert _is_whole(each.path) or before == "the version, damaged", f"step {out.name}: {each.path.name}"
        _served(out, [each.path.name for each in listed])
        version = write(out, "first")
        assert _is_whole(out / "small" / version)
        assert resolve_bundle(str(out / "small")) == str(out / "small" / version)


def _is_whole(path: Path) -> bool:
    try:
        verify_files(str(path))
    except BundleError:
        return False
    return True


def _served(out: Path, names: list[str]) -> None:
    """Where a bundle is found by its model's name, it is one of those that are listed."""
    try:
        found = resolve_bundle(str(out / "small"))
    except BundleError:
        return
    assert Path(found).name in names
