"""Searching: what came is made findable beside the intake, and found by those who may see it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from hub import words
from hub.directory import Person
from hub.message import Message, Reading
from hub.record import Found
from hub.service import Hub

log = structlog.get_logger()

# So many messages are made findable together, and not more bytes than this: whoever takes in waits for a reader no
# longer than a portion takes.
TOGETHER, BYTES = 32, 4_000_000


@dataclass(frozen=True, slots=True)
class Indexed:
    """What one look came to: how many messages were passed, and how many were left."""

    done: int
    left: int


NOTHING = Indexed(0, 0)


async def find(hub: Hub, who: Person, question: str, before: int | None, limit: int) -> Found:
    """Items that a person may see whose message has all the words of a question; the newest message first."""
    asked = words.asked(question)
    inboxes = [i for i in who.inboxes if i in hub.directory.inboxes]
    if not asked or not inboxes:
        return Found()
    return await hub.store.lists.find(asked, inboxes, before, limit)


def askable(question: str) -> bool:
    """Whether there is anything in a question that can be looked for."""
    return bool(words.asked(question))


async def index(hub: Hub) -> Indexed:
    """Make the next messages findable, the oldest first; any number of processes may. Raises Unavailable.

    A message that cannot be read any more is passed over: its item says so to whoever opens it.
    """
    old, new, came = await hub.store.lists.unread(TOGETHER, BYTES)
    if new == old:
        return NOTHING
    readings = await hub.readers.read([x.raw for x in came if x.raw is not None], stored=True)
    found = await asyncio.to_thread(_words, readings)
    kept = dict(zip((x.number for x in came), found, strict=True))
    done = new - old if await hub.store.lists.keep(old, new, kept) else 0
    return Indexed(done, await hub.store.lists.behind())


def _words(readings: Sequence[Reading]) -> list[tuple[str, ...]]:
    return [words.of_message(x) if isinstance(x, Message) else () for x in readings]
