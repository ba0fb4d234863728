"""The proof finds differences, and says what it found."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import numpy_helper
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import RadiusNeighborsClassifier, RadiusNeighborsRegressor

import model_export.api
from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.columns import Quality
from inference_lib.errors import PredictionError
from model_export import InputError, ProofFailed, UnsupportedModel, export
from model_export.conversion.convert import Graph, candidates
from model_export.progress import Silent
from model_export.proof.edges import HELD_OUT, Row
from model_export.proof.hunt import requests
from model_export.proof.hunt.jumps import JUMP
from model_export.proof.parity import ALONE, answer_original, prove, silences, tolerances
from model_export.proof.report import ParityReport
from model_export.source.model.original import Original, Silence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sklearn.pipeline import Pipeline

    from model_export import Exported
    from model_export.source.instances import Instance
    from model_export.source.model.original import Answered
    from model_export.source.subject import Subject


def tampered(subject: Subject) -> Iterator[Graph]:
    """Give the right graphs with one weight moved by a hundredth."""
    for graph in candidates(subject):
        model = onnx.load_from_string(graph.content)
        weights = [node.input[1] for node in model.graph.node if node.op_type == "MatMul"]
        if not weights:
            continue
        for tensor in model.graph.initializer:
            if tensor.name in weights:
                moved = numpy_helper.to_array(tensor).copy()
                moved.flat[0] *= 1.01
                tensor.CopyFrom(numpy_helper.from_array(moved, tensor.name))
        yield replace(graph, content=model.SerializeToString(deterministic=True))


def test_a_wrong_graph_is_refused_and_nothing_is_left(
    pipeline: Pipeline, features: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_export.api, "candidates", tampered)
    with pytest.raises(ProofFailed) as caught:
        export(pipeline, features, name="tampered", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    report = caught.value.report
    assert report.failures > 0
    note, difference, instance = report.worst[0]
    assert note == "held-out row"
    assert difference.startswith("probability of no: expected ")
    assert set(instance) == {"résumé score", "visits", "colour", "city"}
    assert str(caught.value).startswith(
        f"The converted model differs from the original in {report.failures} of {report.rows} answers, by up to "
    )
    assert str(caught.value).endswith("Nothing was written.")


def test_the_first_difference_is_told_in_its_smallest_form(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(-20.0, 20.0), "b": np.arange(40.0) % 7})
    bundle = load_bundle(
        str(export(LinearRegression().fit(table, table.sum(axis=1)), table, name="sum", out=tmp_path).path), 10
    )
    contract = bundle.contract
    graph = Graph((Path(bundle.path) / "model.onnx").read_bytes(), contract.inputs, contract.outputs, ())
    doubled = Original(LinearRegression().fit(table, 2 * table["a"] + table["b"]), contract.features, table)
    rows = [
        Row(HELD_OUT, note, {"a": a, "b": b})
        for note, a, b in (("equal", 0.0, 0.0), ("first", 3.0, 1.0), ("second", 5.0, 2.0))
    ]

    with pytest.raises(ProofFailed) as caught:
        prove(contract, graph, rows, doubled.answers([row.instance for row in rows]), doubled)

    report = caught.value.report
    smallest, second = report.worst[0], report.worst[1]
    assert (smallest.note, smallest.instance) == ("first", {"a": 3.0, "b": 0.0})
    assert re.findall(r"(?:expected|got) (\d)", smallest.said) == ["6", "3"]
    assert (second.note, second.instance) == ("second", rows[2].instance)
    assert report.needed == ("a",)


@pytest.mark.parametrize("other", [1, ALONE, ALONE + 1])
def test_rows_that_the_original_answers_otherwise_among_others_are_asked_for_alone(other: int, tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(-20.0, 20.0), "b": np.arange(40.0) % 7})
    model = LinearRegression().fit(table, table.sum(axis=1))
    exported = export(model, table, name="sum", out=tmp_path)
    contract = exported.contract
    graph = Graph((exported.path / "model.onnx").read_bytes(), contract.inputs, contract.outputs, ())
    original = Original(model, contract.features, table)
    rows = [Row(HELD_OUT if at % 2 else "drawn", "row", {"a": float(at), "b": 1.0}) for at in range(ALONE + 9)]
    answers = original.answers([row.instance for row in rows])
    answers[5 : 5 + other] = [{"value": 1e3}] * other

    if other > ALONE:
        with pytest.raises(ProofFailed, match=r"differs from the original in 1 of"):
            prove(contract, graph, rows, answers, original)
    else:
        report = prove(contract, graph, rows, answers, original)
        assert report.uncertain == [row.instance for row in rows[5 : 5 + other]]


def test_beside_a_jump_the_original_is_asked_one_double_away_in_all_numbers(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(-20.0, 20.0), "b": np.arange(40.0) % 7})
    exported = export(LinearRegression().fit(table, table["a"]), table, name="line", out=tmp_path)
    graph = Graph((exported.path / "model.onnx").read_bytes(), exported.contract.inputs, exported.contract.outputs, ())
    here: Instance = {"a": 3.0, "b": 2.0}
    up: Instance = {"a": math.nextafter(3.0, math.inf), "b": math.nextafter(2.0, math.inf)}

    class Fuzzy(Original):
        def answers(self, instances: Sequence[Instance]) -> list[Answered]:
            return [{"value": 3.0 if dict(each) == up else 9.0} for each in instances]

    original = Fuzzy(LinearRegression().fit(table, table["a"]), exported.contract.features, table)
    rows = [Row(JUMP, JUMP, here, {"a": 3.0, "b": 1.0})]
    with pytest.raises(ProofFailed):
        prove(exported.contract, graph, rows, [{"value": 9.0}], original=None)
    assert prove(exported.contract, graph, rows, [{"value": 9.0}], original).uncertain == [here]


@pytest.mark.parametrize("group", [HELD_OUT, "drawn request"])
def test_a_row_of_the_data_is_asked_for_alone_in_the_types_of_the_data(group: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(-20.0, 20.0), "b": np.arange(40.0) % 7})
    model = LinearRegression().fit(table, table["a"])
    exported = export(model, table, name="line", out=tmp_path)
    graph = Graph((exported.path / "model.onnx").read_bytes(), exported.contract.inputs, exported.contract.outputs, ())

    class OfTwoTypes(Original):
        def as_given(self) -> Original:
            return Original(model, exported.contract.features, table)

        def answers(self, instances: Sequence[Instance]) -> list[Answered]:
            return [{"value": 9.0} for _ in instances]

    original = OfTwoTypes(model, exported.contract.features, table)
    rows = [Row(group, "row", {"a": 3.0, "b": 2.0})]
    if group == HELD_OUT:
        assert prove(exported.contract, graph, rows, [{"value": 9.0}], original).uncertain == [rows[0].instance]
    else:
        with pytest.raises(ProofFailed):
            prove(exported.contract, graph, rows, [{"value": 9.0}], original)


def test_a_row_that_the_original_refuses_is_told_as_it_is_written(tmp_path: Path) -> None:
    table = pd.DataFrame({"größe": np.arange(40.0)})
    model = LinearRegression().fit(table, table["größe"])
    exported = export(model, table, name="line", out=tmp_path)

    class Refusing(Original):
        def answers(self, instances: Sequence[Instance]) -> list[Answered]:
            return [Silence("ValueError: too large.", raises=True) for _ in instances]

    original = Refusing(model, exported.contract.features, table)
    with pytest.raises(InputError, match=r'ValueError: too large\. The row: \{"größe": 3\.0\}\. Correct the feature'):
        answer_original(original, [Row(HELD_OUT, "row", {"größe": 3.0})])


def test_a_graph_that_onnx_runtime_does_not_load_is_one_sentence(sleep: Exported) -> None:
    graph = Graph(b"no model", sleep.contract.inputs, sleep.contract.outputs, ())
    with pytest.raises(UnsupportedModel, match=r"^ONNX Runtime does not run the converted model \("):
        prove(sleep.contract, graph, [], [])


def test_every_kind_of_row_is_proven(sleep: Exported) -> None:
    groups = sleep.parity.groups
    assert {name: group.rows for name, group in groups.items() if name.startswith("batch")} == {
        "batch of 1": 1,
        "batch of 2": 2,
        "batch of 100": 100,
    }
    assert groups["held-out row"].rows == 1750
    assert groups["mixed row"].rows == 500
    optional = sum(feature.takes_null for feature in sleep.contract.features)
    assert groups["missing value"].rows == optional > 0
    assert sleep.parity.failures == sleep.parity.label_flips == 0


def test_both_examples_agree_far_below_the_tolerance(sleep: Exported, cancer: Exported) -> None:
    assert sleep.parity.max_abs_error < 1e-6
    assert cancer.parity.max_abs_error < 1e-12


def test_a_row_that_the_original_refuses_is_told(table: pd.DataFrame, tmp_path: Path) -> None:
    model = LogisticRegression().fit(table[["visits"]], table["won"])
    with pytest.raises(InputError) as caught:
        export(model, table, name="refused", out=tmp_path, features={"visits": {"nullable": True}})
    assert str(caught.value) == (
        "The original model refuses a row that the contract allows (visits missing): Input X contains NaN. "
        'The row: {"visits": null}. '
        "Correct the feature in the features file, or fit the model on such rows."
    )


def test_the_tolerance_of_a_regressor_follows_the_size_of_its_values_on_the_rows_of_the_data() -> None:
    known, hunted = (Row(group, "row", {}) for group in (HELD_OUT, "beyond the data"))
    answers: list[Answered] = [{"value": 3e6}, {"value": -1e6}, {"value": 1e30}, Silence("NaN", raises=False)]
    assert tolerances([known, known, hunted, known], answers) == (2.0, 1e-4)
    assert tolerances([known], [{"label": "a", "probability": 1.0, "probabilities": {"a": 1.0}}]) == (1e-5, 1e-4)


def test_a_regressor_far_from_zero_is_proven(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(80.0)})
    model = LinearRegression().fit(table, 1e9 + 3e6 * table["a"])
    assert export(model, table, name="far", out=tmp_path).parity.failures == 0


def test_an_empty_report_has_no_errors() -> None:
    report = ParityReport(atol=1e-5, rtol=1e-4)
    assert (report.rows, report.failures, report.max_abs_error, report.label_flips) == (0, 0, 0.0, 0)


def test_where_the_original_answers_nan_the_bundle_has_no_answer_either(tmp_path: Path) -> None:
    # No neighbour within the radius of a mixed row: scikit-learn gives NaN.
    features = pd.DataFrame({"a": [0.0] * 30 + [9.0] * 30, "b": [0.0] * 30 + [9.0] * 30})
    model = RadiusNeighborsRegressor(radius=1.0).fit(features, np.arange(60.0))
    exported = export(model, features, name="lonely", out=tmp_path)
    assert exported.parity.failures == 0
    bundle = load_bundle(str(exported.path), max_instances=9)
    valid = bundle.validator.validate([{"a": 4.5, "b": 4.5}], Quality())
    with pytest.raises(PredictionError):
        bundle.model.predict(valid.columns, valid.rows)


class _Notes(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_where_the_original_raises_for_one_row_the_bundle_has_no_answer_and_the_export_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each row that raises is asked by itself.
    monkeypatch.setattr(requests, "REQUESTS", 500)
    # No neighbour within the radius of a mixed row: scikit-learn raises.
    features = pd.DataFrame({"a": [0.0] * 30 + [9.0] * 30, "b": [0.0] * 30 + [9.0] * 30})
    model = RadiusNeighborsClassifier(radius=1.0).fit(features, ["no"] * 30 + ["yes"] * 30)
    said = _Notes()
    exported = export(model, features, name="lonely", out=tmp_path, progress=said)
    bundle = load_bundle(str(exported.path), max_instances=9)
    valid = bundle.validator.validate([{"a": 4.5, "b": 4.5}], Quality())
    with pytest.raises(PredictionError):
        bundle.model.predict(valid.columns, valid.rows)
    (note,) = [note for note in said.notes if "No neighbors found" in note]
    assert '{"a": ' in note


def test_the_first_row_that_the_original_refuses_is_told_in_its_own_letters() -> None:
    rows = [Row("kind", "row", {"a": city}) for city in ("Köln", "Zürich", "Lyon")]
    refused = Silence("unknown category", raises=True)
    (said,) = silences(rows, [{"value": 1.0}, refused, Silence("NaN", raises=False)])
    assert "1 of 3 tried rows" in said
    assert said.endswith('unknown category The first: {"a": "Zürich"}')


def test_rows_of_the_data_without_a_finite_answer_are_left_out_of_the_profile(tmp_path: Path) -> None:
    features = pd.DataFrame({"a": np.arange(60.0)})
    model = RadiusNeighborsRegressor(radius=1.0).fit(features[:50], np.arange(50.0))
    exported = export(model, features, name="lonely", out=tmp_path)
    bins = re.findall(r'"counts": (\[[^]]*\])', json.dumps(exported.profile["predictions"]))
    assert [sum(json.loads(each)) for each in bins] == [51]
