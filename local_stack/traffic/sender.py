"""Sends requests at their times, even if earlier ones are still pending, and counts the answers."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from inference_lib.bundle.golden import Golden
    from local_stack.traffic.requests import Planned
    from local_stack.traffic.truth import Truths

_TIMEOUT_S = 35.0
_OK = 200

REQUEST_ID = "x-request-id"
"""Response header of a stack that accepts feedback."""


@dataclass(kw_only=True)
class Summary:
    """The answers to the requests.

    Parameters
    ----------
    statuses : Counter of str
        Requests by the status of their answers, or by error.
    latencies_ms : list of float, milliseconds
        Latency of each answer.
    lateness_ms : float, milliseconds
        The longest delay of a request after its time.
    feedback : Counter of str
        Feedback by the status of its answer.
    differences : list of str
        Differences from golden answers.
    elapsed_s : float, seconds
        From the first request to the last answer.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    latencies_ms: list[float] = field(default_factory=list)
    lateness_ms: float = 0.0
    feedback: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    elapsed_s: float = 0.0

    @property
    def sent(self) -> int:
        """Number of sent requests."""
        return sum(self.statuses.values())


class Sender:
    """Sends planned requests to an API.

    Parameters
    ----------
    url : str
        Address of the stage.
    speed : float
        Speed of the traffic: seconds of the plan in a second.
    concurrency : int
        Maximum number of concurrent requests; others wait.
    headers : dict of str to str
        Of every request.
    golden : Golden, optional
        Tolerances of the golden answers.
    truths : Truths, optional
        Feedback about the answers.
    """

    def __init__(  # noqa: PLR0913 - one argument for each part of the traffic
        self,
        url: str,
        speed: float,
        concurrency: int,
        headers: dict[str, str],
        *,
        golden: Golden | None = None,
        truths: Truths | None = None,
    ) -> None:
        self._url = url
        self._speed = speed
        self._places = asyncio.Semaphore(concurrency)
        self._concurrency = concurrency
        self._headers = headers
        self._golden = golden
        self._truths = truths
        self.summary = Summary()

    async def send(self, requests: Iterable[Planned], start: float, on_answer: Callable[[], None]) -> None:
        """Send all requests.

        Parameters
        ----------
        requests : iterable of Planned
            In the order of their times.
        start : float, seconds since the epoch
            The time of the plan at which to start.
        on_answer : callable
            Called after each answer.
        """
        limits = httpx.Limits(max_connections=self._concurrency, max_keepalive_connections=self._concurrency)
        under_way: set[asyncio.Task[None]] = set()
        began = time.perf_counter()
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, limits=limits, headers=self._headers) as client:
            try:
                for request in requests:
                    due = began + (request.moment - start) / self._speed
                    await asyncio.sleep(max(due - time.perf_counter(), 0))
                    await self._places.acquire()
                    late_ms = (time.perf_counter() - due) * 1000
                    self.summary.lateness_ms = max(self.summary.lateness_ms, late_ms)
                    task = asyncio.create_task(self._send_one(client, request, on_answer))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                await asyncio.gather(*under_way)
            finally:
                for task in under_way:
                    task.cancel()
                self.summary.elapsed_s = time.perf_counter() - began

    async def _send_one(self, client: httpx.AsyncClient, request: Planned, on_answer: Callable[[], None]) -> None:
        started = time.perf_counter()
        try:
            response = await client.post(f"{self._url}/predict", json=request.body)
        except httpx.HTTPError as error:
            self.summary.statuses[type(error).__name__] += 1
        else:
            self.summary.latencies_ms.append((time.perf_counter() - started) * 1000)
            self.summary.statuses[str(response.status_code)] += 1
            self._compare(request, response)
            await self._send_feedback(client, response)
        finally:
            self._places.release()
            on_answer()

    async def _send_feedback(self, client: httpx.AsyncClient, response: httpx.Response) -> None:
        if self._truths is None or response.status_code != _OK:
            return
        body = self._truths.feedback(response.headers[REQUEST_ID], response.json()["predictions"][0])
        if body is not None:
            try:
                answer = await client.post(f"{self._url}/feedback", json=body)
                self.summary.feedback[str(answer.status_code)] += 1
            except httpx.HTTPError as error:
                self.summary.feedback[type(error).__name__] += 1

    def _compare(self, request: Planned, response: httpx.Response) -> None:
        if request.case is None or self._golden is None or response.status_code != _OK:
            return
        difference = self._golden.disagreement(request.case, response.json()["predictions"][0])
        if difference:
            self.summary.differences.append(f"{request.case.note}: {difference}")
