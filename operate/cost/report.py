"""Questions about costs, and the answers as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.prices import table as prices
from infra.settings.files import PROJECT_DIRECTORY, read_stack
from operate.cost.bill import bill
from operate.cost.earlier import COMPUTE_S, MEMORY_MB, REQUESTS, REST, earlier_bill
from operate.cost.inventory import inventory_of
from operate.cost.memory import compare, recommended
from operate.cost.tables import bill_table, memory_table, side_by_side
from operate.cost.usage import Usage, given, measure

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from infra.prices.table import PriceList
    from infra.settings.declaration import StackSettings
    from operate.cost.bill import Bill
    from operate.cost.inventory import Inventory
    from operate.cost.usage import Timing


@dataclass(frozen=True, kw_only=True)
class Question:
    """The options of the command.

    Parameters
    ----------
    stack : str
        Stack whose settings are used.
    region : str or None
        Region whose prices are used; None means the stack's own.
    requests, instances : int
        Requests of a month, and instances of each request.
    duration_ms : float or None, milliseconds
        Duration of a warm request; None means measured.
    memory : int or None, MB
        Memory of the function; None means the stack's setting.
    cold_starts : float
        Share of cold starts among the requests.
    batch_lines : int
        Lines that batches score.
    compare, diff : str or None
        The subject of a comparison, and the stack to compare with.
    earlier : bool
        Whether the reference system is compared.
    directory : Path
        Directory of the project's files.
    """

    stack: str = "dev"
    region: str | None = None
    requests: int = REQUESTS
    instances: int = 1
    duration_ms: float | None = None
    memory: int | None = None
    cold_starts: float = 0.01
    batch_lines: int = 0
    compare: str | None = None
    diff: str | None = None
    earlier: bool = False
    directory: Path = PROJECT_DIRECTORY


@dataclass(frozen=True, kw_only=True)
class _Stack:
    settings: StackSettings
    inventory: Inventory
    prices: PriceList


def answer(question: Question, console: Console) -> float:
    """Print the answer and return the list price of the stack, in USD a month.

    Raises
    ------
    MeasureError
        The bundle cannot be measured.
    PriceError
        The price file lacks the region.
    ScheduleError
        The schedule of warm environments cannot be calculated.
    StackFileError
        The stack does not exist.
    pulumi.RunError
        The settings are wrong.
    """
    stack = _read(question, question.stack)
    with console.status("Measuring the bundle ..."):
        timing = _timing(question, stack)
    usage = Usage(
        requests=question.requests, timing=timing, cold_share=question.cold_starts, batch_lines=question.batch_lines
    )
    found = bill(stack.inventory, usage, stack.prices)
    if question.compare:
        _compare(question, stack, usage, console)
    elif question.diff:
        other = _read(question, question.diff)
        columns = {question.stack: found, question.diff: bill(other.inventory, usage, other.prices)}
        console.print(side_by_side(columns, _title("Two stacks", question), difference=True))
    elif question.earlier:
        _earlier(question, stack, found, console)
    else:
        console.print(bill_table(found, _title(f"{question.stack} in {stack.prices.region}", question)))
    _notes(question, stack, usage, found, console)
    return found.listed


def _read(question: Question, name: str) -> _Stack:
    overrides = {} if question.memory is None else {"inference:memoryMb": str(question.memory)}
    if question.batch_lines:
        # Batches are priced even before they are switched on; their concurrency has no price.
        overrides["inference:batchConcurrency"] = "1"
    settings, region = read_stack(name, overrides, question.directory)
    listed = prices.price_list(question.region or region)
    return _Stack(settings=settings, inventory=inventory_of(settings, listed.region), prices=listed)


def _timing(question: Question, stack: _Stack) -> Timing:
    bundle = question.directory / stack.settings.bundle
    if question.duration_ms is None:
        return measure(bundle, question.instances)
    # Cold start and memory are still measured with the bundle.
    return given(question.duration_ms, stack.inventory.memory_mb, measure(bundle))


def _title(what: str, question: Question) -> str:
    return f"{what}: a month with {question.requests:,} requests"


def _compare(question: Question, stack: _Stack, usage: Usage, console: Console) -> None:
    sizes = compare(stack.inventory, usage, stack.prices)
    title = _title(f"{question.stack} by memory, list price in USD", question)
    console.print(memory_table(sizes, stack.inventory.memory_mb, title))
    best = recommended(sizes)
    if best is None:
        _tell(console, "Every size has a flaw: the model is large. Use the largest size, or reduce the model.")
        return
    _tell(
        console,
        f"Recommended: {best.memory_mb} MB, the fastest of those that cost at most a cent more than the cheapest.",
    )
    if best.memory_mb != stack.inventory.memory_mb:
        _tell(console, f"Set it: pulumi config set --stack {question.stack} inference:memoryMb {best.memory_mb}")


def _earlier(question: Question, stack: _Stack, ours: Bill, console: Console) -> None:
    columns = {
        "earlier": earlier_bill(stack.prices, question.requests),
        "with a REST API": earlier_bill(stack.prices, question.requests, REST),
        f"ours, {question.stack}": ours,
    }
    console.print(side_by_side(columns, _title(f"The reference system, in {stack.prices.region}", question)))
    _tell(
        console,
        f"The reference system: {MEMORY_MB} MB on x86, {COMPUTE_S // REQUESTS} s a request, the price of an HTTP API, "
        "Lambda Insights for the memory. Ours has a REST API, whose keys, quotas and firewall an HTTP API lacks.",
    )
    watching = ours.services()["CloudWatch"]
    _tell(
        console,
        f"The difference is monitoring: {watching.listed:.2f} USD for "
        + ", ".join(f"{item.amount:.3g} {item.name}" for item in watching.items)
        + f"; {watching.after_free:.2f} USD after the free tiers.",
    )


def _notes(question: Question, stack: _Stack, usage: Usage, found: Bill, console: Console) -> None:
    oldest, newest = stack.prices.dated
    memory_mb = stack.inventory.memory_mb
    _tell(console, f"Duration: {usage.timing.source}; {usage.timing.latency_ms(memory_mb):.3g} ms at {memory_mb} MB.")
    _tell(console, f"Prices: infra/prices/table.csv, {stack.prices.region}, from sources of {oldest} to {newest}.")
    if found.unpriced:
        _tell(console, f"Not in the sums, because the price file has no price: {'; '.join(found.unpriced)}.")
    if not (question.compare or question.diff or question.earlier):
        _tell(console, "Next: --compare memory shows other sizes, --diff prod another stack.")


def _tell(console: Console, line: str) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)
