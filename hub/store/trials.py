"""Deliveries that came back: how often their handling began, so that one that kills its handler ends."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from hub.store import lane
from hub.store.tables import trial

# What was not tried for so long is told by nobody any more.
FORGOTTEN = timedelta(days=7)


def begin(c: Connection, digests: Collection[bytes], now: datetime) -> dict[bytes, int]:
    """Count one more beginning for each of these; returns how many there are now."""
    lane.add(c, trial, [{"digest": digest, "begun": 0, "at": now} for digest in digests], ignore=True)
    mine = trial.c.digest.in_(digests)
    c.execute(update(trial).where(mine).values(begun=trial.c.begun + 1, at=now))
    return {r.digest: r.begun for r in c.execute(select(trial.c.digest, trial.c.begun).where(mine))}


def end(c: Connection, digests: Collection[bytes], now: datetime) -> None:
    """These are done; and what is old is forgotten."""
    c.execute(delete(trial).where(trial.c.digest.in_(digests) | (trial.c.at < now - FORGOTTEN)))
