#!/usr/bin/env bash
# ONNX Runtime 1.31.1 does not load a graph that writes text in lower case where the locale en_US.UTF-8 is not installed.
#
# Versions: onnxruntime 1.31.1 (CPU), onnx 1.23.2, Python 3.11, Linux with glibc.
#
# Guess: a wheel that brings its own kernels needs nothing of the system for StringNormalizer, least of all for ASCII, and
# a graph without the attribute "locale" works everywhere.
#
# Seen: without the attribute, the runtime asks the system for en_US.UTF-8, and the session fails when it is created.
# Slim container images do not have that locale. Text pipelines that lower their input (the default of CountVectorizer)
# pass on a desktop and fail in the image. With locale "C" the graph loads, and only letters of ASCII change.
# LOCPATH, an empty folder here, hides the locales of the system from glibc, so that the script behaves as a slim image.
#
# Output:
#   no locale named: Failed to construct locale with name:en_US.UTF-8
#   locale "C": ['straße', 'Äpfel']
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check onnxruntime==1.31.1 onnx==1.23.2 numpy==2.4.6
mkdir "$folder/no-locales"
LOCPATH="$folder/no-locales" "$folder/bin/python" - <<'PYTHON'
import re
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

print(f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}, numpy {np.__version__}")
onnxruntime.set_default_logger_severity(4)


def lowered(**attributes):
    x, y = (helper.make_tensor_value_info(name, TensorProto.STRING, [None]) for name in "xy")
    node = helper.make_node("StringNormalizer", ["x"], ["y"], case_change_action="LOWER", **attributes)
    graph = helper.make_graph([node], "lower", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": np.array(["Straße", "Äpfel"], object)})[0].tolist()


try:
    loaded = lowered()
except Exception as error:  # the runtime's exceptions have no public base class
    reason = re.search(r"Failed to construct locale with name:[\w.-]+", str(error))
    if reason is None:
        raise
    print(f"no locale named: {reason.group()}".removesuffix(":"))
else:
    sys.exit(f"Changed: the graph loads without the locale, and returns {loaded}.")
plain = lowered(locale="C")
print(f'locale "C": {plain}')
if plain != ["straße", "Äpfel"]:
    sys.exit('Changed: locale "C" changes other letters.')
print("as stated")
PYTHON
