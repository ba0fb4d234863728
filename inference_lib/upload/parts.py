"""The parts in which a bundle is sent, shared by the function that receives it and the command that sends it."""

from __future__ import annotations

from inference_lib.contract.document import CONTRACT_FILE, GOLDEN_FILE, MODEL_FILE, PROFILE_FILE, REPORT_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

FILES: Final = (CONTRACT_FILE, GOLDEN_FILE, MODEL_FILE, PROFILE_FILE, REPORT_FILE)
MAX_PART_BYTES: Final = 4_000_000
"""Of one event; in Base64 and with the rest of the event, below the 6 MB that Lambda accepts.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
