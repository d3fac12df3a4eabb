"""Where messages go, in a region of 200,000 patients: `python -m tests.bench.routing`. Nothing here passes or fails."""

import argparse
import gc
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from hub import route
from hub.directory import Directory
from hub.message import Message
from tests import builders
from tests.bench import region, reload

# What is loaded is measured in a process of its own: (seconds, MB more than before).
LOADING = """import sys, time
from pathlib import Path
from hub import registry
def resident():
    words = Path("/proc/self/status").read_text().splitlines()
    return next(int(w.split()[1]) for w in words if w.startswith("VmRSS")) / 1024
folder, before, begun = Path(sys.argv[1]), resident(), time.perf_counter()
found = registry.load(folder)
print(time.perf_counter() - begun, resident() - before, resident(), len(found.directory.listings))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.routing", description=__doc__)
    parser.add_argument("--patients", type=int, default=region.Size().patients)
    parser.add_argument("--inboxes", type=int, default=region.Size().inboxes)
    parser.add_argument("--rules", type=int, default=region.Size().rules)
    parser.add_argument("--decisions", type=int, default=100_000)
    asked = parser.parse_args()
    size = region.Size(asked.patients, asked.inboxes, asked.rules)
    title = f"{size.patients:,} patients, {size.inboxes:,} inboxes, {size.rules} rules"
    table = Table("what", "measured", "target", title=title)
    with tempfile.TemporaryDirectory(prefix="sambud-bench-") as name:
        folder = Path(name) / "region"
        region.write(folder, size)
        done = subprocess.run([sys.executable, "-c", LOADING, str(folder)], capture_output=True, check=True, text=True)
        seconds, more, whole, _ = map(float, done.stdout.split())
        table.add_row("load", f"{seconds:.2f} s", "< 3 s")
        table.add_row("memory that it takes; of the whole process", f"{more:.0f} MB; {whole:.0f} MB", "< 150 MB")
        again = reload.measured(folder)
        words = f"{again.seconds:.2f} s; {again.pause * 1000:.0f} ms"
        table.add_row("reload until it is decided by; longest pause", words, "< 1 s; < 100 ms")
        rate, per = _decisions(folder, asked.decisions)
        table.add_row("decisions on one core, by processor time", f"{rate:,.0f}/s ({per:.1f} µs)", "≥ 20,000/s")
    Console(width=110).print(table)


def _decisions(folder: Path, count: int) -> tuple[float, float]:
    from hub import registry

    found = registry.load(folder)
    # As the processes do: nobody looks for circles among what never ends.
    gc.freeze()
    ready = route.Table(found.rules)
    messages = _messages(found.directory, 2_000)
    best = 0.0
    for _ in range(3):
        begun = time.process_time()
        for n in range(count // 3):
            _decided(messages[n % len(messages)], ready, found.directory)
        best = max(best, (count // 3) / (time.process_time() - begun))
    return best, 1e6 / best


def _decided(m: Message, ready: route.Table, directory: Directory) -> route.Decision:
    to = m.envelope.receivers[0].party
    practice = directory.practice_of(to.level_1, to.level_2)
    assert practice is not None
    listing = route.listed(m, directory, practice.her_id)
    c = route.circumstances(m, directory, listing, practice.her_id, to.level_2)
    return route.decide(c, ready, route.Whose(directory, practice, listing, to.level_2, builders.TUESDAY.date()))


def _messages(directory: Directory, count: int) -> list[Message]:
    """Messages from partners about patients, to their practices."""
    chance = random.Random(7)
    numbers, partners = list(directory.listings), list(directory.partners.values())
    made = []
    for n in range(count):
        number = chance.choice(numbers)
        practice = directory.practices[directory.listings[number].practice]
        partner = chance.choice(partners)
        m = replace(builders.message(patient=builders.patient(number)), words=f"om pasienten, sak {n % 600}")
        sender = builders.party(partner.her_id, next(iter(partner.services)))
        receiver = replace(
            m.envelope.receivers[0], party=builders.party(practice.her_id, next(iter(practice.services)))
        )
        made.append(replace(m, envelope=replace(m.envelope, sender=sender, receivers=(receiver,))))
    return made


if __name__ == "__main__":
    main()
