"""The settings of a stack: declared once, read once, and all that is wrong reported together."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from inference_lib.contract_file import load_contract, resolve_bundle
from inference_lib.environment import DEFAULT_MAX_INSTANCES
from inference_lib.errors import BundleError
from infra.build_context import BUNDLES
from infra.naming import MAX_STACK_NAME, STACK_NAME
from infra.rules import Choice, Directory, Flag, Fraction, Identifier, Rule, Whole, WholeChoice, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inference_lib.contract import Contract

DAY_S = 86_400
WEEK_S = 7 * DAY_S
HOUR_S = 3_600

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_MEMORY = Whole(minimum=128, maximum=10_240, source="AWS Lambda limit")

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
_TIMEOUT = Whole(minimum=1, maximum=29, source="Amazon API Gateway waits 29 s at most")

# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
_LOG_LEVEL = Choice(
    allowed=("DEBUG", "INFO"),
    reason="a higher level drops the log lines that metrics are made of: EMF records and Lambda's platform reports",
)

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_PERIOD = Whole(minimum=60, maximum=DAY_S, step=60, source="Amazon CloudWatch limit")
_PERIODS = Whole(minimum=1, maximum=1440, source="Amazon CloudWatch looks back one day in periods below an hour")

_SLACK_TEAM = Identifier(
    kind="the id of a Slack workspace",
    pattern=r"[TE][0-9A-Z]{7,254}",
    expected="T or E and then digits and capital letters, as in the address of the workspace",
)
_SLACK_CHANNEL = Identifier(
    kind="the id of a Slack channel",
    pattern=r"[CG][0-9A-Z]{7,254}",
    expected="C or G and then digits and capital letters, as at the end of the channel's link",
)


def _setting(default: str | float | bool, rule: Rule, example: str = "") -> Any:  # noqa: ANN401 - as dataclasses.field
    return field(default=default, metadata={"rule": rule, "example": example or str(default)})


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    """What differs between environments; the descriptions for users stand in ``Pulumi.yaml``.

    Parameters
    ----------
    stack : str
        Name of the Pulumi stack, which is the environment and the stage of the API.
    contract : Contract
        Contract of the bundle that is served.
    bundle : str
        Directory of one bundle version, relative to the project directory.
    architecture : {"arm64", "x86_64"}
        Of the image and of the function.
    memory_mb : int, megabytes
        Memory of the function.
    timeout_s : int, seconds
        Longest time for one request.
    log_level : {"DEBUG", "INFO"}
        Lowest level that is logged.
    log_retention_days : int, days
        How long logs are kept.
    max_instances : int
        Most instances in one request.
    force_delete : bool
        Whether ``pulumi destroy`` may delete the images.
    probability_threshold : float
        The alarm goes off below this average probability.
    probability_period_s : int, seconds
        Length of one evaluation period.
    probability_evaluation_periods, probability_datapoints_to_alarm : int
        The alarm goes off when so many of the last so many periods are below the threshold.
    throttle_rate, throttle_burst : int
        Requests a second, and requests at once, that the stage lets through.
    slack_team_id, slack_channel_id : str
        Where alarms are posted; empty when Slack is off.
    """

    stack: str
    contract: Contract = field(repr=False, compare=False)
    bundle: str = _setting("bundles/sleep_advice", Directory(), "bundles/my_model")
    architecture: str = _setting("arm64", Choice(allowed=("arm64", "x86_64")))
    memory_mb: int = _setting(512, _MEMORY)
    timeout_s: int = _setting(10, _TIMEOUT)
    log_level: str = _setting("INFO", _LOG_LEVEL)
    log_retention_days: int = _setting(30, WholeChoice(allowed=RETENTION_DAYS, source="Amazon CloudWatch Logs"))
    max_instances: int = _setting(DEFAULT_MAX_INSTANCES, Whole(minimum=1, maximum=100_000))
    force_delete: bool = _setting(default=False, rule=Flag(), example="false")
    probability_threshold: float = _setting(0.5, Fraction())
    probability_period_s: int = _setting(300, _PERIOD)
    probability_evaluation_periods: int = _setting(3, _PERIODS)
    probability_datapoints_to_alarm: int = _setting(2, _PERIODS)
    throttle_rate: int = _setting(50, Whole(minimum=1))
    throttle_burst: int = _setting(100, Whole(minimum=1))
    slack_team_id: str = field(default="", repr=False, metadata={"rule": _SLACK_TEAM, "example": "T0123ABCD"})
    slack_channel_id: str = field(default="", repr=False, metadata={"rule": _SLACK_CHANNEL, "example": "C0123ABCD"})


def key_of(name: str) -> str:
    """Return the configuration key of a field: ``memory_mb`` is ``memoryMb``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def declared() -> dict[str, Field[Any]]:
    """Return the fields that are set by configuration, by key."""
    return {key_of(each.name): each for each in fields(StackSettings) if "rule" in each.metadata}


