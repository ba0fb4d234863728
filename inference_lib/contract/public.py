"""The contract as callers of the API may see it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Json

_HIDDEN = ("files", "libraries", "inputs", "outputs", "profile_sha256")


def public_contract(contract: Contract) -> dict[str, Json]:
    """Return the members of the contract without file hashes, library versions and tensors."""
    return {member: value for member, value in contract.to_dict().items() if member not in _HIDDEN}
