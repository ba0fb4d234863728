"""Fit XGBoost to the example's data, in the environment that will serve it."""

from __future__ import annotations

import sys
from pathlib import Path

import xgboost
from sklearn.preprocessing import LabelEncoder

from examples.sleep_advice.data import TARGET, generate


def main(out: Path) -> None:
    """Write the booster where the handler reads it.

    Parameters
    ----------
    out : Path
        File ending in ``.json``.
    """
    table = generate()
    labels = LabelEncoder().fit_transform(table.pop(TARGET))
    for column in table.select_dtypes(exclude="number"):
        table[column] = table[column].astype("category")
    model = xgboost.XGBClassifier(
        n_estimators=60, max_leaves=8, learning_rate=0.12, enable_categorical=True, random_state=0
    )
    model.fit(table, labels)
    out.parent.mkdir(parents=True, exist_ok=True)
    model.save_model(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
