"""What went wrong with AWS, as a sentence with the way out."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from boto3.exceptions import S3UploadFailedError
from botocore import exceptions

from operate.batch.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

GONE = {"NoSuchKey", "NoSuchVersion", "404"}
"""Codes of an object that is not there; the answer to HEAD has no other name for it."""
_MISSING = {"NoSuchBucket", "StateMachineDoesNotExist"}
_NOT_RUN = "ExecutionDoesNotExist"
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_UNKNOWN_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidAccessKeyId"}
_REFUSED = {"AccessDenied", "AccessDeniedException", "403"}
_LOG_IN = "Log in, for example with: aws sso login"


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn the errors of boto3 within the block into sentences.

    Parameters
    ----------
    what : str
        Which stack is asked.

    Raises
    ------
    BatchError
        AWS cannot be asked, or refuses.
    """
    try:
        yield
    except exceptions.ClientError as error:
        raise BatchError(_refusal(error, what)) from error
    except S3UploadFailedError as error:
        # boto3 wraps what S3 said.
        refused = error.__context__
        raise BatchError(
            _refusal(refused, what) if isinstance(refused, exceptions.ClientError) else str(error)
        ) from error
    except exceptions.ProfileNotFound as error:
        raise BatchError(f"{error}; `aws configure list-profiles` shows those that there are") from error
    except exceptions.PartialCredentialsError as error:
        raise BatchError(f"the AWS credentials are not complete: {error.kwargs['cred_var']} is missing") from error
    except (exceptions.NoCredentialsError, exceptions.CredentialRetrievalError,
            exceptions.SSOError, exceptions.TokenRetrievalError) as error:  # fmt: skip
        raise BatchError(f"no AWS credentials were found. {_LOG_IN}") from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise BatchError(f"AWS does not answer for {what}; is the region right, and the network up?") from error
    except exceptions.BotoCoreError as error:
        raise BatchError(f"AWS cannot be asked: {error}") from error


def code_of(error: exceptions.ClientError) -> str:
    """Return the name that AWS gives an error."""
    code: str = error.response.get("Error", {}).get("Code", "")
    return code


def _refusal(error: exceptions.ClientError, what: str) -> str:
    code = code_of(error)
    operation = error.operation_name
    sentences = {
        **dict.fromkeys(
            _MISSING,
            f"{what} has no batches in this account and region. Switch them on: "
            "pulumi config set inference:batchConcurrency 10, then pulumi up",
        ),
        **dict.fromkeys(GONE, f"what {operation} asks {what} for is not there any more; score the file again"),
        _NOT_RUN: "AWS Step Functions knows no such run: it was not started, or is too long ago; score the file again",
        **dict.fromkeys(_EXPIRED, f"the AWS credentials have expired. {_LOG_IN}"),
        **dict.fromkeys(_UNKNOWN_KEY, f"AWS does not know these credentials. {_LOG_IN}"),
        **dict.fromkeys(
            _REFUSED, f"these AWS credentials may not call {operation}; docs/batch.md lists what is needed"
        ),
    }
    message = error.response.get("Error", {}).get("Message", "")
    return sentences.get(code) or f"AWS refuses {operation}: {message or code}"
