"""Calls of AWS: signatures are botocore's, and refusals are one sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.monitor.aws_client import AwsClient, AwsError, Credentials, signed_headers

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARIABLES = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}
_MOMENT = 1_790_000_000


@pytest.fixture(scope="module", autouse=True)
def _at_one_moment() -> Iterator[None]:
    moment = datetime.fromtimestamp(_MOMENT, UTC).replace(tzinfo=None)
    with patch("botocore.auth.get_current_datetime", lambda: moment):
        yield


@given(
    body=st.binary(max_size=40),
    secret=st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=40),
    token=st.sampled_from(["", "FwoGZXIvYXdzE//token=="]),
    service=st.sampled_from(["logs", "sns"]),
    path=st.sampled_from(["/", "/_local/aws/"]),
    target=st.sampled_from(["Logs_20140328.StartQuery", "  two  words "]),
)
def test_signatures_are_those_of_botocore(  # noqa: PLR0913, PLR0917 - one argument for each part of a signature
    body: bytes, secret: str, token: str, service: str, path: str, target: str
) -> None:
    url = f"https://{service}.eu-central-1.amazonaws.com{path}"
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
    theirs = AWSRequest("POST", url, headers=headers, data=body)
    SigV4Auth(BotoCredentials("AKID", secret, token or None), service, "eu-central-1").add_auth(theirs)

    ours = signed_headers(
        Credentials("AKID", secret, token), "eu-central-1", service, url, headers=headers, body=body, moment=_MOMENT
    )

    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours["x-amz-date"] == theirs.headers["X-Amz-Date"]


@pytest.mark.parametrize("missing", list(_VARIABLES))
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(AwsError, match=f"{missing} is not set"):
        AwsClient({name: value for name, value in _VARIABLES.items() if name != missing})