def load_settings(config: pulumi.Config, stack: str) -> StackSettings:
    """Read and check the settings of a stack; nothing else reads ``pulumi.Config``.

    Parameters
    ----------
    config : pulumi.Config
        The configuration of the project's own namespace.
    stack : str
        Name of the stack.

    Raises
    ------
    pulumi.RunError
        Something is wrong. The message has one line for each fault: the key, what is wrong, what
        is allowed and the command that sets it. Values that may be secret are not in it.
    """
    values: dict[str, Any] = {each.name: each.default for each in declared().values()}
    faults = [*_stack_faults(stack), *_unknown_keys(config.name), *_read_values(config, values)]
    for names, check in _AGREEMENTS:
        if values.keys() >= names:
            faults += check(config.name, values)
    contract, bundle_faults = _read_bundle(config.name, values)
    faults += bundle_faults
    if contract is None or faults:
        raise pulumi.RunError("\n".join(faults))
    return StackSettings(stack=stack, contract=contract, **values)


def _read_values(config: pulumi.Config, values: dict[str, Any]) -> Iterator[str]:
    """Replace defaults by what is configured; a wrong value leaves none, so that nothing else is said of it."""
    for key, each in declared().items():
        text = config.get(key)
        if text is None:
            continue
        try:
            values[each.name] = each.metadata["rule"].read(text)
        except ValueError as error:
            del values[each.name]
            secret = _is_secret(f"{config.name}:{key}")
            fault = "the secret value is wrong" if secret else str(error)
            yield _fault(config.name, each.name, fault)


def _is_secret(key: str) -> bool:
    return pulumi.runtime.is_config_secret(key) or key in pulumi.runtime.get_config_secret_keys_env()


def _fault(namespace: str, name: str, fault: str, expected: str = "", example: str = "") -> str:
    key = key_of(name)
    metadata = declared()[key].metadata
    option = "--secret " if isinstance(metadata["rule"], Identifier) else ""
    return (
        f"{namespace}:{key}: {fault}; expected {expected or metadata['rule'].expected}. "
        f"Set it: pulumi config set {option}{namespace}:{key} {example or metadata['example']}"
    )


def _stack_faults(stack: str) -> Iterator[str]:
    if not re.fullmatch(STACK_NAME, stack) or len(stack) > MAX_STACK_NAME:
        yield (
            f"stack {stack!r}: the name cannot be part of the names of AWS resources; expected lower-case letters "
            f"and digits, with single hyphens between them, at most {MAX_STACK_NAME} characters. "
            "Make another: pulumi stack init dev"
        )


def _unknown_keys(namespace: str) -> Iterator[str]:
    known = list(declared())
    found = {**pulumi.runtime.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    for full_key in sorted(found):
        owner, _, key = full_key.partition(":")
        if owner == namespace and key not in known:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            yield f"{full_key}: no such key; expected {namespace}:{nearest}? Remove it: pulumi config rm {full_key}"


def _datapoints_fit(namespace: str, values: dict[str, Any]) -> Iterator[str]:
    periods, datapoints = values["probability_evaluation_periods"], values["probability_datapoints_to_alarm"]
    if datapoints > periods:
        yield _fault(
            namespace,
            "probability_datapoints_to_alarm",
            f"{datapoints} is more than {namespace}:probabilityEvaluationPeriods, which is {periods}",
            f"1 to {periods}",
            str(periods),
        )


def _periods_fit(namespace: str, values: dict[str, Any]) -> Iterator[str]:
    period_s, periods = values["probability_period_s"], values["probability_evaluation_periods"]
    span_s, span = (WEEK_S, "one week") if period_s >= HOUR_S else (DAY_S, "one day")
    if period_s * periods > span_s:
        yield _fault(
            namespace,
            "probability_evaluation_periods",
            f"{periods} periods of {period_s} s are longer than {span}",
            f"1 to {span_s // period_s} (Amazon CloudWatch limit)",
            str(span_s // period_s),
        )


def _slack_is_whole(namespace: str, values: dict[str, Any]) -> Iterator[str]:
    given = [name for name in ("slack_team_id", "slack_channel_id") if values[name]]
    if len(given) == 1:
        missing = "slack_channel_id" if given == ["slack_team_id"] else "slack_team_id"
        other = f"{namespace}:{key_of(given[0])}"
        yield _fault(namespace, missing, f"is missing, while {other} is set", "both or neither")


_AGREEMENTS: tuple[tuple[set[str], Callable[[str, dict[str, Any]], Iterator[str]]], ...] = (
    ({"probability_evaluation_periods", "probability_datapoints_to_alarm"}, _datapoints_fit),
    ({"probability_evaluation_periods", "probability_period_s"}, _periods_fit),
    ({"slack_team_id", "slack_channel_id"}, _slack_is_whole),
)
"""What several settings must fulfil together, looked at when each is right by itself."""


def _read_bundle(namespace: str, values: dict[str, Any]) -> tuple[Contract | None, list[str]]:
    """Return the contract and replace the path by that of the version, relative to the project."""
    if "bundle" not in values:
        return None, []
    root = Path(pulumi.get_root_directory()).resolve()
    path = values["bundle"]
    relative = Path(os.path.relpath(root / path, root))
    if relative.parts[0] != BUNDLES:
        fault = f"{shown(path)} is not below {BUNDLES}/, whose bundles alone enter the image"
        return None, [_fault(namespace, "bundle", fault)]
    try:
        resolved = resolve_bundle(str(root / relative))
        contract = load_contract(resolved)
    except BundleError as error:
        reason = str(error).replace(f"{root}{os.sep}", "").removesuffix(".")
        example = declared()["bundle"].metadata["example"]
        return None, [f"{namespace}:bundle: {reason}. Set it: pulumi config set {namespace}:bundle {example}"]
    values["bundle"] = Path(resolved).relative_to(root).as_posix()
    return contract, []
