"""An update that is killed can be taken up again, and two updates at once do not meet."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING

from tests.engine.stack import operating

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.stack import Engine


def _killed(engine: Engine, call: str, type_: str, start: Callable[[], subprocess.Popen[str]]) -> None:
    """Kill an operation when AWS has done a call, and the engine does not know yet."""
    acted, gone = threading.Event(), threading.Event()

    def hold(*done: str) -> None:
        if done[:2] == (call, type_):
            acted.set()
            gone.wait()

    engine.account.after = hold
    process = start()
    acted.wait()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    gone.set()
    engine.account.after = lambda *_: None


def _without_empty_attributes(engine: Engine) -> None:
    """Do as the runbook says of a state in files, whose attributes a kill can leave empty."""
    for path in engine.home.rglob("*.json.attrs"):
        if not path.stat().st_size:
            path.unlink()


def _typed(engine: Engine, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **engine.environment()}
    return subprocess.run(command, cwd=engine.directory, env=environment, capture_output=True, text=True, check=False)


def test_an_update_that_is_killed_while_it_creates_is_taken_up_again(engine: Engine) -> None:
    stack = engine.stack("dev")
    _killed(engine, "create", "lambda/function", lambda: operating(engine, "up", "dev"))

    _without_empty_attributes(engine)
    refused = operating(engine, "up", "dev").communicate()[0]
    _typed(engine, "pulumi", "cancel", "--yes", "--stack", "dev").check_returncode()
    clear = ("pulumi", "refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--stack", "dev")
    _typed(engine, *clear).check_returncode()
    known = {each["id"] for each in (stack.automation.export_stack().deployment or {})["resources"] if "id" in each}
    for unknown in engine.account.held.keys() - known:
        del engine.account.held[unknown]  # as the runbook says
    stack.up()

    assert "the stack is currently locked" in refused
    assert stack.up().keys() == {"same"}
    stack.destroy()
    assert engine.account.held == {}


def test_a_deletion_that_is_killed_is_taken_up_again(engine: Engine) -> None:
    stack = engine.stack("dev")
    stack.up()
    command = ["pulumi", "destroy", "--yes", "--skip-preview", "--stack", "dev"]
    _killed(
        engine,
        "delete",
        "lambda/function",
        lambda: subprocess.Popen(
            command,
            cwd=engine.directory,
            env={**os.environ, **engine.environment()},
            start_new_session=True,
            stdout=subprocess.PIPE,
            text=True,
        ),
    )

    _without_empty_attributes(engine)
    _typed(engine, "pulumi", "cancel", "--yes", "--stack", "dev").check_returncode()
    _typed(engine, "pulumi", "refresh", "--yes", "--skip-preview", "--stack", "dev").check_returncode()
    stack.destroy()

    assert engine.account.held == {}


def test_a_state_in_files_whose_attributes_are_empty_is_read_without_them(engine: Engine) -> None:
    engine.stack("dev")
    (attributes,) = engine.home.rglob("dev.json.attrs")
    attributes.write_bytes(b"")
    export = ("pulumi", "stack", "export", "--stack", "dev")

    refused = _typed(engine, *export)
    _without_empty_attributes(engine)
    read = _typed(engine, *export)

    assert "failed to load checkpoint: EOF" in refused.stderr
    assert '"deployment"' in read.stdout


def test_a_second_update_at_once_is_refused_in_one_sentence(engine: Engine) -> None:
    engine.stack("dev")
    working, refused = threading.Event(), threading.Event()

    def hold(*_done: str) -> None:
        working.set()
        refused.wait()

    engine.account.after = hold
    first = operating(engine, "up", "dev")
    working.wait()
    second = operating(engine, "up", "dev").communicate()[0]
    refused.set()
    first.communicate()

    assert "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end" in second
    assert first.returncode == 0
