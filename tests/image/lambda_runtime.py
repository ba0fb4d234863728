"""The Lambda Runtime API, and a container of the image that asks it for invocations."""

from __future__ import annotations

import ctypes
import json
import os
import queue
import subprocess
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from inference_lib.runtime.options import MEMORY_OF_ONE_VCPU_MB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from inference_lib.contract.document import Json

# https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
PREFIX = "/2018-06-01/runtime"
MEMORY_MB = 512
ANSWER_WITHIN_S = 30


@dataclass
class RuntimeApi:
    """What the container asked and answered."""

    address: str = ""
    network: str = ""
    container: str = ""
    events: queue.Queue[tuple[str, Json]] = field(default_factory=queue.Queue)
    answers: dict[str, queue.Queue[Json]] = field(default_factory=dict)
    asked: threading.Event = field(default_factory=threading.Event)
    init_errors: queue.Queue[dict[str, Json]] = field(default_factory=queue.Queue)

    def send(self, event: Json) -> str:
        """Queue an event and return its request id without waiting for the answer."""
        request_id = str(uuid.uuid4())
        self.answers[request_id] = queue.Queue()
        self.events.put((request_id, event))
        return request_id

    def invoke(self, event: Json) -> Json:
        """Queue an event and wait for its answer."""
        return self.answers[self.send(event)].get(timeout=ANSWER_WITHIN_S)


def _handler_of(api: RuntimeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are two writes: with Nagle's algorithm each answer waits 40 ms for an acknowledgement.
        disable_nagle_algorithm = True

        def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            api.asked.set()
            request_id, event = api.events.get()
            headers = {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + ANSWER_WITHIN_S) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:000000000000:function:predict",
            }
            self._send(200, json.dumps(event).encode(), headers)
            api.events.task_done()

        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == f"{PREFIX}/init/error":
                api.init_errors.put(document)
            else:
                api.answers[self.path.split("/")[-2]].put(document)
            self._send(202, b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    return Handler


@contextmanager
def runtime_api(image: str) -> Iterator[RuntimeApi]:
    """Serve a Runtime API where a container can reach it and nothing else.

    As root the server's socket is opened in a network of the container's own, which has loopback alone;
    otherwise on the machine's loopback.
    """
    api = RuntimeApi()
    with _network(image) as (api.network, namespace):
        server = _in_namespace(namespace, lambda: ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(api)))
        server.daemon_threads = True
        api.address = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@contextmanager
def _network(image: str) -> Iterator[tuple[str, str]]:
    """Give a network as Docker names it, and the file of its namespace; empty for the machine's own."""
    if os.geteuid() != 0:
        yield "host", ""
        return
    wait = ["--entrypoint", "python", image, "-c", "import signal; signal.pause()"]
    name = _docker("run", "--detach", "--rm", "--network", "none", *wait)
    try:
        yield f"container:{name}", f"/proc/{_docker('inspect', '--format', '{{.State.Pid}}', name)}/ns/net"
    finally:
        _docker("kill", name)


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout.strip()


def _in_namespace(namespace: str, make: Callable[[], ThreadingHTTPServer]) -> ThreadingHTTPServer:
    """Make a server in a thread that has entered a network namespace; its socket stays there."""
    made: list[ThreadingHTTPServer] = []

    def enter() -> None:
        if namespace:
            with open(namespace, "rb") as file:
                assert ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0) == 0, os.strerror(ctypes.get_errno())
        made.append(make())

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    return made[0]


def limits() -> list[str]:
    """Return the options that hold a container to what Lambda gives a function."""
    memory = ["--memory", f"{MEMORY_MB}m", "--memory-swap", f"{MEMORY_MB}m"]
    return ["--read-only", "--tmpfs", "/tmp", *memory, "--cpus", f"{MEMORY_MB / MEMORY_OF_ONE_VCPU_MB:.2f}"]  # noqa: S108


@contextmanager
def container(
    image: str, api: RuntimeApi, options: Sequence[str] = (), handler: Sequence[str] = ()
) -> Iterator[subprocess.Popen[str]]:
    """Run the image as Lambda does: read-only but for /tmp, with limited memory and processor, as its own user."""
    name = f"inference-test-{uuid.uuid4().hex[:12]}"
    api.container = name
    environment = {
        "AWS_LAMBDA_RUNTIME_API": api.address,
        "AWS_LAMBDA_FUNCTION_NAME": "predict",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY_MB),
    }
    rights = ["--network", api.network, "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    given = [part for item in environment.items() for part in ("--env", "=".join(item))]
    command = ["docker", "run", "--rm", "--name", name, *limits(), *rights, *given, *options, image, *handler]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        subprocess.run(["docker", "kill", name], capture_output=True, check=False)
        process.communicate()
