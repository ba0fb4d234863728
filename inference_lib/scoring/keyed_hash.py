"""A keyed hash instead of a value that must not be in the log.

Without a key a hash of a feature is no protection: there are a hundred ages and ten thousand postcodes, and anyone can
hash them all. With a key, only its owner can. Equal values of a feature have equal hashes, so that rare and frequent
values can still be distinguished; hashes of two features never agree.
"""

from __future__ import annotations

import json

# hashlib would load OpenSSL, 4 ms of a cold start, for the same function.
from _blake2 import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Json

DIGEST_BYTES = 16


class KeyedHash:
    """Hashes the values of one feature, by BLAKE2b in its keyed mode [1]_.

    Parameters
    ----------
    key : bytes
        At most 64.
    feature : str
        Its name goes into each hash.

    References
    ----------
    .. [1] https://www.rfc-editor.org/rfc/rfc7693
    """

    def __init__(self, key: bytes, feature: str) -> None:
        self._begun = blake2b(f"[{json.dumps(feature)}, ".encode(), key=key, digest_size=DIGEST_BYTES)

    def of(self, value: Json) -> Json:
        """Return ``{"hash": HEX}`` for a value of the feature, and None for a missing one.

        JSON does not distinguish 40.0 from 40, so both have the same hash.
        """
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        digest = self._begun.copy()
        digest.update(f"{json.dumps(value)}]".encode())
        return {"hash": digest.hexdigest()}
