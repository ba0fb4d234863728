"""Bundles on disk."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

import model_export.bundle.write
from inference_lib.contract.digests import VERSION_DIGITS, content_version
from inference_lib.contract.document import Contract, Feature, InputTensor, OutputTensor
from inference_lib.contract.reading import load_contract, resolve_bundle
from model_export import InputError, export
from model_export.bundle.write import write_bundle

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from sklearn.pipeline import Pipeline

    from model_export import Exported

FILES = {"model.onnx": b"graph", "golden.json": b"{}", "profile.json": b"{}", "report.html": b"page"}
REPRODUCIBLE = ("model.onnx", "contract.json", "golden.json", "profile.json")


def _contract(description: str = "") -> Contract:
    contract = Contract(
        name="small",
        version="",
        description=description,
        task="regression",
        features=(Feature(name="a", type="number", nullable=False),),
        inputs=(InputTensor(name="numbers", element_type="double", features=("a",)),),
        outputs={"value": OutputTensor(name="value", element_type="double")},
    )
    contract.version = content_version(contract, hashlib.sha256(FILES["model.onnx"]).hexdigest())
    return contract


def test_two_exports_give_the_same_bytes_and_version(pipeline: Pipeline, table: pd.DataFrame, tmp_path: Path) -> None:
    first, second = (export(pipeline, table, name="same", target="won", out=tmp_path / each) for each in ("1", "2"))
    assert first.contract.version == second.contract.version
    for name in REPRODUCIBLE:
        assert (first.path / name).read_bytes() == (second.path / name).read_bytes(), name


def test_the_version_is_twelve_hexadecimal_digits_and_names_the_directory(sleep: Exported) -> None:
    assert len(sleep.contract.version) == VERSION_DIGITS
    assert int(sleep.contract.version, 16) >= 0
    assert sleep.path.name == sleep.contract.version
    assert load_contract(str(sleep.path)).version == sleep.contract.version


def test_the_version_follows_the_graph_and_what_callers_see_and_nothing_else() -> None:
    same = content_version(_contract(), "graph")
    assert content_version(_contract(), "other graph") != same
    semantic: dict[str, object] = {
        "name": "other",
        "description": "Other.",
        "classes": ("a",),
        "task": "binary",
        "features": (Feature(name="a", type="number", nullable=True),),
        "format_version": 3,
    }
    circumstances: dict[str, object] = {
        "metrics": {"r2": 1.0},
        "libraries": {"python": "4"},
        "git_commit": "1" * 40,
        "version": "x",
        "files": {"report.html": "0"},
    }
    for member, value in (semantic | circumstances).items():
        changed = _contract()
        setattr(changed, member, value)
        assert (content_version(changed, "graph") == same) == (member in circumstances), member


def test_latest_names_the_version_that_was_written_last(tmp_path: Path) -> None:
    for description in ("first", "second", "first"):
        contract = _contract(description)
        write_bundle(contract, FILES, tmp_path)
        assert (tmp_path / "small/latest").read_text(encoding="utf-8") == f"{contract.version}\n"
        assert resolve_bundle(str(tmp_path / "small")).endswith(contract.version)


def test_every_file_but_the_page_for_people_has_its_hash(sleep: Exported) -> None:
    contract = json.loads((sleep.path / "contract.json").read_bytes())
    there = sorted(path.name for path in sleep.path.iterdir())
    assert there == sorted(["contract.json", "report.html", *contract["files"]])
    assert sorted(path.name for path in sleep.path.parent.iterdir()) == sorted([sleep.path.name, "latest"])


def test_a_version_that_is_there_is_kept(tmp_path: Path) -> None:
    path, written = write_bundle(_contract(), FILES, tmp_path)
    before = (path / "model.onnx").stat().st_mtime_ns
    again, rewritten = write_bundle(_contract(), FILES, tmp_path)
    assert (written, rewritten) == (True, False)
    assert again == path
    assert (path / "model.onnx").stat().st_mtime_ns == before


def test_a_damaged_version_is_replaced(tmp_path: Path) -> None:
    path, _ = write_bundle(_contract(), FILES, tmp_path)
    (path / "model.onnx").write_bytes(b"damaged")
    _, written = write_bundle(_contract(), FILES, tmp_path)
    assert written
    assert (path / "model.onnx").read_bytes() == b"graph"
    assert sorted(each.name for each in path.parent.iterdir()) == sorted([_contract().version, "latest"])


def test_a_disk_that_fills_up_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(contract: Contract) -> bytes:
        raise OSError(28, f"No space left on device for {contract.name}")

    monkeypatch.setattr(model_export.bundle.write, "contract_document", full)
    with pytest.raises(InputError) as caught:
        write_bundle(_contract(), FILES, tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/small/{_contract().version}: cannot be written (No space left on device for small)."
    )
    assert not (tmp_path / "small").exists()


def test_a_directory_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_bundle(_contract(), FILES, tmp_path / "out")
    assert str(caught.value) == f"{tmp_path}/out/small/{_contract().version}: cannot be written (Not a directory)."
