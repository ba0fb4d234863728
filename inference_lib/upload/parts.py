"""What a bundle is sent in: said once for the function that takes it and the command that sends it."""

from __future__ import annotations

from inference_lib.contract.document import CONTRACT_FILE, GOLDEN_FILE, MODEL_FILE, PROFILE_FILE, REPORT_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

FILES: Final = (CONTRACT_FILE, GOLDEN_FILE, MODEL_FILE, PROFILE_FILE, REPORT_FILE)
MAX_PART_BYTES: Final = 4_000_000
"""Of one event; in Base64, with what stands around it, below the 6 MB that Lambda takes.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
