"""The whole way through the broker on PostgreSQL: from a filled queue to committed items and confirmed answers.

`python -m tests.bench.broker`; everything runs on this machine, the servers and the load as well. Each part can be left
out by giving it 0. docs/measuring.md tells what each part does and how to read it.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import burst, carried, cost, history, servers, site, steady
from tests.bench.cost import Meter, Pace
from tests.bench.rivals import race
from tests.bench.servers import Servers

console = Console(width=118)

# Messages that a hub takes in before it is measured, and in each turn of two hubs.
WARM, TURN = 1_000, 5_000


def main() -> None:
    """Measure and print; nothing here passes or fails."""
    asked = _asked()
    with tempfile.TemporaryDirectory(prefix="sambud-bench-") as folder, servers.running() as both:
        if asked.rounds or asked.steady:
            with site.made(both, Path(folder), "rounds") as hub, hub.working():
                hub.drain(WARM, seed=99)
                if asked.rounds:
                    _rounds(both, hub, Path(folder), asked)
                if asked.steady:
                    _steady(hub, asked.steady)
        if asked.burst:
            _burst(both, Path(folder), asked.burst)
        if asked.stored:
            _stored(both, Path(folder), asked)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.broker", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000, help="in the queue at the beginning of each round")
    parser.add_argument("--rounds", type=int, default=3, help="of the hub, the floor and the rivals in turn")
    parser.add_argument("--rivals", type=int, default=2_000, help="messages for each rival in each round")
    parser.add_argument("--steady", type=float, default=20.0, help="seconds at 100 messages a second")
    parser.add_argument("--burst", type=int, default=100_000, help="messages at once after 72 hours of silence")
    parser.add_argument("--stored", type=int, default=1_000_000, help="messages in the database that has history")
    parser.add_argument("--turns", type=int, default=4, help="of that one and of an empty one; even, to be fair")
    return parser.parse_args()


def _rounds(both: Servers, hub: site.Site, folder: Path, asked: argparse.Namespace) -> None:
    table = Table("messages of 6 kB a second", "hub", "beside it", "hub : it", "target", title="From a filled queue")
    paces: dict[str, list[Pace]] = {}
    with _timed(table):
        for n in range(asked.rounds):
            bare = _floor(both, asked.messages)
            ours = hub.drain(asked.messages, seed=n)
            found = {"hub": ours, "floor": bare}
            if asked.rivals:
                found |= {each.name: race.rate(each, both, folder, asked.rivals) for each in race.RIVALS}
            for name, pace in found.items():
                paces.setdefault(name, []).append(pace)
                if name != "hub":
                    target = "≥ 1000/s, ≥ 0.5" if name == "floor" else ""
                    table.add_row(f"round {n + 1}, {name}", *_compared(ours, pace), target)
    _print(table, _WORDS["rounds"])
    _print(_costs(paces), _WORDS["costs"])


def _floor(both: Servers, count: int) -> Pace:
    url = both.postgresql.url(both.postgresql.create())
    meter = Meter({"consumer": cost.here, **both.parts()})
    return asyncio.run(carried.rate(both.node.url, url, count, meter))


def _compared(ours: Pace, other: Pace) -> tuple[str, str, str]:
    return f"{ours.rate:.0f}/s", f"{other.rate:.0f}/s", f"{ours.rate / other.rate:.2f}"


def _costs(paces: Mapping[str, Sequence[Pace]]) -> Table:
    """The processor time of each part for one message, the median of the rounds."""
    table = Table("processor ms a message", *paces, title="What a message costs")
    parts = dict.fromkeys(part for each in paces.values() for part in each[0].spent)
    medians = {
        name: {part: statistics.median(pace.spent[part] for pace in each) for part in each[0].spent}
        for name, each in paces.items()
    }
    for part in parts:
        table.add_row(part, *(f"{found[part]:.2f}" if part in found else "" for found in medians.values()))
    table.add_row("together", *(f"{sum(found.values()):.2f}" for found in medians.values()))
    return table


def _steady(hub: site.Site, seconds: float) -> None:
    table = Table("what", "measured", "target", title=f"At a steady {steady.PACE} a second")
    with _timed(table):
        found = asyncio.run(steady.latencies(hub.node, seconds))
        p50, p99 = found[len(found) // 2], found[len(found) * 99 // 100]
    table.add_row("p50, p99", f"{p50:.0f} ms, {p99:.0f} ms", "p99 < 250 ms")
    for process, size in hub.resident().items():
        table.add_row(f"resident, {process}", f"{size:.0f} MB", "< 250 MB" if process == "intake" else "")
    _print(table, _WORDS["steady"])


def _burst(both: Servers, folder: Path, count: int) -> None:
    title = f"{count:,} at once after {burst.SILENCE.total_seconds() / 3600:.0f} hours of silence"
    shown = (1, burst.SETTLED, burst.PARTS // 2, burst.PARTS)
    heads = (*(f"after {count * n // burst.PARTS:,}" for n in shown), "highest", "grows", "target")
    table = Table("resident", *heads, title=title)
    with _timed(table):
        found = burst.drained(both, folder, count)
    for process in found.highest:
        sizes = (*(found.samples[n - 1][process] for n in shown), found.highest[process])
        limit = "no, < 250 MB" if process == "intake" else "no"
        table.add_row(process, *(f"{x:.0f} MB" for x in sizes), "yes" if found.grows(process) else "no", limit)
    seen = f" Drained at {found.rate:.0f}/s; {found.lapsed:,} late notices of what had lapsed meanwhile."
    _print(table, _WORDS["burst"] + seen)


def _stored(both: Servers, folder: Path, asked: argparse.Namespace) -> None:
    title = f"With {asked.stored:,} messages stored"
    table = Table("messages a second", "with them", "without", "with : without", "target", title=title)
    paces: dict[str, list[Pace]] = {"with": [], "without": []}
    with (
        _timed(table),
        site.made(both, folder, "without") as without,
        site.made(both, folder, "with") as stored,
        without.working(),
        stored.working(),
    ):
        for each in (without, stored):
            each.drain(WARM, seed=700)
        begun = time.monotonic()
        history.grow(stored.url, asked.stored)
        for each in (without, stored):
            history.rest(each.url)
        size, seconds = history.megabytes(stored.url), time.monotonic() - begun
        for n in range(asked.turns):
            # Whoever comes first in a turn comes second in the next one.
            for name, each in (("with", stored), ("without", without))[:: -1 if n % 2 else 1]:
                paces[name].append(each.drain(TURN, seed=800 + n))
            table.add_row(f"turn {n + 1}", *_compared(paces["with"][-1], paces["without"][-1]), "≥ 0.9")
    together = {name: Pace(statistics.harmonic_mean(x.rate for x in found), {}) for name, found in paces.items()}
    table.add_row("together", *_compared(together["with"], together["without"]), "≥ 0.9")
    _print(table, f"{_WORDS['stored']} Its database has {size:,.0f} MB, made in {seconds:.0f} s.")
    _print(_costs(paces), "")


_WORDS = {
    "rounds": "Hub: two intakes, relay and watch as processes; all is kept. Floor: one process that consumes, validates"
    " with lxml, stores one row for each message in batches and publishes with confirm. FastStream and Celery do the"
    " floor's work with one plain handler and no batches; Celery takes tasks of its own making whose argument is the"
    " message, from a quorum queue too.",
    "costs": "Median of the rounds. consumer: the floor's or rival's own processes.",
    "steady": "From publish until the acknowledgement has come to the partner.",
    "burst": "The queue was filled while the hub was down; its clocks are 72 hours further than when it stopped.",
    "stored": "Two hubs on the same servers take turns; each drains a filled queue while the other one is idle.",
}


@contextmanager
def _timed(table: Table) -> Iterator[None]:
    """Tell in the title how long it took."""
    begun = time.monotonic()
    yield
    table.title = f"{table.title} (took {time.monotonic() - begun:.0f} s)"


def _print(table: Table, words: str) -> None:
    console.print(table)
    console.print(words + "\n")


if __name__ == "__main__":
    main()
