"""Processes that say that they live, and what they say of themselves."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, delete, select, update

from hub.record import Worker
from hub.store import lane, rows
from hub.store.tables import worker

# Whoever was not heard of for so long is gone, and not only silent.
GONE = timedelta(days=1)


def beat(c: Connection, x: Worker) -> None:
    """A process lives; those that are long gone are forgotten."""
    values: dict[str, Any] = {
        "kind": x.kind,
        "seen_at": x.seen_at,
        "state": rows.encode(dict(x.state)),
    }
    if not c.execute(update(worker).where(worker.c.name == x.name).values(values)).rowcount:
        lane.add(c, worker, [{"name": x.name, "started_at": x.started_at, **values}], ignore=True)
    c.execute(delete(worker).where(worker.c.seen_at < x.seen_at - GONE))


def leave(c: Connection, name: str) -> None:
    """A process ended in order."""
    c.execute(delete(worker).where(worker.c.name == name))


def probe(c: Connection, now: datetime) -> None:
    """Write a process that nobody ever sees."""
    name = f"probe-{uuid4().hex}"
    lane.add(c, worker, [{"name": name, "kind": "probe", "started_at": now, "seen_at": now, "state": "{}"}])
    leave(c, name)


def all(c: Connection) -> list[Worker]:
    """Every process that was heard of lately, by kind and name."""
    found = c.execute(select(worker).order_by(worker.c.kind, worker.c.name))
    return [
        Worker(r.name, r.kind, r.started_at, r.seen_at, msgspec.json.decode(r.state, type=dict[str, str]))
        for r in found
    ]
