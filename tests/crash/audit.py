"""The books after a round: what the partner sent and got against what the database holds."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from hub.store import Store
from tests.crash import books
from tests.crash.books import Books, Clock
from tests.crash.traffic import Ledger


async def check(store: Store, ledger: Ledger, dead: int, at: datetime) -> tuple[dict[str, int], list[str]]:
    """The counts, and everything that does not add up, in words; every step up to the moment `at` has happened."""
    found = await store._readers.run(books.read)
    counts = _counts(found, ledger) | {"dead letters": dead}
    return counts, [*wrong(found, ledger, at), *([f"{dead} dead letters"] if dead else [])]


def wrong(found: Books, ledger: Ledger, at: datetime) -> list[str]:
    """Everything that does not add up, in words."""
    return [
        *_messages(found, ledger),
        *_bytes(found, ledger),
        *_items(found),
        *_clocks(found, at),
        *_steps(found),
        *_acknowledgements(found, ledger),
        *_errors(found, ledger),
        *_held(found, ledger),
        *_open(found),
    ]


def _counts(found: Books, ledger: Ledger) -> dict[str, int]:
    return {
        "sent": len(ledger.sent),
        "messages": len(found.messages),
        "items": sum(map(len, found.items.values())),
        "acknowledgements": found.acknowledgements.total(),
        "arrived": sum(map(len, ledger.answers.values())),
        "arrived again": ledger.repeats,
        "errors": len(ledger.errors),
        **{f"held: {why}": n for why, n in Counter(row.why for row in found.held).items()},
        "steps of ladders": sum(map(len, found.lapsed.values())),
    }


def _messages(found: Books, ledger: Ledger) -> Iterator[str]:
    """What the broker had taken over and is nowhere, or was taken in more than once."""
    rows = Counter(m.msg_id for m in found.messages)
    yield from (f"{id} was lost" for id in ledger.sent if id not in rows)
    yield from (f"{id} was taken in {n} times" for id, n in rows.items() if n > 1)
    yield from (f"{id} was never sent" for id in rows if id not in ledger.tried)
    yield from (f"{key} was accepted {n} times" for key, n in found.accepted.items() if n > 1)


def _bytes(found: Books, ledger: Ledger) -> Iterator[str]:
    for m in found.messages:
        if m.id not in found.bytes:
            yield f"{m.msg_id} has lost its bytes"
        elif not found.bytes[m.id] == m.digest == ledger.tried.get(m.msg_id, m.digest):
            yield f"{m.msg_id} has other bytes than those that were sent"


def _items(found: Books) -> Iterator[str]:
    """Each message goes to one practice: one item asks for something there, and any other is a copy that was told."""
    for m in found.messages:
        items = found.items.get(m.id, ())
        asking = sum(x.purpose != "information" for x in items)
        if asking != 1:
            yield f"{m.msg_id} has {asking or 'no'} item{'s' if asking > 1 else ''}"
    there = {x.id for items in found.items.values() for x in items}
    yield from (f"the item {id} is gone" for id in found.made if id not in there)
    yield from (f"the item {id} was made {found.made[id]} times" for id in there if found.made[id] != 1)


def _clocks(found: Books, at: datetime) -> Iterator[str]:
    """Each item has a clock, which stands on a step that is still to come: nobody has stopped any."""
    for id in (x.id for items in found.items.values() for x in items):
        clock = found.clocks.get(id)
        if clock is None:
            yield f"{id} has no clock"
        elif clock.fires_at != clock.moment(clock.step):
            yield f"the clock of {id} stands at {clock.fires_at} instead of {clock.moment(clock.step)}"
        elif clock.fires_at and clock.fires_at <= at:
            yield f"step {clock.step} of {id} was due at {clock.fires_at} and has not happened"


def _steps(found: Books) -> Iterator[str]:
    """Each step that has happened is in the journal once, and everybody it names was told."""
    for id, clock in found.clocks.items():
        yield from _climbed(id, clock, found)


def _climbed(id: str, clock: Clock, found: Books) -> Iterator[str]:
    lapsed, notices = found.lapsed.get(id, {}), found.notices.get(id, {})
    for step in sorted({*range(clock.first, clock.step), *lapsed, *notices}):
        entries = lapsed.get(step, ())
        if not clock.first <= step < clock.step:
            yield f"step {step} of {id} was told and has not happened"
        elif len(entries) != 1:
            yield f"step {step} of {id} is in the journal {len(entries)} times"
        elif {*entries[0].split()} != notices.get(step, frozenset()) or not entries[0]:
            yield f"step {step} of {id} was told to {sorted(notices.get(step, ()))} instead of {entries[0].split()}"


def _acknowledgements(found: Books, ledger: Ledger) -> Iterator[str]:
    """One for each message, which came. One that comes again under its own id is the same one."""
    for m in found.messages:
        if (n := found.acknowledgements[m.id]) != 1:
            yield f"{m.msg_id} has {n or 'no'} acknowledgement{'s' if n > 1 else ''}"
    yield from (f"the acknowledgement of {id} did not arrive" for id in ledger.sent if not ledger.answers.get(id))
    yield from (f"{id} was answered with {len(ids)} ids" for id, ids in ledger.answers.items() if len(ids) > 1)
    yield from (f"{id} was answered and never sent" for id in ledger.answers if id not in ledger.tried)


def _errors(found: Books, ledger: Ledger) -> Iterator[str]:
    """Whoever sent rubbish is told so, once for each delivery: every try to tell is one of the same document."""
    yield from (f"nobody was told of the rubbish {id}" for id in ledger.rubbish if not ledger.errors.get(id))
    yield from (f"{id} has {n} errors" for id, n in found.errors.items() if n > 1)
    for id, came in ledger.errors.items():
        documents = {found.attempts.get(amqp_id) for amqp_id in came}
        if id not in ledger.rubbish_tried:
            yield f"an error came about {id}, which is no rubbish"
        if None in documents:
            yield f"an error about {id} came that nobody sent"
        elif len(documents) > 1:
            yield f"of {id} it was told {len(documents)} times"


def _held(found: Books, ledger: Ledger) -> Iterator[str]:
    """What is held is what was sent as rubbish, byte for byte, each once, and nothing else."""
    rubbish = {digest: id for id, digest in ledger.rubbish_tried.items()}
    tried = {digest: id for id, digest in ledger.tried.items()}
    here = {m.digest for m in found.messages}
    held = Counter[bytes]()
    for row in found.held:
        digest = sha256(row.raw).digest()
        held[digest] += 1
        if digest != row.digest:
            yield f"what is held as {row.id} has lost its bytes"
        if digest in tried:
            also = "was accepted and is held too" if digest in here else "is held, and nothing is wrong with it"
            yield f"{tried[digest]} {also} ({row.why})"
        elif digest not in rubbish:
            yield f"what is held as {row.id} was never sent"
    yield from (f"the rubbish {rubbish[d]} is held {n} times" for d, n in held.items() if n > 1 and d in rubbish)
    yield from (f"the rubbish {id} is not held" for id in ledger.rubbish if not held[ledger.rubbish_tried[id]])


def _open(found: Books) -> Iterator[str]:
    """What is left lying."""
    yield from (f"{n} {what}" for n, what in ((found.parked, "are parked"), (found.waiting, "were never sent")) if n)
