"""`python -m tests.bench.attacks`: what each attack on the reader costs it, in time and memory."""

import argparse
import asyncio

from rich.console import Console
from rich.table import Table

from hub.wire import Readers
from tests.wire.attacks import ATTACKS, Attack, verdict
from tests.wire.gauge import MB, Cost, Gauge

# Nobody listens there; that nothing is fetched is what the tests prove.
NOWHERE = "http://127.0.0.1:9/x"


def main() -> None:
    """Measure and print, the dearest first; nothing here passes or fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.attacks", description=__doc__)
    parser.add_argument("--most", type=int, default=len(ATTACKS), help="how many of the dearest are printed")
    costs = asyncio.run(measure(ATTACKS))
    dearest = sorted(costs, key=lambda each: each[2].seconds, reverse=True)[: parser.parse_args().most]
    table = Table("attack", "bytes", "processor", "memory", "ended as", title="What attacks cost a reader process")
    for attack, size, cost in dearest:
        told = (f"{size:,}", f"{cost.seconds * 1000:.0f} ms", f"{cost.memory / MB:.0f} MB", verdict(cost.reading))
        table.add_row(attack.name, *told)
    most = f"{max(c.seconds for *_, c in costs) * 1000:.0f} ms", f"{max(c.memory for *_, c in costs) / MB:.0f} MB"
    table.add_section()
    table.add_row("the most (targets: 200 ms, 128 MB)", "", *most, "")
    Console(width=110).print(table)


async def measure(attacks: tuple[Attack, ...]) -> list[tuple[Attack, int, Cost]]:
    """Each attack's size and cost, in one process after the other's attack."""
    async with Readers(seconds=30) as readers:
        gauge, found = Gauge(readers), []
        for attack in attacks:
            raw = attack.build(NOWHERE)
            found.append((attack, len(raw), await gauge.read(raw)))
        return found


if __name__ == "__main__":
    main()
