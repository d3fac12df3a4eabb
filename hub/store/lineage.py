"""Editions of one document among what is stored: which come before a message, and which already came after it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from hub import succession
from hub.change import Change
from hub.item import State
from hub.message import MessageId, MessageKey, Status
from hub.store import lane, reading, rows
from hub.store.batch import Writing
from hub.store.tables import item, message
from hub.succession import Earlier, Edition


@dataclass(frozen=True, slots=True)
class Successor:
    """A change or cancellation, with the numbers of the messages before it."""

    writing: Writing
    earlier: tuple[int, ...]


def sort(c: Connection, batch: Sequence[Writing]) -> tuple[list[Writing], list[Successor]]:
    """Decisions that stand by themselves, and changes and cancellations in the order in which they were made.

    An edition whose successor came first is withdrawn at once. The messages of the batch are written already.
    """
    came = {n: edition for n, w in enumerate(batch) if (edition := _edition(w))}
    family = {} if _alone(c, came.values()) else _family(c, list(came.values()))
    alone = [w for n, w in enumerate(batch) if n not in came]
    successors = []
    for n, own in sorted(came.items(), key=lambda each: each[1].age):
        by = succession.overtaker(own, family)
        writing = _overtaken(batch[n], by) if by else batch[n]
        if own.status is Status.NEW:
            alone.append(writing)
        else:
            earlier = tuple(number for x, number in family.items() if succession.comes_after(own, x))
            successors.append(Successor(writing, earlier))
    return alone, successors


def succeed(c: Connection, x: Successor) -> tuple[list[Change], Writing]:
    """What becomes of the editions before a change or cancellation, and it itself in their place."""
    writing, arrival = x.writing, x.writing.change.arrival
    assert arrival is not None, "only what arrives succeeds something"
    earlier = _items(c, x.earlier)
    withdrawn = [succession.withdraw(e, arrival.key, arrival.status, writing.at) for e in earlier if e.item.open]
    if all(item.state is State.WITHDRAWN for item in writing.change.items):
        return withdrawn, writing
    return withdrawn, replace(writing, change=succession.succeed(writing.change, earlier, writing.at))


def _edition(writing: Writing) -> Edition | None:
    arrival = writing.change.arrival
    return succession.edition(arrival) if arrival and writing.change.items else None


def _overtaken(writing: Writing, by: Edition) -> Writing:
    return replace(writing, change=succession.overtake(writing.change, by.key, by.status, writing.at))


def _alone(c: Connection, came: Collection[Edition]) -> bool:
    """Whether these are new and nothing came before them that changes or cancels one: so it is for almost all."""
    if not came or any(x.status is not Status.NEW for x in came):
        return not came
    senders = {x.key.sender for x in came}
    ids, documents = {x.key.msg_id for x in came}, {x.document for x in came if x.document}
    asked: list[tuple[str, Collection[str]]] = [("parent", ids), ("thread", ids)]
    if documents:
        asked.append(("document", documents))
    query = " UNION ALL ".join(_successors(column, len(senders), len(names)) for column, names in asked)
    values = tuple(value for _, names in asked for part in (senders, names) for value in part)
    return lane.ask(c, f"{query} LIMIT 1", values) is None


@cache
def _successors(column: str, senders: int, names: int) -> str:
    """The question for what changes or cancels any of these; as the indexes are, so that it costs next to nothing."""
    partial = "status <> 'new'" if column != "document" else "status <> 'new' AND document <> ''"
    listed = (f"{name} IN ({', '.join('?' * count)})" for name, count in (("sender", senders), (column, names)))
    return f"SELECT 1 FROM message WHERE {partial} AND verdict = 'accepted' AND {' AND '.join(listed)}"


def _family(c: Connection, came: Sequence[Edition]) -> dict[Edition, int]:
    """Everything that any of these could come before or after, with its number; most messages are alone."""
    names = {name for x in came for name in x.names}
    named, documents = names | {x.key.msg_id for x in came}, {x.document for x in came if x.document}
    about = [and_(message.c.status != "new", or_(message.c.parent.in_(named), message.c.thread.in_(named)))]
    if documents:
        about.append(and_(message.c.document != "", message.c.document.in_(documents)))
    if names and any(x.status is not Status.NEW for x in came):
        about.append(message.c.msg_id.in_(names))
    wanted = and_(message.c.sender.in_({x.key.sender for x in came}), message.c.verdict == "accepted", or_(*about))
    return {_edition_of(row): row.id for row in c.execute(select(*_COLUMNS).where(wanted))}


def _edition_of(r: Any) -> Edition:
    key, status = MessageKey(r.sender, MessageId(r.msg_id)), Status(r.status)
    # What an earlier version of the hub took in has no time of its own.
    written = r.generated_at or r.received_at
    return Edition(
        key, r.kind, r.patient, r.test, status, r.document, r.parent, r.thread, written.replace(microsecond=0)
    )


def _items(c: Connection, numbers: Sequence[int]) -> list[Earlier]:
    """The items of messages, with their clocks."""
    if not numbers:
        return []
    query = reading.joined(*reading.ITEM, *reading.CLOCK).where(message.c.id.in_(numbers)).order_by(item.c.message_id)
    return [Earlier(rows.item_of(r), rows.deadline_of(r) if r.steps is not None else None) for r in c.execute(query)]


_COLUMNS = (
    *(message.c.id, message.c.sender, message.c.msg_id, message.c.kind, message.c.patient, message.c.test),
    *(message.c.status, message.c.document, message.c.parent, message.c.thread),
    *(message.c.generated_at, message.c.received_at),
)
