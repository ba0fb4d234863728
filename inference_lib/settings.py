"""The function's settings, read from its environment once and checked as a whole."""

from __future__ import annotations

import json
import os

from inference_lib import environment
from inference_lib.contract.document import IGNORE, REFUSE
from inference_lib.errors import SettingsError
from inference_lib.runtime.options import SessionOptions, threads_of
from inference_lib.telemetry.metrics import CATALOGUE, EMF, NAMESPACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from inference_lib.telemetry.metrics import Metric

    T = TypeVar("T")


_KEY_BYTES = (32, 64)
"""BLAKE2b takes at most the second; a key shorter than the first can be guessed."""


class FunctionSettings:
    """The values of the environment variables in ``inference_lib.environment``.

    Parameters
    ----------
    variables : mapping of str to str, optional
        By default the process's environment.

    Raises
    ------
    SettingsError
        Names every variable that is wrong, and what is expected.
    """

    __slots__ = (
        "bundle",
        "class_metrics",
        "cors_allow_origin",
        "deadline_margin_ms",
        "feedback",
        "ignores_unknown_features",
        "log_bins",
        "log_payload_drop",
        "log_payload_hash",
        "log_payload_hash_key",
        "log_payload_max_bytes",
        "log_payload_sample_rate",
        "max_body_bytes",
        "max_instances",
        "max_nesting",
        "max_text_length",
        "members",
        "namespace",
        "session_options",
        "shadow_bundle",
        "shadow_sample_rate",
    )

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        reader = Reader(os.environ if variables is None else variables)
        self.bundle = reader.text(environment.MODEL_BUNDLE, "the directory of the bundle")
        self.namespace = reader.variables.get(environment.METRICS_NAMESPACE) or NAMESPACE
        self.cors_allow_origin = reader.variables.get(environment.CORS_ALLOW_ORIGIN, "")
        self.class_metrics = reader.names(environment.CLASS_METRICS, 'labels, such as ["low"]')
        self.members = reader.members(environment.METRICS)
        self.max_instances = reader.whole(environment.MAX_INSTANCES, environment.DEFAULT_MAX_INSTANCES)
        self.max_text_length = reader.whole(environment.MAX_TEXT_LENGTH, environment.DEFAULT_MAX_TEXT_LENGTH)
        self.max_nesting = reader.whole(environment.MAX_NESTING, environment.DEFAULT_MAX_NESTING)
        self.max_body_bytes = reader.whole(environment.MAX_BODY_BYTES, environment.DEFAULT_MAX_BODY_BYTES)
        self.ignores_unknown_features = reader.ignores(environment.UNKNOWN_FEATURES)
        self.deadline_margin_ms = reader.whole(environment.DEADLINE_MARGIN_MS, environment.DEFAULT_DEADLINE_MARGIN_MS)
        self.feedback = reader.flag(environment.FEEDBACK, default=False)
        self.log_bins = reader.flag(environment.LOG_BINS, default=True)
        self.log_payload_sample_rate = reader.share(environment.LOG_PAYLOAD_SAMPLE_RATE)
        self.log_payload_max_bytes = reader.whole(
            environment.LOG_PAYLOAD_MAX_BYTES, environment.DEFAULT_LOG_PAYLOAD_MAX_BYTES
        )
        self.log_payload_drop = reader.names(environment.LOG_PAYLOAD_DROP, 'feature names, such as ["age"]')
        self.log_payload_hash = reader.names(environment.LOG_PAYLOAD_HASH, 'feature names, such as ["postcode"]')
        self.log_payload_hash_key = reader.key(environment.LOG_PAYLOAD_HASH_KEY, needed=bool(self.log_payload_hash))
        self.shadow_bundle = reader.variables.get(environment.SHADOW_BUNDLE, "")
        self.shadow_sample_rate = reader.share(environment.SHADOW_SAMPLE_RATE)
        memory_mb = reader.whole(environment.FUNCTION_MEMORY_MB, 128)
        self.session_options = SessionOptions(threads=threads_of(memory_mb))
        if reader.faults:
            raise SettingsError("; ".join(reader.faults))


class Reader:
    """Reads variables and collects what is wrong with them.

    Parameters
    ----------
    variables : mapping of str to str
        An environment.

    Attributes
    ----------
    faults : list of str
        What is wrong so far.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.faults: list[str] = []

    def ignores(self, name: str) -> bool:
        """Return whether the value is ``ignore`` and not ``refuse``, the default."""
        value = self.variables.get(name, REFUSE)
        if value not in (REFUSE, IGNORE):
            self.faults.append(f"the environment variable {name} is not {REFUSE} or {IGNORE}")
        return value == IGNORE

    def text(self, name: str, meaning: str) -> str:
        """Return a text that is required."""
        value = self.variables.get(name, "")
        if not value:
            self.faults.append(f"the environment variable {name} is not set; it names {meaning}")
        return value

    def whole(self, name: str, default: int) -> int:
        """Return a whole number above 0."""
        return self._read(name, default, _whole, "a whole number above 0")

    def flag(self, name: str, *, default: bool) -> bool:
        """Return ``true`` or ``false``."""
        return self._read(name, default, _flag, "true or false")

    def share(self, name: str, default: float = 0.0) -> float:
        """Return a number from 0 to 1."""
        return self._read(name, default, _share, "a number from 0 to 1")

    def names(self, name: str, expected: str) -> frozenset[str]:
        """Return the texts of a list in JSON."""
        empty: frozenset[str] = frozenset()
        return self._read(name, empty, _names, f"a JSON list of {expected}")

    def members(self, name: str) -> frozenset[Metric]:
        """Return the metrics of the catalogue that the variable, a list of names, leaves out; none without a list."""
        of_function = {metric.name: metric for metric in CATALOGUE if metric.source == EMF}
        emitted = self._read(name, frozenset(of_function), _names, "a JSON list of metric names")
        if not emitted <= of_function.keys():
            self.faults.append(f"the environment variable {name} must name metrics of {', '.join(of_function)}")
        return frozenset(metric for metric in of_function.values() if metric.name not in emitted)

    def key(self, name: str, *, needed: bool) -> str:
        """Return a key; its length is checked only if it is needed."""
        value = self.variables.get(name, "")
        if needed and not _KEY_BYTES[0] <= len(value.encode()) <= _KEY_BYTES[1]:
            self.faults.append(
                f"the environment variable {name} must be a key of {_KEY_BYTES[0]} to {_KEY_BYTES[1]} bytes"
            )
        return value

    def _read(self, name: str, default: T, parse: Callable[[str], T], expected: str) -> T:
        text = self.variables.get(name, "")
        if not text:
            return default
        try:
            return parse(text)
        except ValueError:
            self.faults.append(f"the environment variable {name} must be {expected}")
            return default


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ValueError(text)
    return int(text)


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


def _share(text: str) -> float:
    if not 0 <= float(text) <= 1:
        raise ValueError(text)
    return float(text)


def _names(text: str) -> frozenset[str]:
    names = json.loads(text)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(text)
    return frozenset(names)
