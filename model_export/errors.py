"""The errors that this package raises.

::

    ExportError
    ├── InputError          a file or an argument is not what the export needs
    ├── UnsupportedModel    the model cannot be converted faithfully; says why and the way out
    └── ProofFailed         the converted model does not answer as the original does
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from model_export.proof.parity import ParityReport


class ExportError(Exception):
    """Base of all errors of this package; its text is one clear sentence for people."""


class InputError(ExportError):
    """A file or an argument is not what the export needs."""


class UnsupportedModel(ExportError):
    """The model cannot be converted faithfully."""


class ProofFailed(ExportError):
    """The converted model does not answer as the original does.

    Parameters
    ----------
    message : str
        What differs and the likely cause.
    report : ParityReport
        All that was compared, worst rows included.
    """

    def __init__(self, message: str, report: ParityReport) -> None:
        super().__init__(message)
        self.report = report
