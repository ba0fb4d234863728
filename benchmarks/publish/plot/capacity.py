"""Draw a simulated day: ``python -m benchmarks.publish.plot.capacity FILE.json OUT.svg``.

``python -m operate.capacity --json`` writes the file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

BLUE, RED, GREY = "#1f6feb", "#d62728", "#8a8f98"


def main(data: Path, out: Path) -> None:
    """Draw the day, the cold starts by traffic and the price of provisioned concurrency.

    Parameters
    ----------
    data : Path
        Written by ``python -m operate.capacity --json``.
    out : Path
        The picture.
    """
    shown = json.loads(data.read_text(encoding="utf-8"))
    mpl.rcParams.update({"svg.hashsalt": "capacity", "font.family": "sans-serif", "font.size": 8})
    mpl.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})
    figure = plt.figure(figsize=(10, 6), layout="constrained")
    grid = figure.add_gridspec(2, 2)
    _day(figure.add_subplot(grid[0, :]), shown)
    _growth(figure.add_subplot(grid[1, 0]), shown["growth"])
    _provision(figure.add_subplot(grid[1, 1]), shown["provisions"])
    figure.savefig(out, metadata={"Date": None})


def _day(panel: plt.Axes, shown: dict) -> None:
    hours = shown["hours"]
    panel.fill_between(hours, [count / 5 for count in shown["arrived"]], color=BLUE, alpha=0.15, step="post")
    panel.set(xlabel="hour of the day", ylabel="requests a minute", xlim=(0, 24), xticks=range(0, 25, 3))
    panel.set_title("A day: requests, environments and cold starts", loc="left")
    other = panel.twinx()
    other.spines["right"].set_visible(True)
    other.step(hours, shown["environments"], where="post", color=BLUE, label="environments")
    other.step(hours, shown["cold"], where="post", color=RED, label="cold starts in 5 minutes")
    other.set_ylabel("environments, cold starts")
    other.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.02, 1.0))


def _growth(panel: plt.Axes, rows: list) -> None:
    peaks = [row["peak"] for row in rows]
    panel.loglog(
        peaks, [max(100 * row["cold_share"], 1e-4) for row in rows], color=RED, marker="o", label="cold starts"
    )
    refused = [(row["peak"], 100 * row["refused_share"]) for row in rows if row["refused_share"]]
    if refused:
        panel.loglog(*zip(*refused, strict=True), color=GREY, marker="s", label="refused")
    panel.axhline(1, color=GREY, linewidth=0.8, linestyle=":")
    panel.text(peaks[0], 1.1, "above this line the p99 is a cold start", color=GREY)
    panel.set(xlabel="requests a minute at the peaks", ylabel="share of the requests, %")
    panel.set_title("Growth", loc="left")
    panel.legend(frameon=False)


def _provision(panel: plt.Axes, rows: list) -> None:
    panel.plot([row["usd"] for row in rows], [100 * row["cold_share"] for row in rows], color=BLUE, marker="D")
    for row in rows:
        panel.annotate(row["name"], (row["usd"], 100 * row["cold_share"]), textcoords="offset points", xytext=(4, 5))
    panel.set(xlabel="USD a month for environments that are kept warm", ylabel="cold starts, % of the requests")
    panel.set_title("Provisioned concurrency: how many are always warm", loc="left")
    panel.set_ylim(bottom=0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
