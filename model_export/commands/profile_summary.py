"""What is told of a capture and of the profile that was made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

    from inference_lib.contract.document import Contract
    from model_export.capture.files import Reading
    from model_export.capture.rows import Captured

FEW_ROWS = 500
"""Fewer than 50 in each of ten bins: their shares move by a seventh by chance alone."""
_SHOWN = 3


def print_captured(console: Console, contract: Contract, reading: Reading, captured: Captured) -> None:
    """Print how many rows there are of each feature, and all that was not counted."""
    rows = len(captured.predictions)
    title = f"{contract.name} {contract.version}: {rows} rows of {captured.payloads} captured requests"
    table = Table(title=title, title_justify="left")
    table.add_column("feature")
    for head in ("values", "missing", "dropped", "hashed"):
        table.add_column(head, justify="right")
    table.add_column("profile")
    for feature in contract.features:
        name = feature.name
        values = captured.values[name]
        counts = (len(values), values.count(None), captured.dropped[name], captured.hashed[name])
        source = "new" if values else "as before"
        table.add_row(name, *map(str, counts), source, style="" if values else "yellow")
    console.print(table)
    for note in _notes(reading, captured):
        console.print(f"[yellow]note[/yellow] {note}", highlight=False, soft_wrap=True)


def _notes(reading: Reading, captured: Captured) -> Iterator[str]:
    for version, count in captured.other_versions.most_common():
        yield f"{count} requests were answered by another version, {version[:40]}: not counted"
    counts = {
        "lines are not JSON: not counted": reading.broken,
        "lines were delivered again: counted once": reading.repeated,
        "rows break the contract or hold no prediction of this model: not counted": captured.broken,
        "instances did not fit into their line (inference:captureMaxBytes): not in the capture": captured.left_out,
    }
    yield from (f"{count} {text}" for text, count in counts.items() if count)
    for names, text in ((reading.damaged, "damaged, read up to there"), (reading.strange, "no capture, passed over")):
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield f"{', '.join(names[:_SHOWN])}{more}: {text}"
    if 0 < len(captured.predictions) < FEW_ROWS:
        yield f"{len(captured.predictions)} rows are few: the shares of bins move by chance; best {FEW_ROWS} or more"


def print_next(
    console: Console, capture: Path, bundle: str, written: tuple[Path, bool] | None, out: Path | None
) -> None:
    """Print what was written, and what to do with it."""

    def tell(text: str) -> None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

    if out:
        tell(f"Wrote {out}.")
    if written:
        path, is_new = written
        verb = "Wrote" if is_new else "Was there already:"
        tell(f"{verb} {path}: the same model with the new profile; report.html stays with the export.")
        tell(f"Next: prove it: python -m model_export verify {path}")
        tell(f"      deploy it: pulumi config set inference:bundle {path} --stack STACK, then make up STACK=STACK")
        return
    tell("No bundle was changed. Next: the same model with this profile as a new version:")
    tell(f"      python -m model_export profile --from {capture} --bundle {bundle} --write")
