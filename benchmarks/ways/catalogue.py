"""The alternatives that are measured, with their environments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.measure.http_server import HttpServer
from benchmarks.measure.runtime_api import Runtime
from benchmarks.publish.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol

    Instance = Mapping[str, object]

    class Served(Protocol):
        """A started process that answers requests."""

        started: float

        def invoke(self, event: bytes) -> tuple[bytes, float]:
            """Return the answer, and the seconds that it took."""

        def memory_mb(self) -> float:
            """Return the peak resident memory."""

        def cpu_s(self) -> float:
            """Return the processor time used."""

        def files(self) -> set[Path]:
            """Return the files that are mapped into memory."""

        def close(self) -> None:
            """End the process."""


WAYS_FOLDER: Final = Path(__file__).parent
FUNCTION: Final = ROOT / "requirements" / "function.txt"


@dataclass(frozen=True)
class Way:
    """One alternative to serve the example.

    Parameters
    ----------
    title : str
        In the tables.
    requirements : Path
        Its locked environment.
    start : callable
        Starts the process, given the interpreter and additional environment variables.
    request : callable
        Returns a request of instances.
    predictions : callable
        Counts the predictions of an answer, so that an error is not counted as a fast answer.
    reads_rows : bool
        False for the lower bounds, which do not predict the rows of the request.
    """

    title: str
    requirements: Path
    start: Callable[[Path, Mapping[str, str]], Served]
    request: Callable[[Sequence[Instance]], bytes]
    predictions: Callable[[bytes], int]
    reads_rows: bool = True


def _event(instances: Sequence[Instance]) -> bytes:
    body = json.dumps({"instances": instances})
    return json.dumps({"httpMethod": "POST", "path": "/predict", "headers": {}, "body": body}).encode()


def _body(instances: Sequence[Instance]) -> bytes:
    return json.dumps({"instances": instances}).encode()


def _in_response(answer: bytes) -> int:
    """Count in a Lambda proxy response."""
    response = json.loads(answer)
    return _in_body(response["body"]) if response["statusCode"] == HTTPStatus.OK else 0


def _in_body(answer: bytes) -> int:
    return len(json.loads(answer)["predictions"])


def _elements(answer: bytes) -> int:
    return len(json.loads(answer)["outputs"][0]["data"])


_DATATYPES: Final = {str: "BYTES", int: "INT64", float: "FP64"}


def _tensors(instances: Sequence[Instance]) -> bytes:
    """Return a request of the Open Inference Protocol with a tensor for each column, as MLServer reads data frames."""
    inputs = [
        {
            "name": name,
            "shape": [len(instances)],
            "datatype": _DATATYPES[type(example)],
            "data": [instance[name] for instance in instances],
            "parameters": {"content_type": "str"} if isinstance(example, str) else {},
        }
        for name, example in instances[0].items()
    ]
    outputs = [{"name": "predict"}, {"name": "predict_proba"}]
    return json.dumps({"parameters": {"content_type": "pd"}, "inputs": inputs, "outputs": outputs}).encode()


def _function(title: str, folder: str, *, locked: bool, reads_rows: bool = True) -> Way:
    handler = f"benchmarks.ways.{folder}.handler.handler"
    requirements = WAYS_FOLDER / folder / "requirements.txt" if locked else FUNCTION

    def start(python: Path, added: Mapping[str, str]) -> Runtime:
        return Runtime(python, handler, added, ROOT)

    return Way(title, requirements, start, _event, _in_response, reads_rows)


def _server(  # noqa: PLR0913, PLR0917 - the differences between the servers
    title: str,
    folder: str,
    arguments: Sequence[str],
    path: str,
    request: Callable[..., bytes],
    predictions: Callable[[bytes], int],
) -> Way:
    def start(python: Path, added: Mapping[str, str]) -> HttpServer:
        return HttpServer([str(python), *arguments], added, ROOT, path)

    return Way(title, WAYS_FOLDER / folder / "requirements.txt", start, request, predictions)


OURS: Final = Way(
    "this project, with metrics, log and validation",
    FUNCTION,
    lambda python, added: Runtime(python, "inference_lib.handler.handler", added, ROOT),
    _event,
    _in_response,
)
WAYS: Final = (
    _function("awslambdaric, a handler that does nothing", "echo", locked=False, reads_rows=False),
    _function("awslambdaric, a bare ONNX Runtime session", "bare_session", locked=False, reads_rows=False),
    OURS,
    _function("onnxruntime, NumPy, metric_scope", "onnx_numpy", locked=True),
    _function("scikit-learn, pandas, joblib, metric_scope", "sklearn_joblib", locked=True),
    _function("XGBoost, pandas, one EMF line", "pandas_xgboost", locked=True),
    _server(
        "FastAPI and scikit-learn, a server",
        "fastapi_sklearn",
        ["-m", "uvicorn", "benchmarks.ways.fastapi_sklearn.app:app", "--log-level", "warning", "--port", "{port}"],
        "/predict",
        _body,
        _in_body,
    ),
    _server(
        "MLServer and scikit-learn, a server",
        "mlserver_sklearn",
        ["-m", "benchmarks.ways.mlserver_sklearn.serve", "{port}"],
        "/v2/models/sleep_advice/infer",
        _tensors,
        _elements,
    ),
)
