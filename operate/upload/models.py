"""The models on a stack's shared storage, listed and uploaded through the function that may write there."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from inference_lib.upload.parts import FILES, MAX_PART_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Invoke = Callable[[Mapping[str, object]], dict[str, Any]]
    Progress = Callable[[int, int], None]

TIMEOUT_S = 310
"""Seconds, slightly longer than the timeout of the function."""


class UploadError(Exception):
    """An action failed; the message is one sentence with the fix."""


class CredentialsError(UploadError):
    """AWS cannot be called with the credentials of the environment."""


class SharedModels:
    """Bundles on shared storage, by ``NAME/VERSION``.

    Parameters
    ----------
    invoke : callable
        Sends one event to the function and returns its response.
    """

    def __init__(self, invoke: Invoke) -> None:
        self._invoke = invoke

    def bundles(self) -> dict[str, int]:
        """Return the complete bundles, with their size in bytes.

        Raises
        ------
        UploadError
            The function does not respond, or reports an error.
        """
        found: dict[str, int] = self._ask(action="list")["bundles"]
        return found

    def upload(self, directory: Path, progress: Progress) -> bool:
        """Upload a bundle, resuming an earlier attempt.

        Parameters
        ----------
        directory : Path
            ``NAME/VERSION`` of the bundle.
        progress : callable
            Called with the number of uploaded bytes, and of all bytes.

        Returns
        -------
        bool
            False if the bundle was stored already.

        Raises
        ------
        UploadError
            As ``bundles``.
        """
        bundle = f"{directory.parent.name}/{directory.name}"
        begun = self._ask(action="begin", bundle=bundle)
        if begun["complete"]:
            return False
        files = [directory / name for name in FILES if (directory / name).is_file()]
        total, done = sum(file.stat().st_size for file in files), 0
        for file in files:
            size = file.stat().st_size
            offset = _offset(begun["files"].get(file.name, 0), size)
            progress(done + offset, total)
            with file.open("rb") as stream:
                stream.seek(offset)
                while part := stream.read(MAX_PART_BYTES):
                    data = base64.b64encode(part).decode("ascii")
                    offset = self._ask(action="write", bundle=bundle, file=file.name, offset=offset, data=data)["size"]
                    progress(done + offset, total)
            done += size
        self._ask(action="finish", bundle=bundle)
        return True

    def remove(self, bundle: str) -> None:
        """Remove a bundle.

        Raises
        ------
        UploadError
            As ``bundles``; also if it does not exist.
        """
        self._ask(action="remove", bundle=bundle)

    def _ask(self, **event: object) -> dict[str, Any]:
        answer = self._invoke(event)
        if "error" in answer:
            raise UploadError(str(answer["error"]).rstrip("."))
        return answer


def _offset(there: int, size: int) -> int:
    """Return the offset to resume a file from: complete parts are kept; the bundle is verified at the end."""
    if there == size:
        return size
    # More bytes than the file has cannot be part of it.
    return there - there % MAX_PART_BYTES if there < size else 0


def invoke_of(function: str, region: str) -> Invoke:
    """Return a callable that invokes a Lambda function with the default credentials.

    Raises
    ------
    CredentialsError
        There are no credentials; also raised by the returned callable.
    UploadError
        Raised by the returned callable: the function does not exist, or it failed.
    """
    # 0.2 s that --help need not wait for.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    with _explained(function, region):
        client = boto3.Session().client("lambda", region_name=region, config=Config(read_timeout=TIMEOUT_S))

    def invoke(event: Mapping[str, object]) -> dict[str, Any]:
        with _explained(function, region):
            answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
        content: dict[str, Any] = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise UploadError(
                f"{function} failed ({content.get('errorMessage', 'no reason given')}). See its log: "
                f"aws logs tail /aws/lambda/{function} --region {region}"
            )
        return content

    return invoke


@contextmanager
def _explained(function: str, region: str) -> Iterator[None]:
    """Turn the errors of boto3 within the block into sentences."""
    from botocore import exceptions  # noqa: PLC0415 - 0.2 s that --help need not wait for

    try:
        yield
    except exceptions.ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
            raise UploadError(
                f"the function {function} does not exist in {region}. Deploy it: pulumi config set "
                "inference:sharedStorage true, then make up"
            ) from error
        raise UploadError(_unasked(error)) from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.CredentialRetrievalError,
            exceptions.ProfileNotFound, exceptions.SSOError, exceptions.TokenRetrievalError) as error:  # fmt: skip
        raise CredentialsError(_unasked(error)) from error
    except exceptions.BotoCoreError as error:
        raise UploadError(_unasked(error)) from error


def _unasked(error: Exception) -> str:
    return f"AWS Lambda cannot be called ({str(error).rstrip('.')}). Check: aws sts get-caller-identity"
