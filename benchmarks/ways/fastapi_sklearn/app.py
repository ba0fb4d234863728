"""FastAPI and the fitted pipeline, as its tutorials show."""

from __future__ import annotations

import os
from typing import Any

import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.ways.record import print_record

app = FastAPI()
_model = joblib.load(os.environ["MODEL_JOBLIB"])


class Rows(BaseModel):
    """What callers send."""

    instances: list[dict[str, Any]]


@app.post("/predict")
def predict(rows: Rows) -> dict[str, object]:
    """Predict."""
    probabilities = _model.predict_proba(pd.DataFrame(rows.instances))
    print_record(probabilities.max(axis=1)[:100].tolist())
    labels = _model.classes_[probabilities.argmax(axis=1)].tolist()
    classes = _model.classes_.tolist()
    return {
        "predictions": [
            {"label": label, "probabilities": dict(zip(classes, row, strict=True))}
            for label, row in zip(labels, probabilities.tolist(), strict=True)
        ]
    }
