"""The errors that this package raises.

::

    BatchError          a batch cannot be run; the message says why, and what to do
    └── FileRefused     one file cannot be scored; others can
"""

from __future__ import annotations


class BatchError(Exception):
    """A batch cannot be run; the message says why, and what to do."""


class FileRefused(BatchError):
    """One file cannot be scored; others can."""
