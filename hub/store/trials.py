"""Deliveries that came back: how often their handling began, so that one that kills its handler ends."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.tables import trial

# What was not tried for so long is told by nobody any more.
FORGOTTEN = timedelta(days=7)

_INSERT: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def counted(c: Connection, digests: Collection[bytes]) -> dict[bytes, int]:
    """How often the handling of these has begun; those of which nothing is known are left out."""
    return {r.digest: r.begun for r in c.execute(select(trial).where(trial.c.digest.in_(digests)))}


def begin(c: Connection, digests: Collection[bytes], now: datetime) -> dict[bytes, int]:
    """Count one more beginning for each of these; returns how many there are now."""
    if not digests:
        return {}
    # In an order that all keep, so that no two wait for each other; in one statement, so that none is ended between.
    rows = [{"digest": digest, "begun": 1, "at": now} for digest in sorted(set(digests))]
    more = {"begun": trial.c.begun + 1, "at": now}
    adding = _INSERT[c.dialect.name](trial).values(rows).on_conflict_do_update(index_elements=["digest"], set_=more)
    return {r.digest: r.begun for r in c.execute(adding.returning(trial.c.digest, trial.c.begun))}


def end(c: Connection, digests: Collection[bytes], now: datetime) -> None:
    """These are done; and what is old is forgotten."""
    done = trial.c.digest.in_(digests) | (trial.c.at < now - FORGOTTEN)
    mine = select(trial.c.digest).where(done).order_by(trial.c.digest).with_for_update()
    c.execute(delete(trial).where(trial.c.digest.in_(mine)))
