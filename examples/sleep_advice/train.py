"""Train the sleep advice model and export its bundle: ``python -m examples.sleep_advice.train [--out bundles]``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from examples.command import Example, run
from examples.sleep_advice.data import SEED, TARGET, generate

if TYPE_CHECKING:
    import pandas as pd

COUNTS = ["age", "awakenings"]
NUMBERS = [
    "sleep_hours",
    "sleep_latency_min",
    "caffeine_mg_after_noon",
    "screen_minutes_before_bed",
    "alcohol_units",
    "exercise_minutes",
]
CATEGORIES = ["chronotype", "work_schedule"]

PARAMS = yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8"))["sleep_advice"]

EXAMPLE = Example(
    name="sleep_advice",
    target=TARGET,
    description="Which of five pieces of advice helps most to sleep better. Trained on synthetic data; "
    "not medical advice.",
    features=Path(__file__).with_name("features.yaml"),
)


def load() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows for training and rows that the model will not see, labels included."""
    table = generate()
    share = PARAMS["test_share"]
    training, held_out = train_test_split(table, test_size=share, random_state=SEED, stratify=table[TARGET])
    return training, held_out


def build() -> Pipeline:
    """Return the pipeline, not fitted: numbers are imputed and scaled, categories encoded, counts kept."""
    numbers = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    # A schedule that was left out is a category of its own: the encoder learns the missing value as one.
    prepare = ColumnTransformer(
        [
            ("numbers", numbers, NUMBERS),
            ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), CATEGORIES),
            ("counts", "passthrough", COUNTS),
        ]
    )
    # Small trees: the graph stays under 60 kB, which keeps cold starts short.
    boosting = HistGradientBoostingClassifier(
        max_iter=PARAMS["max_iter"],
        max_leaf_nodes=PARAMS["max_leaf_nodes"],
        learning_rate=PARAMS["learning_rate"],
        early_stopping=False,
        random_state=SEED,
    )
    return Pipeline([("prepare", prepare), ("boosting", boosting)])


if __name__ == "__main__":
    raise SystemExit(run(EXAMPLE, load, build))
