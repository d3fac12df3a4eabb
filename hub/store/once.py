"""Calls under a key of their own: what one asks for is written with the key or not at all, and is never done twice."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, delete, select

from hub.change import Once
from hub.directory import PersonId
from hub.store import lane
from hub.store.batch import Outdated, Writing
from hub.store.tables import once

# So long a key is known: whoever lost the answer has asked again by then.
KEPT = timedelta(hours=24)

P = ParamSpec("P")
T = TypeVar("T")


def found(c: Connection, person: PersonId, key: str, now: datetime) -> bytes | None:
    """The digest of what a person asked for under a key, or None when it was never done, or too long ago."""
    mine = (once.c.person == person, once.c.key == key, once.c.at > now - KEPT)
    return c.execute(select(once.c.digest).where(*mine)).scalar()


def claim(c: Connection, batch: Sequence[Writing]) -> Mapping[int, Outdated]:
    """Write the keys of these, before anything else of them; says which may not be written, as their key is taken."""
    keyed = {n: (w.change.once, w) for n, w in enumerate(batch) if w.change.once}
    return {n: Outdated(_version(w)) for n, (asked, w) in keyed.items() if asked and not _claimed(c, asked, w.at)}


def release(c: Connection, failed: Iterable[Writing]) -> None:
    """Take back the keys of what was not done after all."""
    for w in failed:
        if w.change.once:
            _released(c, w.change.once)


def under(
    c: Connection,
    asked: Once | None,
    now: datetime,
    work: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T | None:
    """Do some work under a key, in the caller's transaction; None, and nothing is done, when the key is taken.

    Work that comes to nothing (None, false or 0) leaves no key.
    """
    if asked is None:
        return work(c, *args, **kwargs)
    if not _claimed(c, asked, now):
        return None
    done = work(c, *args, **kwargs)
    if not done:
        _released(c, asked)
    return done


def _claimed(c: Connection, asked: Once, now: datetime) -> bool:
    """Whether the key is this call's; keys that are too old go, and can be used again."""
    c.execute(delete(once).where(once.c.at <= now - KEPT))
    row = {"person": asked.person, "key": asked.key, "digest": asked.digest, "item_id": asked.item, "at": now}
    return lane.add(c, once, [row], ignore=True) == 1


def _released(c: Connection, asked: Once) -> None:
    c.execute(delete(once).where(once.c.person == asked.person, once.c.key == asked.key))


def _version(w: Writing) -> int:
    return next((x.version for x in w.change.items), 0)
