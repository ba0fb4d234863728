"""The settings of the connection: the address of the API, and the source of its monitoring."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from console.monitoring.interface import MonitoringError
from console.monitoring.local import LocalMonitoring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.monitoring.interface import Monitoring

Source = Literal["local", "aws"]

URL_VARIABLE = "INFERENCE_API_URL"
KEY_VARIABLE = "INFERENCE_API_KEY"
SOURCE_VARIABLE = "INFERENCE_MONITORING"
STACK_VARIABLE = "INFERENCE_STACK"
CONNECTION_VARIABLE = "INFERENCE_CONNECTION"
"""``fixed`` if users must not change the connection."""
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
PROFILE_VARIABLE = "AWS_PROFILE"

DEFAULT_URL = "http://127.0.0.1:8080/dev"
DEFAULT_REGION = "eu-central-1"
# https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
_EXECUTE_API = re.compile(r"[a-z0-9]+\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The connection of the console.

    Parameters
    ----------
    api_url : str
        Address of the stage.
    api_key : str
        Sent with predictions if the stack needs one; else empty.
    source : str
        ``local`` for a local stack, ``aws`` for a deployed one.
    stack, region, profile : str
        Of a deployed stack; an empty profile means the default credential chain.
    is_fixed : bool
        Whether users must neither change the connection nor see the key.
    """

    api_url: str
    api_key: str
    source: Source
    stack: str
    region: str
    profile: str
    is_fixed: bool = False


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings from the environment; an address of AWS contains its region and stack.

    Parameters
    ----------
    environment : mapping of str to str
        Environment variables.

    Raises
    ------
    MonitoringError
        A variable has an invalid value.
    """
    url = environment.get(URL_VARIABLE, DEFAULT_URL)
    region, stack = place_of(url)
    named = environment.get(SOURCE_VARIABLE, "")
    if named not in {"", "local", "aws"}:
        raise MonitoringError(f"{SOURCE_VARIABLE} is {named}; expected local or aws.")
    connection = environment.get(CONNECTION_VARIABLE, "")
    if connection not in {"", "open", "fixed"}:
        raise MonitoringError(f"{CONNECTION_VARIABLE} is {connection}; expected open or fixed.")
    variables = [environment[name] for name in REGION_VARIABLES if environment.get(name)]
    return Settings(
        api_url=url,
        api_key=environment.get(KEY_VARIABLE, ""),
        source="aws" if named == "aws" or (not named and region) else "local",
        stack=environment.get(STACK_VARIABLE) or stack or "dev",
        region=region or (variables[0] if variables else DEFAULT_REGION),
        profile=environment.get(PROFILE_VARIABLE, ""),
        is_fixed=connection == "fixed",
    )


def place_of(api_url: str) -> tuple[str, str]:
    """Return the region and the stage in an address of API Gateway; empty for any other address."""
    try:
        parts = urlsplit(api_url)
    except ValueError:
        return "", ""
    found = _EXECUTE_API.fullmatch(parts.hostname or "")
    return (found["region"], parts.path.strip("/").partition("/")[0]) if found else ("", "")


def monitoring_of(settings: Settings) -> Monitoring:
    """Return the monitoring of the stack.

    Raises
    ------
    MonitoringError
        These settings do not allow a call to AWS.
    """
    if settings.source == "local":
        return LocalMonitoring(settings.api_url)
    # boto3 takes half a second of the first page, which most sessions do not need.
    from console.monitoring.aws import AwsMonitoring  # noqa: PLC0415

    return AwsMonitoring(settings.stack, settings.region, settings.profile)
