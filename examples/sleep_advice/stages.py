"""The stages of ``dvc.yaml``: ``python -m examples.sleep_advice.stages train`` and ``export``.

Training writes the fitted model; the export verifies it and writes the bundle, and next to the code ``metrics.json``,
``roc.csv`` and ``confusion.csv``, which are in Git, so that commits can be compared.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
import numpy as np
from rich.console import Console
from sklearn.metrics import roc_curve
from sklearn.preprocessing import label_binarize
from threadpoolctl import threadpool_limits

from examples.command import KEPT, export_example
from examples.sleep_advice.data import TARGET
from examples.sleep_advice.train import EXAMPLE, build, load
from inference_lib.contract.document import MODEL_FILE
from model_export import ExportError
from model_export.progress import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from sklearn.pipeline import Pipeline

    from model_export import Exported

HERE = Path(__file__).parent
MODEL = KEPT / EXAMPLE.name / "model.joblib"

PLACES = 6
"""Decimal places of the metrics and curves; further ones are noise."""

ROC_POINTS = 101


def train() -> None:
    """Fit the pipeline on the training rows and save it."""
    training, _ = load()
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(build().fit(training.drop(columns=TARGET), training[TARGET]), MODEL)


def export(console: Console) -> None:
    """Export the saved model, and write its metrics and plots.

    Raises
    ------
    ExportError
        The model cannot be exported, or its parity test failed.
    """
    model = joblib.load(MODEL)
    training, held_out = load()
    with Terminal(console) as progress:
        exported = export_example(EXAMPLE, model, training, held_out, Path("bundles"), progress)
    text = json.dumps(_metrics(exported), indent=1)
    (HERE / "metrics.json").write_text(text + "\n", encoding="utf-8")
    _write(HERE / "roc.csv", ("false_positive_rate", "true_positive_rate"), _roc(model, held_out))
    predicted = model.predict(held_out.drop(columns=TARGET))
    _write(HERE / "confusion.csv", ("actual", "predicted"), zip(held_out[TARGET], predicted, strict=True))


def _metrics(exported: Exported) -> dict[str, object]:
    parity = exported.parity
    return {
        "model": {**exported.contract.metrics, "bytes": exported.sizes[MODEL_FILE]},
        "parity": {
            "rows": parity.rows,
            "failures": parity.failures,
            "label_flips": parity.label_flips,
            "largest_deviation": float(f"{parity.max_abs_error:.3g}"),
        },
    }


def _roc(model: Pipeline, held_out: pd.DataFrame) -> Iterable[tuple[float, float]]:
    """Yield the curve over all labels (micro average), at fixed points, so that two commits can be compared."""
    scores = model.predict_proba(held_out.drop(columns=TARGET))
    truth = label_binarize(held_out[TARGET], classes=model.classes_)
    false_positive, true_positive, _ = roc_curve(truth.ravel(), scores.ravel())
    for place in np.linspace(0, 1, ROC_POINTS):
        yield round(float(place), PLACES), round(float(np.interp(place, false_positive, true_positive)), PLACES)


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a stage; returns 0, or 1 when it failed."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.sleep_advice.stages", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("stage", choices=("train", "export"))
    stage = parser.parse_args(arguments).stage
    try:
        with threadpool_limits(1):
            train() if stage == "train" else export(Console())
    except (ExportError, OSError) as error:
        Console(stderr=True).print(f"error: {error}", style="red", highlight=False, soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
