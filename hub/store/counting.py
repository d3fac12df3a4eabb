"""Traffic: new messages are counted by sender, kind and hour, each once, and what is unusual about them is told."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.change import Entry
from hub.dispatch import Dispatch
from hub.store import lane, rows, telling
from hub.store.tables import mark, message, traffic, unusual
from hub.traffic import Counted, Unusual

_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

# The partner whose message it is, by its organisation and its service: the key under which it is counted.
Whose = Callable[[str, str], str]

# The name of the mark: the number of the last message that is counted.
MARK = "traffic"


def uncounted(c: Connection) -> bool:
    """Whether there are messages that nobody has counted."""
    return _newest(c) > _counted(c)


def count(c: Connection, limit: int, whose: Whose) -> int:
    """Count the next messages, at most so many; returns how many these were, counted or passed over.

    Messages get their numbers in the order in which they are committed: nothing below the newest comes later. Whoever
    moves the mark has counted them, in the same transaction.
    """
    lane.add(c, mark, [{"name": MARK, "number": 0}], ignore=True)
    old = _counted(c)
    new = min(_newest(c), old + limit)
    moved = update(mark).where(mark.c.name == MARK, mark.c.number == old).values(number=new)
    if new == old or c.execute(moved).rowcount != 1:
        return 0
    columns = (message.c.sender, message.c.service, message.c.kind, message.c.received_at)
    wanted = (message.c.id > old, message.c.id <= new, message.c.verdict == "accepted", message.c.test.is_(False))
    came = c.execute(select(*columns).where(*wanted))
    _add(c, Counter((whose(r.sender, r.service), r.kind, _hour(r.received_at)) for r in came))
    return new - old


def counted(c: Connection, since: datetime) -> list[Counted]:
    """How many of which kind came from whom in each hour since then."""
    found = c.execute(select(traffic).where(traffic.c.hour >= since))
    return [Counted(r.sender, r.kind, r.hour, r.messages) for r in found]


def forget(c: Connection, before: datetime) -> int:
    """Let go of counts, and of what was unusual, that nobody compares any more; returns how many counts."""
    c.execute(delete(unusual).where(unusual.c.at < before, unusual.c.ended_at.is_not(None)))
    return c.execute(delete(traffic).where(traffic.c.hour < before)).rowcount


def standing(c: Connection) -> list[Unusual]:
    """What is unusual and has not ended, since when it is so."""
    found = c.execute(select(unusual.c.told).where(unusual.c.ended_at.is_(None)).order_by(unusual.c.at))
    return [msgspec.json.decode(told, type=Unusual) for told in found.scalars()]


def known(c: Connection, x: Unusual) -> bool:
    """Whether it was told before, ended or not."""
    return c.execute(select(unusual.c.at).where(_is(x))).first() is not None


def tell(c: Connection, x: Unusual, entries: Sequence[Entry], dispatches: Sequence[Dispatch] = ()) -> bool:
    """Something is unusual, once a day: false when it was told before. It stands for that of the days before."""
    row = {"sender": x.sender, "kind": x.kind, "what": x.what.value, "day": x.day.isoformat()}
    if not lane.add(c, unusual, [{**row, "told": rows.encode(x), "at": x.at, "ended_at": None}], ignore=True):
        return False
    same = and_(unusual.c.sender == x.sender, unusual.c.kind == x.kind, unusual.c.what == x.what.value)
    before = update(unusual).where(same, unusual.c.day < x.day.isoformat(), unusual.c.ended_at.is_(None))
    c.execute(before.values(ended_at=x.at))
    telling.tell(c, entries)
    telling.put(c, dispatches, x.at)
    return True


def end(c: Connection, x: Unusual, entries: Sequence[Entry], at: datetime) -> bool:
    """It has ended; false when somebody said so before."""
    if not c.execute(update(unusual).where(_is(x), unusual.c.ended_at.is_(None)).values(ended_at=at)).rowcount:
        return False
    telling.tell(c, entries)
    return True


def _add(c: Connection, counts: Mapping[tuple[str, str, datetime], int]) -> None:
    if counts:
        values = [
            {"sender": sender, "kind": kind, "hour": hour, "messages": number}
            for (sender, kind, hour), number in sorted(counts.items())
        ]
        adding = _INSERT[c.dialect.name](traffic).values(values)
        more = {"messages": traffic.c.messages + adding.excluded.messages}
        c.execute(adding.on_conflict_do_update(index_elements=["sender", "kind", "hour"], set_=more))


def _counted(c: Connection) -> int:
    return c.execute(select(mark.c.number).where(mark.c.name == MARK)).scalar() or 0


def _newest(c: Connection) -> int:
    return c.execute(select(func.max(message.c.id))).scalar() or 0


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _is(x: Unusual) -> Any:
    day = unusual.c.day == x.day.isoformat()
    return and_(unusual.c.sender == x.sender, unusual.c.kind == x.kind, unusual.c.what == x.what.value, day)
