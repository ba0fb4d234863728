"""The logged parts of a request: hashed, dropped, and nothing that reveals what was dropped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib.errors import SettingsError
from inference_lib.http.requests import Request
from inference_lib.scoring.keyed_hash import KeyedHash
from inference_lib.scoring.payload_log import LEFT_OUT
from inference_lib.testing import read_lines
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

KEY = "0123456789abcdef0123456789abcdef"
AGE = 40.15625
"""With more digits than the durations of a line have, so that none of them is taken for it."""
INSTANCE = {"age": AGE, "cups of coffee": 2, "chronotype": "early"}


def logged(bundle: Path, body: dict[str, Any], **variables: str) -> dict[str, Any]:
    settings = {"LOG_PAYLOAD_SAMPLE_RATE": "1", "LOG_PAYLOAD_MAX_BYTES": "9000", **variables}
    api = InProcessApi(bundle, **settings)
    request = Request(method="POST", path="/predict", headers={}, body=json.dumps(body), request_id="r-1")
    response, lines = api.service.handle(request)
    assert response.status == 200, response.body
    (line,) = (each for each in read_lines(lines).logs if LEFT_OUT in each)
    return dict(line)


def test_a_hashed_feature_is_logged_as_the_hash_of_its_name_and_value(bundle_path: Path) -> None:
    line = logged(
        bundle_path,
        {"instances": [INSTANCE, {**INSTANCE, "age": None}]},
        LOG_PAYLOAD_HASH='["age"]',
        LOG_PAYLOAD_HASH_KEY=KEY,
    )
    first, second = line["payload"]

    assert first["instance"] == {**INSTANCE, "age": KeyedHash(KEY.encode(), "age").of(AGE)}
    assert second["instance"]["age"] is None, "that a value is missing is told"
    assert str(AGE) not in json.dumps(line)


@pytest.mark.parametrize("instances", [1, 3])
def test_a_payload_is_at_most_as_long_as_its_limit_and_no_shorter_than_it_must_be(
    bundle_path: Path, instances: int
) -> None:
    body = {"instances": [INSTANCE] * instances}
    length = len(json.dumps(logged(bundle_path, body)["payload"], separators=(",", ":")))

    assert logged(bundle_path, body, LOG_PAYLOAD_MAX_BYTES=str(length))[LEFT_OUT] == 0
    assert logged(bundle_path, body, LOG_PAYLOAD_MAX_BYTES=str(length - 1))[LEFT_OUT] == 1


def test_a_dropped_feature_is_not_hashed_either(bundle_path: Path) -> None:
    line = logged(
        bundle_path,
        {"instances": [INSTANCE]},
        LOG_PAYLOAD_DROP='["age"]',
        LOG_PAYLOAD_HASH='["age"]',
        LOG_PAYLOAD_HASH_KEY=KEY,
    )

    assert "age" not in line["payload"][0]["instance"]


def test_contributions_are_not_logged_because_they_reveal_dropped_features(bundle_path: Path) -> None:
    line = logged(bundle_path, {"instances": [INSTANCE], "parameters": {"explain": True}}, LOG_PAYLOAD_DROP='["age"]')

    assert line["payload"][0]["prediction"].keys() == {"label", "probability", "probabilities"}
    assert line[LEFT_OUT] == 0


def test_a_hash_depends_on_key_feature_and_value_and_not_on_how_a_number_is_written() -> None:
    ages = KeyedHash(KEY.encode(), "a")
    found = [ages.of(40), ages.of(41), KeyedHash(KEY.encode(), "b").of(40), KeyedHash(b"k" * 64, "a").of(40)]

    assert len({json.dumps(each) for each in found}) == 4
    assert ages.of(40) == ages.of(40.0)
    assert ages.of("40") != ages.of(40)
    assert ages.of(None) is None


def test_a_misspelt_feature_to_hash_stops_the_start_rather_than_being_logged(bundle_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        InProcessApi(bundle_path, LOG_PAYLOAD_HASH='["aeg"]', LOG_PAYLOAD_HASH_KEY=KEY)

    assert str(raised.value) == (
        "the environment variable LOG_PAYLOAD_HASH names features that the model does not have: aeg; "
        "expected some of age, cups of coffee, chronotype"
    )


def test_hashing_is_not_loaded_where_nothing_is_hashed(bundle_path: Path) -> None:
    program = "import sys\nfrom inference_lib import handler\nprint('inference_lib.scoring.keyed_hash' in sys.modules)"
    environment = {**os.environ, "MODEL_BUNDLE": str(bundle_path), "LOG_PAYLOAD_SAMPLE_RATE": "1"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
