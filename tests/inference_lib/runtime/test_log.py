"""ONNX Runtime's own log lands where ours does."""

from __future__ import annotations

import json
import subprocess
import sys

_RUN = """
import json, sys
from array import array
from onnx import TensorProto, helper
from inference_lib.runtime import log
from inference_lib.errors import RuntimeLibraryError
from inference_lib.runtime.session import Session

graph = helper.make_graph(
    [helper.make_node("Constant", [], ["shape"], value=helper.make_tensor("v", TensorProto.INT64, [1], [4])),
     helper.make_node("Reshape", ["x", "shape"], ["y"])],
    "test",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString()
told = []
if "listen" in sys.argv:
    log.listen(lambda level, message: told.append((level, message)))
try:
    Session(model).runner(["y"])([array("f", [1, 2])], 1)
except RuntimeLibraryError:
    print(json.dumps(told))
"""


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", _RUN, *arguments], capture_output=True, text=True, check=True)


def test_a_listener_gets_every_message_with_our_level_and_nothing_goes_to_stderr() -> None:
    done = _run("listen")
    told = json.loads(done.stdout)
    assert told
    assert {level for level, _ in told} == {"ERROR"}
    assert all(message.startswith("ONNX Runtime: ") for _, message in told)
    assert any("Reshape" in message for _, message in told)
    assert done.stderr == ""


def test_without_a_listener_the_messages_are_plain_text_on_stderr() -> None:
    done = _run()
    assert done.stderr.startswith("ERROR ONNX Runtime: ")
    assert "\x1b[" not in done.stderr, "colours break log parsers"
