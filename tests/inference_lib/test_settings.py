"""The function's environment is read once, and all errors are reported together."""

from __future__ import annotations

import pytest

from inference_lib import environment
from inference_lib.errors import SettingsError
from inference_lib.settings import FunctionSettings
from inference_lib.telemetry.metrics import CATALOGUE, EMF, PREDICTIONS

_BUNDLE = {environment.MODEL_BUNDLE: "/opt/model"}


def test_defaults_are_safe() -> None:
    settings = FunctionSettings(_BUNDLE)
    assert settings.max_instances == environment.DEFAULT_MAX_INSTANCES
    assert settings.max_body_bytes == environment.DEFAULT_MAX_BODY_BYTES
    assert settings.log_payload_sample_rate == 0
    assert settings.log_payload_drop == frozenset()
    assert settings.namespace == "MLInference"
    assert settings.session_options.threads == 1


def test_every_wrong_variable_is_named_at_once() -> None:
    wrong = {
        "MAX_INSTANCES": "many",
        "DEADLINE_MARGIN_MS": "0",
        "LOG_PAYLOAD_SAMPLE_RATE": "nan",
        "LOG_PAYLOAD_DROP": "age",
        "LOG_PAYLOAD_HASH": '["age"]',
        "LOG_PAYLOAD_HASH_KEY": "guess me",
    }
    with pytest.raises(SettingsError) as raised:
        FunctionSettings(wrong)
    assert str(raised.value).split("; ") == [
        "the environment variable MODEL_BUNDLE is not set",
        "it names the directory of the bundle",
        "the environment variable MAX_INSTANCES must be a whole number above 0",
        "the environment variable DEADLINE_MARGIN_MS must be a whole number above 0",
        "the environment variable LOG_PAYLOAD_SAMPLE_RATE must be a number from 0 to 1",
        'the environment variable LOG_PAYLOAD_DROP must be a JSON list of feature names, such as ["age"]',
        "the environment variable LOG_PAYLOAD_HASH_KEY must be a key of 32 to 64 bytes",
    ]


def test_metrics_that_are_not_listed_are_members_of_the_record_only() -> None:
    emitted = {metric for metric in CATALOGUE if metric.source == EMF}

    assert FunctionSettings(_BUNDLE).members == frozenset()
    assert FunctionSettings({**_BUNDLE, "METRICS": '["Predictions"]'}).members == emitted - {PREDICTIONS}
    assert FunctionSettings({**_BUNDLE, "METRICS": "[]"}).members == emitted


def test_a_metric_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"METRICS must name metrics of Predictions, .*, OutOfRange$"):
        FunctionSettings({**_BUNDLE, "METRICS": '["Predictionz"]'})


@pytest.mark.parametrize(("memory_mb", "threads"), [(128, 1), (1769, 1), (3537, 1), (3538, 2), (10240, 5)])
def test_threads_follow_the_share_of_processors_that_the_memory_buys(memory_mb: int, threads: int) -> None:
    settings = FunctionSettings({**_BUNDLE, environment.FUNCTION_MEMORY_MB: str(memory_mb)})
    assert settings.session_options.threads == threads
