"""SHA-256 of a bundle's files, and the version that is derived from its content."""

from __future__ import annotations

import json

try:  # hashlib would load OpenSSL, 4 ms of a cold start; these built-in modules do not.
    from _sha2 import sha256  # CPython 3.12 and later
except ImportError:
    from _sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from inference_lib.contract.document import Contract

VERSION_DIGITS: Final = 12

SEMANTIC_MEMBERS: Final = (
    "format_version",
    "name",
    "task",
    "description",
    "features",
    "inputs",
    "outputs",
    "classes",
)
"""Members of the contract that the version depends on: what callers see, and what they get."""

OPTIONAL_MEMBERS: Final = ("targets", "profile_sha256", "unknown_features")
"""Members that count where the contract has them, so that the versions of all others stay."""

_PART_BYTES = 1 << 20


def content_version(contract: Contract, model_sha256: str) -> str:
    """Return the version of a model: the same for the same graph and contract, on any day and machine.

    Parameters
    ----------
    contract : Contract
        Only ``SEMANTIC_MEMBERS`` and ``OPTIONAL_MEMBERS`` count; metrics, library versions and the git commit do not.
    model_sha256 : str
        Of the content of ``model.onnx``, in hexadecimal digits.

    Returns
    -------
    str
        The first 12 hexadecimal digits of a SHA-256.
    """
    members = contract.to_dict()
    counted = [*SEMANTIC_MEMBERS, *(member for member in OPTIONAL_MEMBERS if member in members)]
    canonical = json.dumps(
        {"contract": {member: members[member] for member in counted}, "model_sha256": model_sha256},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    # A lone surrogate, which damage can put into JSON, has no bytes in UTF-8.
    digits: str = sha256(canonical.encode(errors="surrogatepass")).hexdigest()
    return digits[:VERSION_DIGITS]


def file_sha256(path: str) -> str:
    """Return the SHA-256 of a file in hexadecimal digits, read in parts: a large model is in memory once only.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    digest = sha256()
    with open(path, "rb") as file:
        while part := file.read(_PART_BYTES):
            digest.update(part)
    digits: str = digest.hexdigest()
    return digits
