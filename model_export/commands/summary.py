"""What the command prints when an export is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from inference_lib.contract.document import MODEL_FILE, REPORT_FILE
from model_export.evaluation.footprint import measure
from model_export.report.parts import metric_text

if TYPE_CHECKING:
    from rich.console import Console

    from model_export.api import Exported


def print_summary(exported: Exported, console: Console) -> None:
    """Print a table of what was proven and written, and the next step."""
    contract, parity = exported.contract, exported.parity
    table = Table(show_header=False, title=f"{contract.name} {contract.version}", title_justify="left", min_width=60)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("task", _task(exported))
    table.add_row("features", f"{len(contract.features)} in {len(contract.inputs)} inputs")
    table.add_row("proof", f"{parity.rows} rows, largest deviation {parity.max_abs_error:.1e}{_flips(exported)}")
    table.add_row("", f"fewer than {parity.possible_rate:.2%} of requests like the data differ (95 % confidence)")
    for name, value in contract.metrics.items():
        table.add_row(name.replace("_", " "), metric_text(value))
    table.add_row(MODEL_FILE, f"{exported.sizes[MODEL_FILE] / 1000:.0f} kB")
    footprint = measure(exported.path)
    if footprint is not None:
        table.add_row("on Lambda", footprint.advice())
    table.add_row("bundle", str(exported.path) if exported.written else f"{exported.path} (was there already; kept)")
    console.print(table)
    console.print(f"Report: {exported.path / REPORT_FILE}", highlight=False, soft_wrap=True)
    console.print(
        f"Next: serve it on this machine: python -m local_stack --bundle {exported.path.parent}",
        highlight=False,
        soft_wrap=True,
    )


def _task(exported: Exported) -> str:
    classes = ", ".join(map(str, exported.contract.classes))
    return f"{exported.contract.task} ({classes})" if classes else exported.contract.task


def _flips(exported: Exported) -> str:
    if not exported.contract.classes:
        return ", every value equal within the tolerance"
    flips = exported.parity.label_flips
    return f", {flips} labels differ, all of them ties" if flips else ", every label equal"
