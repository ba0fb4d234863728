"""The models on a stack's shared storage, asked for and sent through the function that may write there."""

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
"""A little longer than the function has."""


class UploadError(Exception):
    """Something that cannot be done; its text is one sentence that says what to do."""


class CredentialsError(UploadError):
    """AWS cannot be asked with what the environment says of credentials."""


class SharedModels:
    """Bundles on shared storage, by ``NAME/VERSION``.

    Parameters
    ----------
    invoke : callable
        Sends one event to the function and returns its answer.
    """

    def __init__(self, invoke: Invoke) -> None:
        self._invoke = invoke

    def bundles(self) -> dict[str, int]:
        """Return the bundles that are complete, with their size in bytes.

        Raises
        ------
        UploadError
            The function does not answer, or says what is wrong.
        """
        found: dict[str, int] = self._ask(action="list")["bundles"]
        return found

    def upload(self, directory: Path, progress: Progress) -> bool:
        """Send a bundle, from where an earlier attempt ended.

        Parameters
        ----------
        directory : Path
            ``NAME/VERSION`` of the bundle.
        progress : callable
            Called with the number of bytes that are there, and of all.

        Returns
        -------
        bool
            False when the bundle was there already.

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
            As ``bundles``; also when it is not there.
        """
        self._ask(action="remove", bundle=bundle)

    def _ask(self, **event: object) -> dict[str, Any]:
        answer = self._invoke(event)
        if "error" in answer:
            raise UploadError(str(answer["error"]).rstrip("."))
        return answer


def _offset(there: int, size: int) -> int:
    """Return from where a file is sent: whole parts that came are kept, and a whole file is proven with the rest."""
    if there == size:
        return size
    # More than the file has is no part of it.
    return there - there % MAX_PART_BYTES if there < size else 0


def invoke_of(function: str, region: str) -> Invoke:
    """Return what invokes a Lambda function with the usual credentials.

    Raises
    ------
    CredentialsError
        There are none; also by what is returned.
    UploadError
        By what is returned: there is no such function, or it failed.
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
                f"{function} failed ({content.get('errorMessage', 'no reason given')}). Its log tells more: "
                f"aws logs tail /aws/lambda/{function} --region {region}"
            )
        return content

    return invoke


@contextmanager
def _explained(function: str, region: str) -> Iterator[None]:
    """Turn what boto3 says within the block into a sentence."""
    from botocore import exceptions  # noqa: PLC0415 - 0.2 s that --help need not wait for

    try:
        yield
    except exceptions.ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
            raise UploadError(
                f"there is no function {function} in {region}. Deploy it: pulumi config set inference:sharedStorage "
                "true, then make up"
            ) from error
        raise UploadError(_unasked(error)) from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.CredentialRetrievalError,
            exceptions.ProfileNotFound, exceptions.SSOError, exceptions.TokenRetrievalError) as error:  # fmt: skip
        raise CredentialsError(_unasked(error)) from error
    except exceptions.BotoCoreError as error:
        raise UploadError(_unasked(error)) from error


def _unasked(error: Exception) -> str:
    return f"AWS Lambda cannot be asked ({str(error).rstrip('.')}). Does aws sts get-caller-identity answer?"
