"""From instances to predictions, for all protocols: validated, timed and observed."""

from __future__ import annotations

from time import perf_counter

from inference_lib.bundle.profile import BinCoder, by_target, margin
from inference_lib.contract.columns import Quality
from inference_lib.contract.document import class_key
from inference_lib.contract.validation import INSTANCES
from inference_lib.errors import DeadlineTooNear
from inference_lib.scoring.payload_log import PayloadLog
from inference_lib.telemetry.logs import members_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from inference_lib.bundle.loading import Bundle
    from inference_lib.contract.document import Json
    from inference_lib.contract.validation import Places, Validated
    from inference_lib.http.requests import Request
    from inference_lib.runtime.model import Prediction
    from inference_lib.runtime.table import Table
    from inference_lib.scoring.shadow import Shadow
    from inference_lib.settings import FunctionSettings
    from inference_lib.telemetry.logs import Logger


MAX_OBSERVED: Final = 100
"""Maximum number of observed instances of a request, evenly spaced: as many as a record has values."""


class Observation:
    """What the log and the metrics record about one request.

    Attributes
    ----------
    instances : list of str
        For at most ``MAX_OBSERVED`` instances the members of their records, as JSON.
    messages : list of str
        Members of further log lines.
    margin : float or None
        Smallest difference between the two greatest probabilities or scores of an observed instance; of a detector of
        outliers, the smallest distance of a score from zero.
    lost : str
        The stack trace when observing the instances failed.
    """

    __slots__ = (
        "answered",
        "error",
        "instances",
        "labels",
        "lost",
        "margin",
        "messages",
        "operation",
        "parsed",
        "parts_ms",
        "payload",
        "probabilities",
        "quality",
        "rows",
        "started",
    )

    def __init__(self) -> None:
        self.started = self.parsed = perf_counter()
        self.answered: tuple[Validated, Sequence[Prediction]] | None = None
        self.operation = ""
        self.rows = 0
        self.probabilities: list[float] = []
        self.labels: dict[str, int] = {}
        self.instances: list[str] = []
        self.messages: list[str] = []
        self.margin: float | None = None
        self.quality = Quality()
        self.parts_ms: dict[str, Json] = {}
        self.payload = ""
        self.error = ""
        self.lost = ""


class Scorer:
    """Predicts with one bundle.

    Parameters
    ----------
    bundle : Bundle
        The loaded model.
    settings : FunctionSettings
        Deadline, and which parts of the payload are logged.

    Attributes
    ----------
    max_instances : int
        Maximum number of instances of a request.

    Raises
    ------
    SettingsError
        The settings do not fit the bundle.
    BundleError
        They name a second bundle that cannot be the shadow of this one.
    """

    def __init__(self, bundle: Bundle, settings: FunctionSettings) -> None:
        self._bundle = bundle
        self._deadline_margin_ms = settings.deadline_margin_ms
        self.max_instances = settings.max_instances
        self._takes_feedback = settings.feedback
        self._coder = BinCoder(bundle.profile()) if settings.log_bins else None
        self._payload_log = PayloadLog(bundle.contract, settings)
        self._shadow = _shadow_of(bundle, settings) if settings.shadow_bundle else None

    def score(
        self, instances: Json, request: Request, seen: Observation, places: Places = INSTANCES, *, explain: bool = False
    ) -> Sequence[Prediction]:
        """Predict for the instances of a request.

        Parameters
        ----------
        instances : object
            A list of objects.
        request : Request
            With the remaining time.
        seen : Observation
            Filled in.
        places : Places
            How the request's protocol names the places of problems.
        explain : bool
            Whether each prediction gets contributions.

        Raises
        ------
        DeadlineTooNear, InvalidRequest
            Too little time is left; the instances break the contract, or are too many to be explained.
        """
        parsed = perf_counter()
        valid = self._bundle.validator.validate(instances, seen.quality, places)
        validated = perf_counter()
        self.check_deadline(request)
        predictions = self._bundle.model.predict(valid.columns, valid.rows)
        if explain:
            predictions = self._explained(valid, predictions)
        seen.parts_ms = {
            "parse_ms": _ms(parsed - seen.started),
            "validate_ms": _ms(validated - parsed),
            "predict_ms": _ms(perf_counter() - validated),
        }
        self._record(request, valid, predictions, seen)
        return predictions

    def _record(self, request: Request, valid: Validated, predictions: Sequence[Prediction], seen: Observation) -> None:
        """Observe the predictions; whatever fails is kept for the log, for telemetry never breaks an answer."""
        seen.rows = valid.rows
        seen.answered = (valid, predictions)
        try:
            self._observe(valid, predictions, seen)
            seen.payload = self._payload_log.members(request.request_id, valid, predictions)
        except Exception:  # noqa: BLE001 - the caller has an answer, and the log gets the trace
            from traceback import format_exc  # noqa: PLC0415 - only an error needs it

            seen.lost = format_exc()

    def _explained(self, valid: Validated, predictions: Sequence[Prediction]) -> list[Prediction]:
        from inference_lib.scoring.explain import add_contributions  # noqa: PLC0415 - few requests need it

        explained = [*predictions]
        add_contributions(self._bundle, valid, explained, self.max_instances)
        return explained

    def _observe(self, valid: Validated, predictions: Sequence[Prediction], seen: Observation) -> None:
        rows = _observed(valid.rows)
        table: Table | None = None if isinstance(predictions, list) else predictions  # type: ignore[assignment] # no list
        if table is None:
            sample = [predictions[row] for row in rows]
            seen.probabilities = [p for each in predictions if isinstance(p := each.get("probability"), float)]
            seen.labels = _counted(predictions)
            seen.margin = _margin(sample)
        else:
            sample = table.some(rows) if self._takes_feedback else []
            seen.probabilities, seen.labels, seen.margin = table.probabilities, table.labels(), table.margin(rows)
        if self._coder is not None or self._takes_feedback:
            seen.instances = self._recorded(valid, rows, sample, table)

    def _recorded(
        self, valid: Validated, rows: Sequence[int], sample: Sequence[Prediction], table: Table | None
    ) -> list[str]:
        """Return the members of the records of some instances; with a table, only feedback needs the sample."""
        parts: list[list[str]] = []
        if valid.rows > 1:
            parts.append([f'"instance":{row}' for row in rows])
        if self._coder is not None:
            parts.append([f'"bins":"{code}"' for code in _codes(self._coder, valid, rows, sample, table)])
        if self._takes_feedback:
            parts.append([_feedback_members(prediction) for prediction in sample])
        return [",".join(each) for each in zip(*parts, strict=True)]

    def shadow_lines(self, request: Request, seen: Observation, logger: Logger) -> str:
        """Score the request with the shadow, and return the lines about the difference; empty without a shadow."""
        if self._shadow is None or seen.answered is None:
            return ""
        return self._shadow.lines(request, *seen.answered, logger)

    def check_deadline(self, request: Request) -> None:
        """Refuse a request that would not be answered before Lambda ends the function.

        Raises
        ------
        DeadlineTooNear
            Less than the margin is left.
        """
        if request.remaining_ms is not None and request.remaining_ms() < self._deadline_margin_ms:
            raise DeadlineTooNear("Too little time is left to answer this request. Send fewer instances, or try again.")


