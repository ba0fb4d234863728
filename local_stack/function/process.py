"""The process of an execution environment: awslambdaric, with the variables that Lambda sets.

References
----------
.. [1] https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_stack.function.arguments import FunctionArgs

MEGABYTE = 1024 * 1024


async def spawn(args: FunctionArgs, runtime_address: str, log_stream: str) -> asyncio.subprocess.Process:
    """Start a process that gets its events from a Runtime API.

    Parameters
    ----------
    args : FunctionArgs
        The declaration.
    runtime_address : str
        ``host:port`` of the Runtime API.
    log_stream : str
        Name of the stream that its output goes to.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "awslambdaric",
        args.handler,
        cwd=args.root,
        env=_environment(args, runtime_address, log_stream),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=8 * MEGABYTE,
        # Ctrl-C reaches only the stack, which ends the function in order. The session is the same, so that the
        # kernel resumes and ends a suspended process whose stack was killed.
        process_group=0,
    )


def _environment(args: FunctionArgs, runtime_address: str, log_stream: str) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **inherited,
        **args.environment,
        "AWS_LAMBDA_RUNTIME_API": runtime_address,
        "AWS_LAMBDA_FUNCTION_NAME": args.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(args.memory_mb),
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{args.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "TZ": ":UTC",
    }


def exit_text(code: int) -> str:
    """Return Lambda's text for the end of a process."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
