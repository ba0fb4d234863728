"""Calls of the AWS APIs that the monitor needs, signed with Signature Version 4.

The image has no SDK: botocore alone is as large as everything else in it. Only POST requests without a query are
signed here, and a test compares every signature with botocore's.

References
----------
.. [1] https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
.. [2] https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Final, NamedTuple

from inference_lib.errors import InferenceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_lib.contract.document import Json

TIMEOUT_S: Final = 20.0
ATTEMPTS: Final = 5

_ALGORITHM = "AWS4-HMAC-SHA256"
_SHOWN = 300
_TOO_MANY = 429
_SERVER_ERROR = 500
_REFUSED_FOR_NOW = ("Throttling", "LimitExceeded", "TooManyRequests", "RequestLimitExceeded", "ServiceUnavailable")


class AwsError(InferenceError):
    """AWS refused a call, or did not answer."""


class Credentials(NamedTuple):
    """The credentials that sign a call.

    Parameters
    ----------
    access_key_id, secret_access_key : str
        As AWS issues them.
    session_token : str
        Of temporary credentials; empty for others.
    """

    access_key_id: str
    secret_access_key: str
    session_token: str = ""


class AwsClient:
    """Calls AWS with the credentials that Lambda puts into the environment.

    Parameters
    ----------
    variables : mapping of str to str
        ``AWS_REGION``, the credentials, and ``AWS_ENDPOINT_URL`` [2]_ to call another server.

    Raises
    ------
    AwsError
        A variable is missing.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        try:
            self.region = variables["AWS_REGION"]
            self._credentials = Credentials(
                variables["AWS_ACCESS_KEY_ID"],
                variables["AWS_SECRET_ACCESS_KEY"],
                variables.get("AWS_SESSION_TOKEN", ""),
            )
        except KeyError as error:
            raise AwsError(f"the environment variable {error.args[0]} is not set; Lambda sets it") from error
        self._endpoint = variables.get("AWS_ENDPOINT_URL", "").rstrip("/")

    def json_call(self, service: str, target: str, members: Mapping[str, Json]) -> dict[str, Json]:
        """Call an operation of a service that speaks JSON, such as CloudWatch Logs.

        Parameters
        ----------
        service : str
            Its name in signatures and addresses, such as ``logs``.
        target : str
            Version and operation, such as ``Logs_20140328.StartQuery``.
        members : mapping
            The request.

        Raises
        ------
        AwsError
            AWS refuses, or does not answer in ``ATTEMPTS`` attempts.
        """
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
        answer: dict[str, Json] = json.loads(self._post(service, json.dumps(members).encode(), headers))
        return answer

    def query_call(self, service: str, members: Mapping[str, str]) -> str:
        """Call an operation of a service that takes forms, such as SNS, and return its answer, which is XML.

        Parameters
        ----------
        service : str
            Its name in signatures and addresses, such as ``sns``.
        members : mapping of str to str
            ``Action`` and ``Version`` among them.

        Raises
        ------
        AwsError
            AWS refuses, or does not answer in ``ATTEMPTS`` attempts.
        """
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        return self._post(service, urllib.parse.urlencode(members).encode(), headers).decode()

    def _post(self, service: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        suffix = ".cn" if self.region.startswith("cn-") else ""
        url = (self._endpoint or f"https://{service}.{self.region}.amazonaws.com{suffix}") + "/"
        for attempt in range(1, ATTEMPTS + 1):
            signed = signed_headers(
                self._credentials, self.region, service, url, headers=headers, body=body, moment=time.time()
            )
            request = urllib.request.Request(url, body, signed)  # noqa: S310 - the address is https, or the operator's
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 - likewise
                    content: bytes = response.read()
                    return content
            except urllib.error.HTTPError as error:
                text = error.read().decode(errors="replace")
                is_passing = error.code == _TOO_MANY or error.code >= _SERVER_ERROR
                if attempt == ATTEMPTS or not (is_passing or any(name in text for name in _REFUSED_FOR_NOW)):
                    raise AwsError(f"{service} answered {error.code} to the monitor: {text[:_SHOWN]}") from error
            except OSError as error:
                if attempt == ATTEMPTS:
                    raise AwsError(f"{url} does not answer the monitor: {error}") from error
            time.sleep(0.2 * 2**attempt)
        raise AssertionError("unreachable")


def signed_headers(  # noqa: PLR0913 - the parts of a signature
    credentials: Credentials,
    region: str,
    service: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    moment: float,
) -> dict[str, str]:
    """Return the headers of a POST request with its signature [1]_.

    Parameters
    ----------
    credentials : Credentials
        Of the caller.
    region, service : str
        What is called.
    url : str
        Without a query.
    headers : mapping of str to str
        Names in lower case.
    body : bytes
        What is sent.
    moment : float, seconds since the epoch
        The signature is valid for five minutes around it.
    """
    parts = urllib.parse.urlsplit(url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
    token = {"x-amz-security-token": credentials.session_token} if credentials.session_token else {}
    given = {**headers, **token, "host": parts.netloc, "x-amz-date": stamp}
    names = ";".join(sorted(given))
    listed = "".join(f"{name}:{' '.join(given[name].split())}\n" for name in sorted(given))
    digest = hashlib.sha256(body).hexdigest()
    request = f"POST\n{urllib.parse.quote(parts.path or '/')}\n\n{listed}\n{names}\n{digest}"
    scope = (stamp[:8], region, service, "aws4_request")
    text = f"{_ALGORITHM}\n{stamp}\n{'/'.join(scope)}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(_signing_key(credentials, scope), text.encode(), "sha256").hexdigest()
    authority = f"{_ALGORITHM} Credential={credentials.access_key_id}/{'/'.join(scope)}, "
    return {**given, "authorization": f"{authority}SignedHeaders={names}, Signature={signature}"}


def _signing_key(credentials: Credentials, scope: Sequence[str]) -> bytes:
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return key
