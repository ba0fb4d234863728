"""The errors that this package raises.

::

    ExportError
    ├── InputError          a file or an argument is not what the export needs
    ├── UnsupportedModel    the model cannot be converted faithfully; says why and the way out
    └── ProofFailed         the converted model does not answer as the original does (in proof.report)
"""

from __future__ import annotations


class ExportError(Exception):
    """Base of all errors of this package; its text is one clear sentence for people."""


class InputError(ExportError):
    """A file or an argument is not what the export needs."""


class UnsupportedModel(ExportError):
    """The model cannot be converted faithfully."""
