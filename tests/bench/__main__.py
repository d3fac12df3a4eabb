"""`make bench`: the HTTP door's speed, memory and start, each beside its bare floor."""

import argparse
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import floor, server

SENDERS = 8
ROUND = 4_000
PAGES = 30


def main() -> None:
    """Measure and print; nothing here passes or fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000, help="how many the memory figure is read after")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of 4,000 for the speed, each beside the floor")
    asked = parser.parse_args()
    table = Table("what", "measured", "floor, same run", "ratio", "target", title="Sambud on SQLite, HTTP door")
    with tempfile.TemporaryDirectory(prefix="sambud-bench-") as folder:
        door(table, Path(folder), asked.rounds, asked.messages)
    Console(width=110).print(table)


def door(table: Table, folder: Path, rounds: int, total: int) -> None:
    """Speed round by round beside the floor, then memory after `total`, then a start with all that stored."""
    with server.running(folder) as (port, process, seconds):
        table.add_row("start, empty store", f"{seconds:.2f} s", "", "", "")
        server.load(port, SENDERS, 500, seed=10)
        for n in range(rounds):
            bare = floor.rate(_new(folder, f"floor{n}"), ROUND, SENDERS)
            rate, latencies = server.load(port, SENDERS, ROUND, seed=20 + n)
            table.add_row(
                f"round {n + 1}, 8 senders, 6 kB", f"{rate:.0f}/s", f"{bare:.0f}/s", f"{rate / bare:.2f}", "≥ 500/s"
            )
            p50, p99 = latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100]
            table.add_row("  latency p50, p99", f"{p50:.1f} ms, {p99:.1f} ms", "", "", "p99 < 100 ms")
        pages(table, port, rounds)
        left = total - 500 - 3 * rounds * ROUND
        if left > 0:
            rate, latencies = server.load(port, SENDERS, left, seed=99)
            p99 = latencies[len(latencies) * 99 // 100]
            table.add_row(f"the next {left:,}", f"{rate:.0f}/s, p99 {p99:.1f} ms", "", "", "≥ 500/s")
        own, readers = server.memory(process)
        table.add_row(f"resident after {total:,}", f"{own:.0f} MB + readers {readers:.0f} MB", "", "", "< 200 MB")
    with server.running(folder) as (_, _, seconds):
        table.add_row(f"start, {total:,} stored", f"{seconds:.2f} s", "", "", "< 3 s")


def pages(table: Table, port: int, rounds: int) -> None:
    """Speed with open pages beside the speed without, each pair in the same minute."""
    for n in range(rounds):
        alone, _ = server.load(port, SENDERS, ROUND, seed=40 + n)
        with server.followed(port, PAGES):
            rate, latencies = server.load(port, SENDERS, ROUND, seed=60 + n)
        p99 = latencies[len(latencies) * 99 // 100]
        table.add_row(
            f"with {PAGES} open pages", f"{rate:.0f}/s, p99 {p99:.1f} ms", f"{alone:.0f}/s without",
            f"{rate / alone:.2f}", "≥ 0.85",
        )  # fmt: skip


def _new(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


if __name__ == "__main__":
    main()
