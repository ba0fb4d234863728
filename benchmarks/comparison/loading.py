"""Load one model file and predict once: ``python -m benchmarks.comparison.loading FILE [unoptimized | no-arena]``."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

_TYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64}


def main(file: str, option: str) -> None:
    """Print the time in milliseconds and the memory in megabytes as JSON.

    Parameters
    ----------
    file : str
        Model with one input of numbers.
    option : {"", "unoptimized", "no-arena"}
        The option that differs from the default.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    if option == "unoptimized":
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_cpu_mem_arena = option != "no-arena"
    before = _memory_mb("VmRSS")
    started = time.perf_counter()
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    session.run(None, {given.name: np.zeros((1, given.shape[1]), _TYPES[given.type])})
    elapsed = time.perf_counter() - started
    print(json.dumps({"load_ms": elapsed * 1e3, "memory_mb": _memory_mb("VmHWM") - before}))


def _memory_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
