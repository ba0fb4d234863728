"""The settings of the capture of requests."""

from __future__ import annotations

from dataclasses import dataclass

from inference_lib.environment import DEFAULT_LOG_PAYLOAD_MAX_BYTES
from infra.settings import limits
from infra.settings.field import secret, setting


@dataclass(frozen=True, kw_only=True)
class CaptureSettings:
    """What differs between environments in what is captured.

    Parameters
    ----------
    capture : bool
        Whether sampled inputs and answers go to a bucket.
    capture_sample_rate : float
        Share of the requests.
    capture_days : int
        How long they are kept, in days.
    capture_drop, capture_hash, capture_hash_key : str
        Features that are left out, or replaced by a keyed hash; and the key.
    capture_max_bytes : int
        Most of one request, in bytes.
    """

    capture: bool = setting(default=False, rule=limits.FLAG)
    capture_sample_rate: float = setting(0.01, limits.FRACTION)
    capture_days: int = setting(30, limits.POSITIVE)
    capture_drop: str = setting("", limits.FEATURES, "age")
    capture_hash: str = setting("", limits.FEATURES, "postcode")
    capture_hash_key: str = secret(limits.HASH_KEY, limits.RANDOM_KEY)
    capture_max_bytes: int = setting(DEFAULT_LOG_PAYLOAD_MAX_BYTES, limits.CAPTURE_BYTES)
