"""The lower bound of a prediction: only ONNX Runtime's C API, without the request's values."""

from __future__ import annotations

import os
from array import array

from inference_lib.runtime.session import ARRAY_TYPECODES, Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.runtime.tensors import Data

_session = Session(os.path.join(os.environ["MODEL_BUNDLE"], "model.onnx"))
_run = _session.runner([info.name for info in _session.outputs])


def _zeros(element_type: str, width: int) -> Data:
    return [""] * width if element_type == "string" else array(ARRAY_TYPECODES[element_type], [0] * width)


_buffers = [_zeros(info.element_type, info.shape[1]) for info in _session.inputs]


def handler(_event: dict[str, object], _context: object) -> dict[str, object]:
    """Run the model."""
    return {"statusCode": 200, "body": str(_run(_buffers, 1)[0])}
