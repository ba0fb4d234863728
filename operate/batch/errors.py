"""The errors that this package raises.

::

    BatchError          a batch cannot be run; the message gives the reason and the fix
    └── FileRefused     one file cannot be scored; others can
"""

from __future__ import annotations


class BatchError(Exception):
    """A batch cannot be run; the message gives the reason and the fix."""


class FileRefused(BatchError):
    """One file cannot be scored; others can."""
