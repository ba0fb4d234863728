"""The settings of the capture of requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference_lib.environment import DEFAULT_LOG_PAYLOAD_MAX_BYTES
from infra.settings.agreement import Disagreement, Subject, agreement
from infra.settings.field import setting
from infra.settings.values.numbers import FRACTION, POSITIVE, whole
from infra.settings.values.rule import refused, secret_of
from infra.settings.values.words import FEATURES, FLAG, feature_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.agreement import Values

HASH_KEY = secret_of(
    kind="a key",
    pattern=r"[A-Za-z0-9+/=_-]{32,64}",
    expected="32 to 64 random letters, digits, +, /, =, _ and -",
)
RANDOM_KEY = '"$(openssl rand -hex 32)"'
"""A command instead of an example, which users would paste: a key in a message is no secret."""

# Lambda takes log lines of up to 256 KB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
CAPTURE_BYTES = whole(100, 200_000, source="it must fit into one log line")


@dataclass(frozen=True, kw_only=True)
class CaptureSettings:
    """Which inputs and predictions are kept, without which features, and for how long."""

    capture: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether sampled inputs and predictions go from the log to a bucket (docs/capture.md); false "
        "deletes the bucket with its content",
    )
    capture_sample_rate: float = setting(0.01, FRACTION, "Share of the requests that are captured; 0 pauses")
    capture_days: int = setting(
        30,
        POSITIVE,
        "How many days captured requests are kept; at least logRetentionDays, because the log contains them too",
    )
    capture_drop: str = setting("", FEATURES, "Features that are never captured", "age")
    capture_hash: str = setting(
        "", FEATURES, "Features that are captured as a keyed hash; with captureHashKey", "postcode"
    )
    capture_hash_key: str = setting(
        "",
        HASH_KEY,
        "Key of those hashes, set with --secret; another key gives other hashes of the same values",
        RANDOM_KEY,
    )
    capture_max_bytes: int = setting(
        DEFAULT_LOG_PAYLOAD_MAX_BYTES,
        CAPTURE_BYTES,
        "Maximum size of one captured request, in bytes; instances that do not fit are left out and counted",
    )


@agreement("capture", "capture_days", "log_retention_days")
def _captured_is_not_logged_longer(values: Values, namespace: str) -> Iterator[Disagreement]:
    days, logged = values["capture_days"], values["log_retention_days"]
    if values["capture"] and days < logged:
        yield Disagreement(
            "capture_days",
            f"{days} is less than {namespace}:logRetentionDays, which is {logged}: the log contains the captured "
            "requests too, and would keep them longer",
            f"{logged} or more, or a shorter {namespace}:logRetentionDays",
            str(logged),
        )


@agreement("capture_hash", "capture_hash_key")
def _hash_has_a_key(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["capture_hash"] and not values["capture_hash_key"]:
        yield Disagreement(
            "capture_hash_key",
            f"is missing, while {namespace}:captureHash is set: without a key, a reader who tries every age knows the "
            "age",
        )


@agreement("capture_drop", "capture_hash")
def _is_dropped_or_hashed(values: Values, namespace: str) -> Iterator[Disagreement]:
    both = sorted({*feature_names(values["capture_drop"])} & {*feature_names(values["capture_hash"])})
    if both:
        fault = str(refused(both[0], f"is in {namespace}:captureDrop too"))
        yield Disagreement("capture_hash", fault, "either of the two")


SUBJECT = Subject("Capture", CaptureSettings, (_captured_is_not_logged_longer, _hash_has_a_key, _is_dropped_or_hashed))
