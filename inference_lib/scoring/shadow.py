"""The shadow: a second model that scores the requests of the served one, and whose predictions are never returned.

It runs after the answer is ready, if there is time. It cannot change the answer. This module is imported only when a
setting names a second bundle (docs/shadow.md).
"""

from __future__ import annotations

import binascii
from time import perf_counter

from inference_lib.bundle.loading import load_bundle
from inference_lib.bundle.profile import by_target, watched_number
from inference_lib.contract.document import class_key
from inference_lib.errors import BundleError
from inference_lib.scoring.agreement import disagreement
from inference_lib.telemetry.emf import Emitter
from inference_lib.telemetry.logs import members_text
from inference_lib.telemetry.metrics import (
    LABEL_FLIP_RATE,
    PREDICTION_DELTA,
    SHADOW_ERRORS,
    Metric,
    dimensions,
    version_pair,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.bundle.loading import Bundle
    from inference_lib.contract.document import Json
    from inference_lib.contract.validation import Validated
    from inference_lib.http.requests import Request
    from inference_lib.runtime.model import Prediction
    from inference_lib.settings import FunctionSettings
    from inference_lib.telemetry.logs import Logger

_HASHES = 2**32


class Shadow:
    """A second model next to the served one.

    Parameters
    ----------
    served : Bundle
        The model that answers.
    settings : FunctionSettings
        Names the second bundle, the share of the requests, and the time that must be left.

    Raises
    ------
    BundleError
        The second bundle is damaged, or its features or classes differ from those of the served one.
    RuntimeLibraryError
        ONNX Runtime refuses the second model.
    """

    def __init__(self, served: Bundle, settings: FunctionSettings) -> None:
        self._bundle = load_bundle(settings.shadow_bundle, settings.max_instances, settings.session_options)
        fault = disagreement(served.contract, self._bundle.contract)
        if fault:
            raise BundleError(
                f"{settings.shadow_bundle}: cannot be the shadow of {served.contract.name} {served.contract.version}: "
                f"{fault}. Name a bundle with the same features and classes."
            )
        # The first prediction, when the bundle was loaded, took longer than all others will.
        started = perf_counter()
        self._bundle.disagreement(self._bundle.first.cases[0])
        self._row_ms = _elapsed_ms(started)
        self._versions = (served.contract.version, self._bundle.contract.version)
        pair = version_pair(*self._versions)
        self._emitter = Emitter(settings.namespace, {**dimensions(served.contract.name), **pair})
        self._threshold = settings.shadow_sample_rate * _HASHES
        self._margin_ms = settings.deadline_margin_ms

    def lines(self, request: Request, valid: Validated, answered: Sequence[Prediction], logger: Logger) -> str:
        """Run the shadow, and return the lines about the difference; empty for most requests.

        This method never raises.

        Parameters
        ----------
        request : Request
            Its id decides whether it is sampled, so that the same request is always in or out.
        valid : Validated
            The instances that were answered.
        answered : sequence of dict
            The predictions of the served model.
        logger : Logger
            Makes a line when the shadow fails or has no time.
        """
        if binascii.crc32(request.request_id.encode()) >= self._threshold:
            return ""
        identity: dict[str, Json] = {
            "function_request_id": request.request_id,
            "model_version": self._versions[0],
            "shadow_version": self._versions[1],
        }
        if not self._has_time(request, valid.rows):
            return logger.line("INFO", "shadow left out: too little time", "shadow", members_text(identity))
        started = perf_counter()
        try:
            predictions = self._bundle.model.predict(valid.columns, valid.rows)
            metrics = self._difference(answered, predictions)
        except Exception:  # noqa: BLE001 - the caller has an answer, and the log gets the trace
            from traceback import format_exc  # noqa: PLC0415 - only an error needs it

            failed = self._emitter.record({SHADOW_ERRORS: 1}, members_text(identity))
            members = members_text({**identity, "exception": format_exc()})
            return f"{failed}\n{logger.line('ERROR', 'shadow failed', 'shadow', members)}"
        elapsed_ms = _elapsed_ms(started)
        self._learn(elapsed_ms / valid.rows)
        properties = members_text({**identity, "rows": valid.rows, "shadow_ms": round(elapsed_ms, 3)})
        return self._emitter.record({**metrics, SHADOW_ERRORS: 0}, properties) + "\n"

    def _has_time(self, request: Request, rows: int) -> bool:
        return request.remaining_ms is None or request.remaining_ms() >= self._margin_ms + rows * self._row_ms

    def _learn(self, row_ms: float) -> None:
        """Adapt to a slow run at once and to a fast one slowly: a run cannot be interrupted."""
        self._row_ms = max(row_ms, 0.5 * self._row_ms)

    def _difference(
        self, answered: Sequence[Prediction], predictions: Sequence[Prediction]
    ) -> dict[Metric, list[float]]:
        pairs = [
            (ours[target], theirs[target])
            for ours, theirs in zip(map(by_target, answered), map(by_target, predictions), strict=True)
            for target in ours
        ]
        difference = {PREDICTION_DELTA: [_distance(*pair) for pair in pairs]}
        if "label" in pairs[0][0]:
            flips = [float(_label_key(ours) != _label_key(theirs)) for ours, theirs in pairs]
            difference[LABEL_FLIP_RATE] = flips
        return difference


def _distance(ours: Prediction, theirs: Prediction) -> float:
    """Return how far two predictions are apart.

    Of probabilities it is the total variation distance, how much would have to move to other classes; of any other
    prediction the difference of the watched numbers, and of labels alone nothing.
    """
    first, second = ours.get("probabilities"), theirs.get("probabilities")
    if isinstance(first, dict) and isinstance(second, dict):
        return sum([abs(number - second[key]) for key, number in first.items()]) / 2  # type: ignore[operator] # numbers
    one, other = watched_number(ours), watched_number(theirs)
    return abs(one[1] - other[1]) if one and other else 0.0


def _label_key(prediction: Prediction) -> str:
    return class_key(prediction["label"])  # type: ignore[arg-type] # a label


def _elapsed_ms(started: float) -> float:
    return (perf_counter() - started) * 1000
