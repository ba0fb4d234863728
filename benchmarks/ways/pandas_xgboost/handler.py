"""pandas and XGBoost, with a line of metrics for each request."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import xgboost

from benchmarks.ways.record import print_record

_model = xgboost.XGBClassifier()
_model.load_model(os.environ["MODEL_XGBOOST"])
_booster = _model.get_booster()
_texts = [name for name, kind in zip(_booster.feature_names, _booster.feature_types, strict=True) if kind == "c"]
_contract = json.loads((Path(os.environ["MODEL_BUNDLE"]) / "contract.json").read_text(encoding="utf-8"))
_classes = _contract["classes"]


def handler(event: dict[str, Any], _context: object) -> dict[str, object]:
    """Predict and meter."""
    rows = pd.DataFrame(json.loads(event["body"])["instances"])
    rows[_texts] = rows[_texts].astype("category")
    probabilities = _model.predict_proba(rows[_booster.feature_names])
    print_record(probabilities.max(axis=1)[:100].tolist())
    labels = [_classes[place] for place in probabilities.argmax(axis=1)]
    predictions = [
        {"label": label, "probabilities": dict(zip(_classes, row, strict=True))}
        for label, row in zip(labels, probabilities.tolist(), strict=True)
    ]
    return {"statusCode": 200, "body": json.dumps({"predictions": predictions})}
