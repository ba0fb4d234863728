"""Errors of AWS, as sentences with a fix."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from boto3.exceptions import S3UploadFailedError
from botocore import exceptions

from operate.batch.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

GONE = {"NoSuchKey", "NoSuchVersion", "404"}
"""Codes of a missing object; the response to HEAD has no other name for it."""
_MISSING = {"NoSuchBucket", "StateMachineDoesNotExist"}
_NOT_RUN = "ExecutionDoesNotExist"
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_UNKNOWN_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidAccessKeyId"}
_REFUSED = {"AccessDenied", "AccessDeniedException", "403"}
_LOG_IN = "Log in, for example with: aws sso login"
_CREDENTIALS = {
    **dict.fromkeys(_EXPIRED, f"the AWS credentials have expired. {_LOG_IN}"),
    **dict.fromkeys(_UNKNOWN_KEY, f"AWS does not know these credentials. {_LOG_IN}"),
}
_NOT_FOUND = (
    exceptions.NoCredentialsError,
    exceptions.CredentialRetrievalError,
    exceptions.SSOError,
    exceptions.TokenRetrievalError,
)


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn the errors of boto3 within the block into sentences.

    Parameters
    ----------
    what : str
        The stack of the calls, for messages.

    Raises
    ------
    BatchError
        AWS cannot be reached, or rejects a call.
    """
    try:
        yield
    except exceptions.ClientError as error:
        raise BatchError(_refusal(error, what)) from error
    except S3UploadFailedError as error:
        # boto3 wraps the error of S3.
        refused = error.__context__
        raise BatchError(
            _refusal(refused, what) if isinstance(refused, exceptions.ClientError) else str(error)
        ) from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise BatchError(f"AWS does not respond for {what}; check the region and the network") from error
    except exceptions.BotoCoreError as error:
        raise BatchError(credentials_fault(error) or f"AWS cannot be called: {error}") from error


def credentials_fault(error: Exception) -> str:
    """Return a sentence if the credentials are the reason of an error of boto3; otherwise an empty string."""
    if isinstance(error, exceptions.ClientError):
        return _CREDENTIALS.get(code_of(error), "")
    if isinstance(error, exceptions.ProfileNotFound):
        return f"{error}; `aws configure list-profiles` lists the profiles"
    if isinstance(error, exceptions.PartialCredentialsError):
        return f"the AWS credentials are incomplete: {error.kwargs['cred_var']} is missing"
    if isinstance(error, _NOT_FOUND):
        return f"no AWS credentials were found. {_LOG_IN}"
    return ""


def code_of(error: exceptions.ClientError) -> str:
    """Return the error code of AWS."""
    code: str = error.response.get("Error", {}).get("Code", "")
    return code


def _refusal(error: exceptions.ClientError, what: str) -> str:
    code = code_of(error)
    operation = error.operation_name
    sentences = {
        **dict.fromkeys(
            _MISSING,
            f"{what} has no batch scoring in this account and region. Switch it on: "
            "pulumi config set inference:batchConcurrency 10, then pulumi up",
        ),
        **dict.fromkeys(GONE, f"{operation}: the object of {what} no longer exists; score the file again"),
        _NOT_RUN: "AWS Step Functions has no such run: it was not started, or it has expired; score the file again",
        **_CREDENTIALS,
        **dict.fromkeys(
            _REFUSED, f"these AWS credentials may not call {operation}; docs/batch.md lists the required permissions"
        ),
    }
    message = error.response.get("Error", {}).get("Message", "")
    return sentences.get(code) or f"AWS rejects {operation}: {message or code}"