def _codes(
    coder: BinCoder, valid: Validated, rows: Sequence[int], sample: Sequence[Prediction], table: Table | None
) -> list[str]:
    if valid.rows == 1:
        return [coder.code(valid.columns, 0, sample[0])]
    from inference_lib.scoring import batch  # noqa: PLC0415 - the cold start of single instances

    parts = batch.parts_of(sample) if table is None else batch.parts_of_table(table, rows)
    return batch.codes(coder, valid.columns, rows, parts)


def _margin(sample: Sequence[Prediction]) -> float | None:
    if "score" in sample[0]:
        return min([abs(each["score"]) for each in sample])  # type: ignore[arg-type] # a number
    for name in ("scores", "probabilities"):
        if name in sample[0]:
            return min([margin(each[name]) for each in sample])  # type: ignore[arg-type] # numbers by class
    return None


def _counted(predictions: Sequence[Prediction]) -> dict[str, int]:
    """Return how often each class was predicted, of several targets each with its name."""
    found: dict[str, int] = {}
    for each in predictions:
        if "label" in each:
            label = str(each["label"])
            found[label] = found.get(label, 0) + 1
        elif "predictions" in each:
            for target, of_target in by_target(each).items():
                label = f"{target}: {of_target['label']}"
                found[label] = found.get(label, 0) + 1
    return found


def _observed(rows: int) -> Sequence[int]:
    return range(rows) if rows <= MAX_OBSERVED else [at * rows // MAX_OBSERVED for at in range(MAX_OBSERVED)]


def _feedback_members(prediction: Prediction) -> str:
    """Return the members by which a prediction is compared with its ground truth.

    ``scores`` are the value, or the probabilities in the order of the classes with commas between; 0 for a label
    without probabilities. ``predicted`` is the class: it is not always that of the greatest probability, and rounded
    probabilities may be equal.
    """
    if "value" in prediction:
        return f'"scores":"{prediction["value"]!r}"'
    probabilities = prediction.get("probabilities")
    numbers = probabilities.values() if isinstance(probabilities, dict) else [0.0]
    scores = ",".join([f"{probability:.4f}" for probability in numbers])
    predicted = members_text({"predicted": class_key(prediction["label"])})  # type: ignore[arg-type] # a label
    return f'"scores":"{scores}",{predicted}'


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _shadow_of(bundle: Bundle, settings: FunctionSettings) -> Shadow:
    from inference_lib.scoring.shadow import Shadow  # noqa: PLC0415 - off by default

    return Shadow(bundle, settings)
