"""A real ONNX Runtime that predicts wrongly, in an environment of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.conformance.conftest import client

_ROOT = Path(__file__).parents[2]


def test_a_runtime_that_predicts_wrongly_is_refused_by_name(bundle_path: Path) -> None:
    python = client("onnxruntime_known_bad")
    command = [python, "-m", "model_export", "verify", bundle_path]
    done = subprocess.run([*map(str, command)], cwd=_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "onnxruntime 1.26.0 is refused: random forests give wrong labels" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
