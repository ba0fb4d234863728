"""Functions of users: exported by the ONNX form that they hand over, proven like all else, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

import model_export
from inference_lib.bundle.loading import load_bundle
from model_export import InputError, ProofFailed, UnsupportedModel
from model_export.conversion.converters.preprocessing.functions import registered

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model_export.conversion.graph.tensor import Tensor

ROWS = pd.DataFrame(np.random.default_rng(5).normal(20, 5, (80, 2)), columns=["day", "night"])


def fahrenheit(x: NDArray[np.float64], offset: float = 32.0) -> NDArray[np.float64]:
    return np.asarray(x) * 1.8 + offset


def in_onnx(x: Tensor, offset: float = 32.0) -> Tensor:
    return x * 1.8 + offset


def graph() -> onnx.GraphProto:
    """The same by ONNX's own operators."""
    constants = [helper.make_tensor(name, TensorProto.DOUBLE, [1], [value]) for name, value in FACTORS.items()]
    nodes = [helper.make_node("Mul", ["x", "factor"], ["m"]), helper.make_node("Add", ["m", "offset"], ["y"])]
    ends = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 2]) for name in "xy"]
    return helper.make_graph(nodes, "fahrenheit", ends[:1], ends[1:], constants)


FACTORS = {"factor": 1.8, "offset": 32.0}


@pytest.fixture(autouse=True)
def only_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget after each test what it has registered."""
    monkeypatch.setattr(registered, "_forms", {})


def fitted(**arguments: float) -> Pipeline:
    step = FunctionTransformer(fahrenheit, kw_args=arguments or None)
    return make_pipeline(step, LinearRegression()).fit(ROWS, ROWS["day"] - ROWS["night"] ** 2)


def answer(model: Pipeline, out: Path) -> float:
    bundle = load_bundle(str(model_export.export(model, ROWS, name="warm", out=out).path), 1)
    (prediction,) = bundle.model.predict({"day": [21.5], "night": [11.25]}, 1)
    value = prediction["value"]
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("arguments", [{}, {"offset": 30.0}], ids=["default", "kw_args"])
def test_a_registered_function_answers_as_the_original_with_its_arguments(
    arguments: dict[str, float], tmp_path: Path
) -> None:
    model = fitted(**arguments)
    model_export.register(fahrenheit, in_onnx)
    expected = model.predict(pd.DataFrame({"day": [21.5], "night": [11.25]}))
    assert answer(model, tmp_path) == pytest.approx(expected[0])


def test_a_graph_is_as_good_and_a_name_too(tmp_path: Path) -> None:
    model = fitted()
    model_export.register(f"{__name__}.fahrenheit", helper.make_model(graph()))
    expected = model.predict(pd.DataFrame({"day": [21.5], "night": [11.25]}))
    assert answer(model, tmp_path) == pytest.approx(expected[0])


def test_a_form_that_computes_something_else_is_refused_by_the_proof(tmp_path: Path) -> None:
    model_export.register(fahrenheit, lambda x: x * 1.8 * x)
    with pytest.raises(ProofFailed, match="The first step that differs is 'functiontransformer'"):
        model_export.export(fitted(), ROWS, name="warm", out=tmp_path)


def test_a_function_that_nobody_registered_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModel, match=r"fahrenheit.*model_export\.register\(fahrenheit, "):
        model_export.export(fitted(), ROWS, name="warm", out=tmp_path)


@pytest.mark.parametrize("form", [3.0, helper.make_graph([], "g", [], [])], ids=["number", "graph without ends"])
def test_what_is_no_onnx_form_is_refused_in_one_sentence(form: object) -> None:
    with pytest.raises(InputError, match=r"^The ONNX form of .*fahrenheit "):
        model_export.register(fahrenheit, form)  # type: ignore[arg-type] # what users may hand over
