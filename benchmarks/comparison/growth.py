"""The cost of loading by model size: random forests of several sizes, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

import onnx
import onnxruntime
from rich.console import Console
from rich.progress import Progress
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

from benchmarks.measure.process import compiling_environment
from benchmarks.publish.pages import ROOT
from inference_lib.contract.document import InputTensor
from model_export.conversion import catalog
from model_export.conversion.write import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TREES: Final = (2, 16, 160, 780)
"""About 0.1, 1, 10 and 50 MB as the converter writes them."""

_FEATURES: Final = 20
_OPSETS: Final = {"": 21, "ai.onnx.ml": 3}
_FOLDER: Final = ROOT / "build" / "benchmarks"

OURS: Final = "this project: TreeEnsemble of ai.onnx.ml 5"
_CONVERTER: Final = "as the converter writes it"
VARIANTS: Final[Mapping[str, tuple[str, str]]] = {
    _CONVERTER: (".onnx", ""),
    "as the converter writes it, saved as .ort": (".ort", ""),
    OURS: (".5.onnx", ""),
    "the same, no graph optimisation": (".5.onnx", "unoptimized"),
    "the same, no memory arena": (".5.onnx", "no-arena"),
    "the same, saved as .ort": (".5.ort", ""),
}
"""Name: ending of the file, and the option of ``benchmarks.comparison.loading``."""


@dataclass(frozen=True)
class Growth:
    """The cost of loading one file.

    Parameters
    ----------
    variant : str
        How the forest is written and loaded.
    converted_mb : float
        Size of the forest as the converter writes it, the same for all variants.
    file_mb : float
        Size of the file that is loaded.
    load_ms : float
        Median time until the first prediction is made.
    memory_mb : float
        Median of the peak memory above that of the process before.
    """

    variant: str
    converted_mb: float
    file_mb: float
    load_ms: float
    memory_mb: float


def measure(rounds: int, sizes: Sequence[int] = TREES) -> list[Growth]:
    """Load every file in turn, round by round.

    Parameters
    ----------
    rounds : int
        Times that each file is loaded, after one that is not counted.
    sizes : sequence of int, optional
        Numbers of trees, two or more of them.
    """
    console = Console(stderr=True)
    seen: dict[tuple[str, int], list[tuple[float, float]]] = {}
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Fitting and converting forests", total=len(sizes))
        for trees in sizes:
            _write(trees)
            progress.advance(task)
        task = progress.add_task("Loading them", total=(rounds + 1) * len(sizes) * len(VARIANTS))
        for round_ in range(rounds + 1):
            for trees in sizes:
                for variant, (ending, option) in VARIANTS.items():
                    figures = _load(_file(trees, ending), option)
                    if round_:
                        seen.setdefault((variant, trees), []).append(figures)
                    progress.advance(task)
    return [
        Growth(
            variant=variant,
            converted_mb=_megabytes(_file(trees, ".onnx")),
            file_mb=_megabytes(_file(trees, VARIANTS[variant][0])),
            load_ms=median(load for load, _ in figures),
            memory_mb=median(memory for _, memory in figures),
        )
        for (variant, trees), figures in seen.items()
    ]


def per_megabyte(rows: list[Growth]) -> dict[str, tuple[float, float]]:
    """Return for each variant the milliseconds and the megabytes of memory that a megabyte of model costs.

    Taken between the smallest and the largest forest, by their size as the converter writes them.
    """
    slopes = {}
    for variant in VARIANTS:
        mine = sorted((row for row in rows if row.variant == variant), key=lambda row: row.converted_mb)
        first, last = mine[0], mine[-1]
        step = last.converted_mb - first.converted_mb
        slopes[variant] = ((last.load_ms - first.load_ms) / step, (last.memory_mb - first.memory_mb) / step)
    return slopes


def _file(trees: int, ending: str) -> Path:
    return _FOLDER / f"forest-{trees}{ending}"


def _megabytes(file: Path) -> float:
    return file.stat().st_size / 1e6


def _write(trees: int) -> None:
    if all(_file(trees, ending).exists() for ending, _ in VARIANTS.values()):
        return
    _FOLDER.mkdir(parents=True, exist_ok=True)
    rows, labels = make_classification(20_000, _FEATURES, n_informative=10, random_state=0)
    forest = RandomForestClassifier(trees, min_samples_leaf=5, random_state=0, n_jobs=-1).fit(rows, labels)
    types = [("x", FloatTensorType([None, _FEATURES]))]
    converted = convert_sklearn(
        forest, initial_types=types, options={id(forest): {"zipmap": False}}, target_opset=_OPSETS
    )
    for model, ending in ((converted, ""), (_ours(forest), ".5")):
        onnx.save(model, _file(trees, f"{ending}.onnx"))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.add_session_config_entry("session.save_model_format", "ORT")
        options.optimized_model_filepath = str(_file(trees, f"{ending}.ort"))
        onnxruntime.InferenceSession(str(_file(trees, f"{ending}.onnx")), options)


def _load(file: Path, option: str) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.comparison.loading", file, option],
        cwd=ROOT,
        env=compiling_environment({}),
        capture_output=True,
        text=True,
        check=True,
    )
    figures = json.loads(done.stdout)
    return figures["load_ms"], figures["memory_mb"]


def _ours(forest: RandomForestClassifier) -> onnx.ModelProto:
    catalog.registered()
    names = tuple(f"x{number}" for number in range(_FEATURES))
    return write(forest, names, [InputTensor(name="x", element_type="double", features=names)]).model
