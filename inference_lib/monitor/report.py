"""What the reports of the monitor have in common: a model, a window of time, and a state to notify people of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from inference_lib.telemetry.logs import timestamp

if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Json
    from inference_lib.monitor.notices import Notice
    from inference_lib.telemetry.metrics import Metric


class Report(ABC):
    """A window of requests or of feedback, compared with the reference in the bundle.

    Parameters
    ----------
    contract : Contract
        Of the bundle.
    start, end : float, seconds since the epoch
        The window.
    """

    MESSAGE: ClassVar[str]
    """``message`` of the record."""

    def __init__(self, contract: Contract, start: float, end: float) -> None:
        self._start, self._end = start, end
        self._version = contract.version
        self._model = f"{contract.name} {contract.version}"

    @property
    @abstractmethod
    def state(self) -> str:
        """The state as text, with which the next report is compared; empty when all is well."""

    @property
    @abstractmethod
    def is_known(self) -> bool:
        """Whether there was enough in the window to know the state."""

    @abstractmethod
    def metrics(self) -> dict[Metric, float]:
        """Return what is emitted."""

    @abstractmethod
    def members(self) -> dict[str, Json]:
        """Return the members of the record."""

    @abstractmethod
    def notice(self, earlier: str) -> Notice | None:
        """Return the notice to send, or None when the state has not changed.

        Parameters
        ----------
        earlier : str
            The ``state`` that they were last notified of; empty when there is none.
        """

    def _window(self) -> dict[str, Json]:
        """Return the members with which every record begins."""
        return {
            "message": self.MESSAGE,
            "timestamp": timestamp(self._end),
            "window_start": timestamp(self._start),
            "window_end": timestamp(self._end),
            "model_version": self._version,
        }
