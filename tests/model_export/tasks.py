"""Rows and targets of every task, and how a model of them is exported and asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from model_export import export
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

    from model_export.api import Exported

FEATURES = ["visits", "spent"]
_NUMBERS = np.random.default_rng(4)
ROWS = pd.DataFrame({"visits": _NUMBERS.integers(0, 30, 240), "spent": _NUMBERS.normal(40, 9, 240).round(2)})
WON = np.where(ROWS.visits + _NUMBERS.normal(0, 4, 240) > 14, "yes", "no")
TIER = np.array(["low", "middle", "high"])[np.digitize(ROWS.spent, [35, 45])]
TOTALS = pd.DataFrame({"cost": ROWS.spent * 2 + ROWS.visits, "days": ROWS.visits * 0.5})
LABELS = pd.DataFrame({"won": WON, "tier": TIER})


def export_small(model: Any, tmp_path: Path, target: Any = None, labels: pd.DataFrame | None = None) -> Exported:  # noqa: ANN401 - estimators
    """Export one of the models."""
    rows = ROWS if labels is None else pd.concat([ROWS, labels], axis=1)
    return export(model, rows, name="small", out=tmp_path, target=target)


def served(made: Exported, rows: int = 40) -> list[dict[str, Any]]:
    """Return what the function answers for the first rows."""
    answer = post(InProcessApi(made.path), "/predict", {"instances": ROWS.head(rows).to_dict("records")})
    predictions: list[dict[str, Any]] = answer["predictions"]
    return predictions


def post(api: InProcessApi, path: str, document: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the answer to a request that succeeds."""
    status, answer = api.post(path, document)
    assert status == 200, answer
    return answer


def get(api: InProcessApi, path: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a page or document holds."""
    status, answer = api.get(path)
    assert status == 200, answer
    return answer


def profiled(made: Exported) -> Any:  # noqa: ANN401 - JSON
    """Return the reference profile of the predictions."""
    return made.profile["predictions"]
