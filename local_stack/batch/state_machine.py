"""Runs the declared state machine of the batches on this machine, with the declared function.

Like AWS Step Functions it follows the definition: the size of the batches, the number of concurrent invocations, the
event of each, and the part of the answer that counts.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from inference_lib.protocols.lines import BATCH_INPUT, INDEX, ITEMS, KEEP, LINES, ROW, RUN, TEXT
from infra.batch.definition import JSON_LINES, STATES
from local_stack.errors import InvocationError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from inference_lib.contract.document import Json
    from local_stack.function.pool import Function
    from operate.batch.answers import Answers
    from operate.batch.lines.file import LineFile

    Event = dict[str, Json]

ATTEMPTS = 3
"""As in the definition, for errors that are not throttles; without waiting, which would not help here."""
_THROTTLED_S = 0.2


class BatchRun:
    """Scores the lines of a file as one execution does.

    Parameters
    ----------
    definition : mapping
        Of the declared state machine.
    function : Function
        The declared function, started.
    keep : sequence of str
        Columns that are not sent to the model.
    """

    def __init__(self, definition: Mapping[str, Any], function: Function, keep: Sequence[str]) -> None:
        state = definition["States"][STATES[JSON_LINES]]
        self._batcher = state["ItemBatcher"]
        self._concurrency: int = state["MaxConcurrency"]
        self._function = function
        self._keep: list[Json] = list(keep)

    async def run(self, lines: LineFile, answers: Answers, on_progress: Callable[[int], None]) -> None:
        """Score every readable line.

        Parameters
        ----------
        lines : LineFile
            The lines to score.
        answers : Answers
            Receives the answer for each line.
        on_progress : callable
            Called with the number of finished lines.
        """
        free = asyncio.Semaphore(self._concurrency)
        running: set[asyncio.Task[None]] = set()

        async def score(event: Event) -> None:
            try:
                await self._score(event, answers)
            finally:
                free.release()
            on_progress(answers.count)

        try:
            for event in self._events(lines):
                await free.acquire()
                task = asyncio.create_task(score(event))
                running.add(task)
                task.add_done_callback(running.discard)
            await asyncio.gather(*running)
        finally:
            # After Ctrl-C the answers are closed and must receive no more lines.
            left = list(running)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def _events(self, lines: LineFile) -> Iterator[Event]:
        options: Json = {TEXT: lines.is_text, KEEP: self._keep, RUN: lines.name}
        items: list[Json] = []
        size = 0
        readable = (line.row for line in lines if line.row is not None)
        for index, row in enumerate(readable):
            item: Json = {INDEX: index, ROW: row}
            length = len(json.dumps(item, allow_nan=False)) + 2
            is_full = len(items) == self._batcher["MaxItemsPerBatch"]
            if items and (is_full or size + length > self._batcher["MaxInputBytesPerBatch"]):
                yield {BATCH_INPUT: options, ITEMS: items}
                items, size = [], 0
            items.append(item)
            size += length
        if items:
            yield {BATCH_INPUT: options, ITEMS: items}

    async def _score(self, event: Event, answers: Answers) -> None:
        reason = ""
        for _ in range(ATTEMPTS):
            try:
                answered = json.loads(await self._answer(json.dumps(event, allow_nan=False).encode()))
            except InvocationError as error:
                reason = f"the function did not answer: {error.reason}"
                continue
            answers.add(answered[LINES])
            return
        items = event[ITEMS]
        answers.refuse([int(item[INDEX]) for item in items if isinstance(item, dict)], reason)  # type: ignore[arg-type, union-attr] # as they were made above

    async def _answer(self, event: bytes) -> bytes:
        while True:
            try:
                return await self._function.invoke(event)
            except ThrottledError:
                await asyncio.sleep(_THROTTLED_S)
