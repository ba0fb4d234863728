"""What went wrong with AWS, as a sentence with the way out."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from boto3.exceptions import S3UploadFailedError
from botocore import exceptions

from infra.batch.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MISSING = {"NoSuchBucket", "StateMachineDoesNotExist", "404"}
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
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.CredentialRetrievalError,
            exceptions.SSOError, exceptions.TokenRetrievalError) as error:  # fmt: skip
        raise BatchError(f"no AWS credentials were found. {_LOG_IN}") from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise BatchError(f"AWS does not answer for {what}; is the region right, and the network up?") from error
    except exceptions.BotoCoreError as error:
        raise BatchError(f"AWS cannot be asked: {error}") from error


def _refusal(error: exceptions.ClientError, what: str) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "")
    if code in _MISSING:
        return (
            f"{what} has no batches in this account and region. Switch them on: "
            "pulumi config set inference:batchConcurrency 10, then pulumi up"
        )
    if code in _EXPIRED:
        return f"the AWS credentials have expired. {_LOG_IN}"
    if code in _UNKNOWN_KEY:
        return f"AWS does not know these credentials. {_LOG_IN}"
    if code in _REFUSED:
        return f"these AWS credentials may not call {error.operation_name}; docs/batch.md lists what is needed"
    return f"AWS refuses {error.operation_name}: {message or code}"
