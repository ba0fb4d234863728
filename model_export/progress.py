"""What an export tells people while it works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console


class Progress(Protocol):
    """Hears of the steps of an export and of what people should know."""

    def step(self, text: str) -> None:
        """Say what begins now."""

    def note(self, text: str) -> None:
        """Say something that the reader should know, such as a mend that was applied."""


class Silent:
    """Says nothing: the progress of ``export`` when it is called from Python."""

    def step(self, text: str) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""


class Terminal:
    """Shows a spinner with the step that runs, and keeps the notes on the screen.

    Parameters
    ----------
    console : rich.console.Console
        Where to write. A console that is no terminal gets the notes alone.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("Starting ...")

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()

    def step(self, text: str) -> None:
        """Show the text beside the spinner."""
        self._status.update(f"{text} ...")

    def note(self, text: str) -> None:
        """Print the text above the spinner."""
        self._console.print(f"[yellow]note[/yellow] {text}", highlight=False)
