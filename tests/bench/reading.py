"""How fast a mixed day is read, validated and judged, beside bare parsing and validation of the same messages.

`python -m tests.bench.reading`
"""

import argparse
import asyncio
import random
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from lxml import etree
from rich.console import Console
from rich.table import Table

from hub import resources
from hub.message import Message
from hub.wire import Readers, read, reader

SAMPLES = Path(__file__).parent.parent / "samples"
# What a day is made of: more dialogue than reports, and discharge summaries among them.
SHARES = {"helsefaglig-dialog": 5, "foresporsel": 1, "svar": 1, "notat": 1, "epikrise": 3, "plo": 4}
SMALLEST, LARGEST = 3_000, 20_000
READERS = 2
# So many messages are given to the readers at once, as a busy hub does.
BATCH = 128

_MORE = (
    "Pasienten har vært stabil siden sist, blodtrykket er målt tre ganger daglig og vekten følges hver morgen. "
    "Hjemmetjenesten ber om vurdering av vanndrivende behandling ved neste kontroll. "
)


def day(count: int, seed: int = 1) -> list[bytes]:
    """So many messages of 3 to 20 kB in all kinds, each with an id of its own, the same for the same seed."""
    chance = random.Random(seed)
    kinds = {name: _templates(name) for name in SHARES}
    names = [name for name, share in SHARES.items() for _ in range(share if kinds[name] else 0)]
    return [_filled(chance.choice(kinds[chance.choice(names)]), chance) for _ in range(count)]


def main() -> None:
    """Measure and print; nothing here passes or fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reading", description=__doc__)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    table = Table("what", "measured", "bare parse + validate", "ratio", "target", title="Reading a mixed day")
    begun = time.perf_counter()
    schema = etree.XMLSchema(etree.parse(resources.folder("schemas") / "catalogue.xsd"))
    table.add_row("schemas compiled", f"{(time.perf_counter() - begun) * 1000:.0f} ms", "", "", "< 200 ms")
    for n in range(asked.rounds):
        messages = day(asked.messages, seed=n)
        size = sum(map(len, messages)) / len(messages) / 1000
        arriving, whole, floor = _alone(messages, schema)
        title = f"as it arrives, {size:.1f} kB mean"
        table.add_row(title, f"{arriving:.0f}/s", f"{floor:.0f}/s", f"{arriving / floor:.2f}", "≥ 0.5")
        table.add_row("as it is opened, all of it", f"{whole:.0f}/s", "", f"{whole / floor:.2f}", "")
        together = asyncio.run(_together(messages))
        table.add_row(f"{READERS} readers", f"{together:.0f}/s", "", f"{together / floor / READERS:.2f}", "≥ 2500/s")
    Console(width=110).print(table)


def _alone(messages: Sequence[bytes], schema: etree.XMLSchema) -> tuple[float, float, float]:
    """Messages a second of processor time: read as they arrive, read whole, and only parsed and validated.

    They take turns, so that all three meet the same disturbance.
    """

    def bare(raw: bytes) -> None:
        schema.assertValid(etree.fromstring(raw))

    work: list[Callable[[bytes], object]] = [reader.arriving, reader.read, bare]
    spent = [0.0, 0.0, 0.0]
    for n in range(0, len(messages), 100):
        for which, do in enumerate(work):
            begun = time.process_time()
            for raw in messages[n : n + 100]:
                do(raw)
            spent[which] += time.process_time() - begun
    arriving, whole, floor = (len(messages) / each for each in spent)
    return arriving, whole, floor


async def _together(messages: Sequence[bytes]) -> float:
    """Messages a second through reader processes, with all that crossing costs."""
    async with Readers(count=READERS) as readers:
        await readers.read(messages[:BATCH])
        begun = time.perf_counter()
        batches = [messages[n : n + BATCH] for n in range(0, len(messages), BATCH)]
        for n in range(0, len(batches), READERS):
            await asyncio.gather(*(readers.read(batch) for batch in batches[n : n + READERS]))
        return len(messages) / (time.perf_counter() - begun)


def _templates(name: str) -> list[tuple[bytes, bytes, bytes]]:
    """The samples of a kind that are accepted, cut at the id and at the end of their longest text."""
    found = []
    for path in sorted(SAMPLES.glob(f"{name}*.xml")):
        raw = path.read_bytes()
        reading = read(raw)
        if isinstance(reading, Message) and b"UTF-8" in raw[:60] and not reading.attachments:
            found.append(_cut(raw, reading.envelope.msg_id))
    return found


def _cut(raw: bytes, msg_id: str) -> tuple[bytes, bytes, bytes]:
    head, tail = raw.split(msg_id.encode(), 1)
    longest = max(re.finditer(rb">([^<>]*)</", tail), key=lambda found: len(found[1]))
    return head, tail[: longest.end(1)], tail[longest.end(1) :]


def _filled(template: tuple[bytes, bytes, bytes], chance: random.Random) -> bytes:
    head, middle, tail = template
    size = chance.randint(SMALLEST, LARGEST) if chance.random() < 0.5 else SMALLEST
    room = max(0, size - len(head) - len(middle) - len(tail) - 36)
    text = (_MORE * (room // len(_MORE) + 1)).encode()[:room].decode(errors="ignore").encode()
    return head + str(UUID(int=chance.getrandbits(128), version=4)).encode() + middle + b" " + text + tail


if __name__ == "__main__":
    main()
