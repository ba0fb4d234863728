from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.bundle_files import bundle_folder, counts_of, profile_of, report_of

if TYPE_CHECKING:
    from pathlib import Path


def test_profile_and_report_of_a_bundle_are_found_by_name_and_version(
    bundle_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFERENCE_BUNDLES", str(bundle_path.parents[1]))
    folder = bundle_folder("small", bundle_path.name)
    assert folder == bundle_path
    profile = profile_of(folder)
    assert profile is not None
    assert set(profile["features"]) == {"age", "cups of coffee", "chronotype"}
    assert report_of(folder) == bundle_path / "report.html"


@pytest.mark.parametrize(
    ("name", "version"),
    [("..", "small"), ("small", ".."), ("small", "../other"), ("/", "etc"), ("", ""), ("small", "v9")],
)
def test_no_name_leads_out_of_the_folder_of_the_bundles(
    name: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bundles" / "small").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("INFERENCE_BUNDLES", str(tmp_path / "bundles"))
    assert bundle_folder(name, version) is None


def test_a_damaged_profile_is_none(tmp_path: Path) -> None:
    (tmp_path / "profile.json").write_text("[", encoding="utf-8")
    assert profile_of(tmp_path) is None
    assert report_of(tmp_path) is None


def test_categories_are_as_they_are() -> None:
    assert counts_of({"categories": {"early": 3, "late": 5}}, None, None) == (["early", "late"], [3.0, 5.0])


def test_bins_of_equal_width_show_the_shape() -> None:
    labels, counts = counts_of({"edges": [1.0, 2.0], "counts": [10, 10, 10]}, 0, 20)
    assert counts[:3] == [10.0, 10.0, pytest.approx(10 / 18)]
    assert labels[0] == "0 to 1"


def test_values_that_are_all_the_same_are_one_bin() -> None:
    assert counts_of({"edges": [4.0], "counts": [7]}, 4, 4) == (["4"], [7.0])


@given(st.lists(st.integers(-50, 50), min_size=3, max_size=12, unique=True), st.data())
def test_no_row_is_lost(points: list[int], data: st.DataObject) -> None:
    low, *edges, high = sorted(points)
    counts = data.draw(st.lists(st.integers(0, 99), min_size=len(edges) + 1, max_size=len(edges) + 1))
    assert sum(counts_of({"edges": edges, "counts": counts}, low, high)[1]) == pytest.approx(sum(counts))
    # The lowest values may all be the same: the first edge is the lowest value.
    assert sum(counts_of({"edges": [low, *edges], "counts": [3, *counts]}, low, high)[1]) == pytest.approx(
        3 + sum(counts)
    )


def test_a_folder_that_cannot_be_looked_at_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERENCE_BUNDLES", str(tmp_path))

    assert bundle_folder("n" * 300, "0123456789ab") is None
