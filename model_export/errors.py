"""The errors that this package raises.

::

    ExportError
    ├── InputError          a file or an argument is not what the export needs
    ├── UnsupportedModel    the model cannot be converted faithfully; says why and the way out
    └── ProofFailed         the converted model does not answer as the original does (in proof.report)
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class ExportError(Exception):
    """Base of all errors of this package; its text is one clear sentence for people."""


class InputError(ExportError):
    """A file or an argument is not what the export needs."""


class UnsupportedModel(ExportError):
    """The model cannot be converted faithfully."""


def first_line(error: Exception) -> str:
    """Return what an error says in one line, with its type where the text alone says little."""
    lines = str(error).strip().splitlines()
    if lines and isinstance(error, ValueError):
        return lines[0]
    return ": ".join([type(error).__name__, *lines[:1]])


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn whatever an estimator or a converter of many authors raises into one sentence.

    Raises
    ------
    UnsupportedModel
        Instead of any error that is none of this package.
    """
    try:
        yield
    except (ExportError, MemoryError):
        raise
    except Exception as error:
        (*_, last) = extract_tb(error.__traceback__)
        raise UnsupportedModel(
            f"The model cannot be exported: {first_line(error).rstrip('.')} (raised by {last.name} of "
            f"{Path(last.filename).stem}). Leave the step out that does so, or report it with the model."
        ) from error
