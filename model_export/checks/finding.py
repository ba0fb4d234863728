"""What the linter finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One fault that would make the converted model wrong or impossible.

    Parameters
    ----------
    place : str
        The step or feature.
    reason : str
        What goes wrong.
    mend : str
        What to do.
    issue : str
        Where the fault is documented, such as ``onnx/sklearn-onnx#1253``; empty when nowhere.
    blocks : bool
        Whether the export is refused; otherwise the proof decides.
    """

    place: str
    reason: str
    mend: str
    issue: str = ""
    blocks: bool = True

    def text(self) -> str:
        """Return the finding as one or two sentences."""
        return f"{self.place}: {self.cause()}. {self.mend}."

    def cause(self) -> str:
        """Return the reason and where it is documented."""
        return f"{self.reason} ({self.issue})" if self.issue else self.reason
