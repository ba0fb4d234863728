"""Logging of what was asked and answered: off by default, sampled, bounded, and without named features."""

from __future__ import annotations

import binascii
import json

from inference_lib.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract import Contract, Json
    from inference_lib.model import Prediction
    from inference_lib.validation import Validated

LEFT_OUT = "payload_left_out"
"""Member of each line that has a payload, and of no other: how many instances did not fit into it."""

_HASHES = 2**32


class PayloadLog:
    """Decides which requests are logged in full, and what of them.

    Parameters
    ----------
    contract : Contract
        The features.
    sample_rate : float
        Share of the requests, 0 to 1.
    max_bytes : int
        Longest payload, as JSON in bytes.
    drop : frozenset of str
        Features that are never logged.

    Raises
    ------
    SettingsError
        A feature that shall be dropped does not exist: with a misspelt name it would be logged.
    """

    def __init__(self, contract: Contract, sample_rate: float, max_bytes: int, drop: frozenset[str]) -> None:
        known = [feature.name for feature in contract.features]
        unknown = sorted(drop.difference(known))
        if unknown:
            raise SettingsError(
                f"the environment variable LOG_PAYLOAD_DROP names features that the model does not have: "
                f"{', '.join(unknown)}; expected some of {', '.join(known)}"
            )
        self._names = [name for name in known if name not in drop]
        self._threshold = sample_rate * _HASHES
        self._max_bytes = max_bytes

    def payload(self, request_id: str, valid: Validated, predictions: Sequence[Prediction]) -> dict[str, Json]:
        """Return the member ``payload`` of a log line, or nothing when the request is not in the sample.

        The sample is drawn by a hash of the request id, so that the same request is always in or out.
        """
        if binascii.crc32(request_id.encode()) >= self._threshold:
            return {}
        kept: list[Json] = []
        left = self._max_bytes
        for row, prediction in enumerate(predictions):
            instance: dict[str, Json] = {name: valid.columns[name][row] for name in self._names}
            entry: dict[str, Json] = {"instance": instance, "prediction": prediction}
            left -= len(json.dumps(entry)) + 1
            if left < 0:
                break
            kept.append(entry)
        return {"payload": kept, LEFT_OUT: len(predictions) - len(kept)}
