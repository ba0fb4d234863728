"""The line that a handler without a library for metrics prints: one record of the embedded metric format."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def print_record(probabilities: Sequence[float]) -> None:
    """Print the probabilities of a request's labels as one metric; CloudWatch reads a hundred values of it."""
    directive = {
        "Namespace": "Benchmark",
        "Dimensions": [[]],
        "Metrics": [{"Name": "PredictionProbability", "Unit": "None"}],
    }
    metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    print(json.dumps({"_aws": metadata, "PredictionProbability": list(probabilities[:100])}), flush=True)
