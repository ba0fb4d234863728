"""The ``train`` command of every example: trains, saves the model and the held-out rows, exports and reports."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
from rich.console import Console
from threadpoolctl import threadpool_limits

from model_export import ExportError, export
from model_export.commands.summary import print_summary
from model_export.progress import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from sklearn.pipeline import Pipeline

    from model_export import Exported

KEPT = Path("build/examples")
"""Where the fitted model and the held-out rows are kept, to try ``make export`` with."""


@dataclass(frozen=True)
class Example:
    """The properties of one example.

    Parameters
    ----------
    name : str
        Name of the model.
    target : str
        The column that holds the labels.
    description : str
        One sentence about the model.
    features : Path
        The features file.
    """

    name: str
    target: str
    description: str
    features: Path


def run(
    example: Example,
    load: Callable[[], tuple[pd.DataFrame, pd.DataFrame]],
    build: Callable[[], Pipeline],
    arguments: Sequence[str] | None = None,
) -> int:
    """Train and export an example.

    Parameters
    ----------
    example : Example
        Names and texts.
    load : callable
        Returns rows for training and held-out rows, labels included.
    build : callable
        Returns the pipeline, not fitted.
    arguments : sequence of str, optional
        Command line arguments; by default those of the process.

    Returns
    -------
    int
        0, or 1 when the export failed.
    """
    out = _out(example, arguments)
    console, errors = Console(), Console(stderr=True)
    try:
        # One thread: these models gain nothing from more, and OpenMP's threads spin on shared cores.
        with threadpool_limits(1), Terminal(console) as progress:
            training, held_out = load()
            model = _trained(example, build(), training, progress)
            kept = keep(example, model, held_out)
            exported = export_example(example, model, training, held_out, out, progress)
    except ExportError as error:
        errors.print(f"error: {error}", style="red", highlight=False, soft_wrap=True)
        return 1
    print_summary(exported, console)
    _show(console, f"The fitted model and the held-out rows are in {kept}. To export them yourself:")
    _show(console, f"  make export MODEL={kept}/model.joblib DATA={kept}/held_out.csv NAME={example.name}_copy")
    return 0


def _trained(example: Example, model: Pipeline, training: pd.DataFrame, progress: Terminal) -> Pipeline:
    progress.step("Training")
    started = time.perf_counter()
    fitted: Pipeline = model.fit(training.drop(columns=example.target), training[example.target])
    progress.note(f"{example.name}: trained on {len(training)} rows in {time.perf_counter() - started:.1f} s.")
    return fitted


def _out(example: Example, arguments: Sequence[str] | None) -> Path:
    parser = argparse.ArgumentParser(description=f"Train the example {example.name} and export its bundle.")
    parser.add_argument("--out", type=Path, default=Path("bundles"), help="directory of the bundles (default: bundles)")
    out: Path = parser.parse_args(arguments).out
    return out


def _show(console: Console, line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True)


def keep(example: Example, model: Pipeline, held_out: pd.DataFrame) -> Path:
    """Save the fitted model and the held-out rows for ``make export``, and return their directory."""
    directory = KEPT / example.name
    directory.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, directory / "model.joblib")
    held_out.drop(columns=example.target).to_csv(directory / "held_out.csv", index=False)
    return directory


def export_example(  # noqa: PLR0913, PLR0917 - what a trained example consists of
    example: Example, model: Pipeline, training: pd.DataFrame, held_out: pd.DataFrame, out: Path, progress: Terminal
) -> Exported:
    """Export a trained example: parity-tested on held-out rows, with a profile of its training rows."""
    return export(
        model,
        held_out,
        name=example.name,
        target=example.target,
        out=out,
        features=example.features,
        description=example.description,
        reference=training,
        progress=progress,
    )
