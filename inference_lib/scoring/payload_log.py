"""Logs requests and predictions: off by default, sampled, bounded, with features dropped or hashed."""

from __future__ import annotations

import binascii

from inference_lib import environment
from inference_lib.errors import SettingsError
from inference_lib.json_text import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Contract, Json
    from inference_lib.contract.validation import Validated
    from inference_lib.runtime.model import Prediction
    from inference_lib.scoring.keyed_hash import KeyedHash
    from inference_lib.settings import FunctionSettings

LEFT_OUT = "payload_left_out"
"""Member of each line with a payload, and of no other: how many instances did not fit."""

_CHECKSUMS = 2**32
_EXPLANATION = "contributions"


class PayloadLog:
    """Decides which requests are logged, and which of their features.

    Parameters
    ----------
    contract : Contract
        The features.
    settings : FunctionSettings
        Share of the requests, longest payload, and which features are dropped or hashed.

    Raises
    ------
    SettingsError
        A feature to drop or hash does not exist: with a misspelt name it would be logged.
    """

    def __init__(self, contract: Contract, settings: FunctionSettings) -> None:
        known = [feature.name for feature in contract.features]
        _check_known(environment.LOG_PAYLOAD_DROP, settings.log_payload_drop, known)
        _check_known(environment.LOG_PAYLOAD_HASH, settings.log_payload_hash, known)
        self._names = [name for name in known if name not in settings.log_payload_drop]
        self._hashes: dict[str, KeyedHash] = {}
        if hashed := [name for name in self._names if name in settings.log_payload_hash]:
            from inference_lib.scoring.keyed_hash import KeyedHash  # noqa: PLC0415 - off by default

            key = settings.log_payload_hash_key.encode()
            self._hashes = {name: KeyedHash(key, name) for name in hashed}
        self._threshold = settings.log_payload_sample_rate * _CHECKSUMS
        self._max_bytes = settings.log_payload_max_bytes

    def members(self, request_id: str, valid: Validated, predictions: Sequence[Prediction]) -> str:
        """Return the member ``payload`` of a log line, or nothing when the request is not in the sample.

        The sample is drawn by a hash of the request id, so that the same request is always in or out. Contributions
        of features are left out, because they would reveal dropped features. The text that is measured against the
        limit is the one that is logged: to write it twice would double the cost.
        """
        if binascii.crc32(request_id.encode()) >= self._threshold:
            return ""
        kept: list[str] = []
        left = self._max_bytes - 1  # of the list: two brackets, and a comma less than it has entries
        for row, prediction in enumerate(predictions):
            instance: dict[str, Json] = {name: valid.columns[name][row] for name in self._names}
            for name, keyed_hash in self._hashes.items():
                instance[name] = keyed_hash.of(instance[name])
            answer: dict[str, Json] = {name: value for name, value in prediction.items() if name != _EXPLANATION}
            entry = encode({"instance": instance, "prediction": answer})
            left -= len(entry) + 1
            if left < 0:
                break
            kept.append(entry)
        return f'"payload":[{",".join(kept)}],"{LEFT_OUT}":{len(predictions) - len(kept)}'


def _check_known(variable: str, names: frozenset[str], known: Sequence[str]) -> None:
    unknown = sorted(names.difference(known))
    if unknown:
        raise SettingsError(
            f"the environment variable {variable} names features that the model does not have: "
            f"{', '.join(unknown)}; expected some of {', '.join(known)}"
        )
