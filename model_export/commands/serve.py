"""``python -m model_export serve BUNDLE``, or ``inference-serve BUNDLE``: a bundle behind HTTP on this machine."""

from __future__ import annotations

import http.server
import json
import sys
import threading
import uuid
from typing import TYPE_CHECKING

from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.reading import resolve_bundle
from inference_lib.environment import MODEL_BUNDLE
from inference_lib.errors import InferenceError
from inference_lib.http.requests import MAX_EVENT_BYTES, Request, Response
from inference_lib.service import Service
from inference_lib.settings import FunctionSettings
from inference_lib.telemetry.emf import Emitter
from inference_lib.telemetry.logs import Logger
from inference_lib.telemetry.metrics import dimensions
from model_export.commands.arguments import DONE, WRONG_INPUT, Parser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.bundle.loading import Bundle

HOST = "127.0.0.1"
HIGHEST_PORT = 65_535
_LENGTH_REQUIRED, _TOO_LARGE = 411, 413

_DESCRIPTION = """\
Serve a bundle on this machine, with the code that serves it in AWS: the same routes, validation and predictions. It
needs no repository and no AWS account, and listens on the loopback interface only. Logs and metrics are not kept."""

_EXAMPLES = """\
examples:
  inference-serve bundles/sleep_advice                the version that was exported last
  inference-serve bundles/sleep_advice --port 0       on a free port

exit codes: 0 stopped by Ctrl-C, 2 wrong usage, or a bundle or a port that cannot be used
"""


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C.

    Returns
    -------
    int
        0 when stopped, 2 for wrong usage, or a bundle or a port that cannot be used.
    """
    made = Parser("serve", _DESCRIPTION, _EXAMPLES)
    made.add_argument("bundle", metavar="BUNDLE", help="directory of a bundle: NAME/VERSION, or NAME for its latest")
    made.add_argument("--port", type=int, default=8080, help="port; 0 chooses a free one (default: 8080)")
    options = made.parse_args(arguments)
    if not 0 <= options.port <= HIGHEST_PORT:
        made.error(f"argument --port: expected a number from 0 to {HIGHEST_PORT}")
    try:
        service, bundle = _service(options.bundle)
        handler = type("Handler", (_Handler,), {"service": service, "one_at_a_time": threading.Lock()})
        server = http.server.ThreadingHTTPServer((HOST, options.port), handler)
    except InferenceError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(
            f"port {options.port} cannot be used ({error.strerror}). Choose another, or a free one: --port 0"
        )
    with server:
        _welcome(bundle, f"http://{HOST}:{server.server_address[1]}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return DONE
    return DONE


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"error: {sentence}\n")
    return WRONG_INPUT


def _service(named: str) -> tuple[Service, Bundle]:
    settings = FunctionSettings({MODEL_BUNDLE: resolve_bundle(named)})
    bundle = load_bundle(settings.bundle, settings.max_instances, settings.session_options, settings.max_text_length)
    emitter = Emitter(settings.namespace, dimensions(bundle.contract.name))
    return Service(bundle, emitter, Logger("inference-serve", "INFO"), settings), bundle


def _welcome(bundle: Bundle, url: str) -> None:
    contract = bundle.contract
    body = json.dumps({"instances": [{each.name: each.example for each in contract.features}]}, ensure_ascii=False)
    quoted = body.replace("'", "'\\''")
    sys.stdout.write(
        f"Serving {contract.name} {contract.version} at {url}; the manual is at {url}/docs. Ctrl-C stops it.\n\n"
        f"  curl -s {url}/predict -H 'content-type: application/json' -d '{quoted}'\n\n"
    )
    sys.stdout.flush()


class _Handler(http.server.BaseHTTPRequestHandler):
    """Answers requests one after the other, as one execution environment does."""

    service: Service
    one_at_a_time: threading.Lock

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer

    def _answer(self) -> None:
        response = self._unread() or self._served()
        content = response.body.encode()
        self.send_response(response.status)
        self.send_header("content-type", response.media_type)
        self.send_header("content-length", str(len(content)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _unread(self) -> Response | None:
        """Return the refusal of a body that is not read; the connection ends with it."""
        length = self.headers.get("content-length", "0")
        if self.headers.get("transfer-encoding") or not length.isdecimal():
            refusal = _problem(_LENGTH_REQUIRED, "expected a body with a content-length")
        elif int(length) > MAX_EVENT_BYTES:
            refusal = _problem(_TOO_LARGE, f"expected a body of at most {MAX_EVENT_BYTES} bytes")
        else:
            return None
        self.close_connection = True
        return refusal

    def _served(self) -> Response:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        request = Request(
            method=self.command,
            path=self.path.partition("?")[0],
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body.decode("utf-8", errors="replace"),
            request_id=str(uuid.uuid4()),
        )
        with self.one_at_a_time:
            response, _ = self.service.handle(request)
        return response

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _answer  # noqa: N815 - of the library


def _problem(status: int, detail: str) -> Response:
    body = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(status, json.dumps({**body, "error": detail}), "application/problem+json")
