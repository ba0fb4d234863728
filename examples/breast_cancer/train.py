"""Train the breast cancer model and export its bundle: ``python -m examples.breast_cancer.train [--out bundles]``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from examples.command import Example, run

if TYPE_CHECKING:
    import pandas as pd

SEED: Final = 20_260_917
TARGET: Final = "diagnosis"

EXAMPLE = Example(
    name="breast_cancer",
    target=TARGET,
    description="Whether a breast mass is malignant, from thirty measurements of cell nuclei in a fine needle "
    "aspirate. A demonstration; not a diagnostic device.",
    features=Path(__file__).with_name("features.yaml"),
)


def load() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows for training and rows that the model will not see, labels included."""
    data = load_breast_cancer(as_frame=True)
    table: pd.DataFrame = data.data.assign(**{TARGET: data.target_names[data.target]})
    training, held_out = train_test_split(table, test_size=0.3, random_state=SEED, stratify=table[TARGET])
    return training, held_out


def build() -> Pipeline:
    """Return the pipeline, not fitted: it scales the measurements and weighs them."""
    return Pipeline([("scale", StandardScaler()), ("weigh", LogisticRegression(max_iter=1000))])


if __name__ == "__main__":
    raise SystemExit(run(EXAMPLE, load, build))
