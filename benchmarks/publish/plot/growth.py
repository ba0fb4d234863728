"""Draw the growth with the model's size: ``python -m benchmarks.publish.plot.growth RESULTS.json OUT.svg``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

_SHOWN = {
    "as the converter writes it": ("#8a8f98", "o"),
    "as the converter writes it, saved as .ort": ("#c98f3c", "s"),
    "this project: TreeEnsemble of ai.onnx.ml 5": ("#1f6feb", "D"),
}


def main(results: Path, out: Path) -> None:
    """Draw time and memory over the size of the forest.

    Parameters
    ----------
    results : Path
        Of a run of the benchmarks.
    out : Path
        The picture.
    """
    rows = json.loads(results.read_text(encoding="utf-8"))["growth"]
    mpl.rcParams.update({"svg.hashsalt": "growth", "font.family": "sans-serif", "axes.spines.top": False})
    mpl.rcParams["axes.spines.right"] = False
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for panel, name, label in zip(panels, ("load_ms", "memory_mb"), ("load, ms", "peak memory, MB"), strict=True):
        for variant, (colour, marker) in _SHOWN.items():
            mine = sorted((row for row in rows if row["variant"] == variant), key=lambda row: row["converted_mb"])
            sizes = [row["converted_mb"] for row in mine]
            panel.plot(sizes, [row[name] for row in mine], color=colour, marker=marker, label=variant)
        panel.set_xlabel("size of the forest as the converter writes it, MB")
        panel.set_ylabel(label)
        panel.grid(alpha=0.25)
    panels[0].legend(frameon=False, fontsize=8)
    figure.savefig(out, metadata={"Date": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
