"""The language host that `pulumi up` starts, for a command line that comes without one: it runs one program."""

from __future__ import annotations

import sys
from concurrent import futures
from pathlib import Path

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

from infra.settings.files import PROJECT_DIRECTORY
from tests.engine.stack import Engine

NAME = "pulumi-language-python"


def install(directory: Path, engine: Engine) -> None:
    """Write the executable that the command line looks for on PATH."""
    script = directory / NAME
    command = f'exec "{sys.executable}" -m {__name__} "{engine.program}" "{engine.directory}" "{engine.home}"'
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{PROJECT_DIRECTORY}" {command}\n', encoding="utf-8")
    script.chmod(0o755)


def _main(program: str, directory: str, home: str) -> None:
    engine = Engine(Path(directory), Path(home), program=Path(program))
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(engine.run_program), server)
    sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
    sys.stdout.flush()
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    _main(*sys.argv[1:])
