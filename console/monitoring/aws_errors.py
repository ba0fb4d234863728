"""Converts errors of AWS to a sentence with the fix."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore import exceptions

from console.monitoring.interface import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MISSING = {"ResourceNotFound", "DashboardNotFoundError", "ResourceNotFoundException"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_UNKNOWN_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"}
_REFUSED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_LOG_IN = "Log in, for example with: aws sso login, or enter another profile under Connection."


@contextmanager
def explained(region: str, missing: str = "") -> Iterator[None]:
    """Convert the errors of boto3 in the block to sentences.

    Parameters
    ----------
    region : str
        The called region.
    missing : str
        The message when AWS does not find the resource.

    Raises
    ------
    MonitoringError
        AWS cannot be called, or refuses.
    """
    try:
        yield
    except exceptions.ClientError as error:
        raise MonitoringError(_refusal(error, missing)) from error
    except exceptions.ProfileNotFound as error:
        raise MonitoringError(f"{error}. Choose a profile that aws configure list-profiles shows.") from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.CredentialRetrievalError,
            exceptions.SSOError, exceptions.TokenRetrievalError) as error:  # fmt: skip
        raise MonitoringError(f"No AWS credentials were found. {_LOG_IN}") from error
    except (exceptions.NoRegionError, exceptions.InvalidRegionError) as error:
        raise MonitoringError("The AWS region is invalid; expected a name such as eu-central-1.") from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise MonitoringError(f"AWS does not answer in {region}. Check the region and the network.") from error
    except exceptions.BotoCoreError as error:
        raise MonitoringError(f"AWS cannot be called: {error}") from error


def _refusal(error: exceptions.ClientError, missing: str) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "")
    if code in _MISSING and missing:
        return f"{missing}. Is it the right stack, and deployed? pulumi stack ls lists the stacks."
    if code in _EXPIRED:
        return f"The AWS credentials have expired. {_LOG_IN}"
    if code in _UNKNOWN_KEY:
        return f"AWS does not know these credentials. {_LOG_IN}"
    if code in _REFUSED:
        return f"These AWS credentials may not call {error.operation_name}. docs/console.md lists the permissions."
    return f"AWS refuses {error.operation_name}: {message or code}"
