"""What is broken in the hub itself, as it was told: raised once and over once, however many processes see it.

A mark for each has the moment (Unix seconds) from which it is broken; when that is over, the negative of when it ended.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update

from hub.dispatch import Dispatch, Overdue, Way
from hub.store import lane, telling
from hub.store.tables import dispatch, mark

# What the names of the marks begin with; Alertmanager's targets are called so too.
PREFIX = "finding "

# The dispatches of something that is broken since then.
Make = Callable[[datetime], Iterable[Dispatch]]


def standing(c: Connection, name: str) -> Overdue:
    """Whether something is still broken, as an alert that goes on has it."""
    number = c.execute(select(mark.c.number).where(mark.c.name == name)).scalar() or 0
    return Overdue(1, _moment(number)) if number > 0 else Overdue()


def raised(c: Connection) -> frozenset[str]:
    """What was told to be broken and not to be mended yet; there are as many marks as sorts of findings."""
    found = c.execute(select(mark.c.name, mark.c.number).where(mark.c.number > 0)).all()
    return frozenset(r.name.removeprefix(PREFIX) for r in found if r.name.startswith(PREFIX))


def tell(c: Connection, about: str, make: Make, now: datetime, pause: timedelta) -> int:
    """Something is broken: it is so from now on, unless somebody told so before; returns how many are to be told.

    For a `pause` after it was mended it is not: whoever looked before that may say so only now.
    """
    name = PREFIX + about
    lane.add(c, mark, [{"name": name, "number": 0}], ignore=True)
    number = _taken(c, name)
    if number < 0 and now - _moment(-number) < pause:
        return 0
    if number <= 0:
        number = int(now.timestamp())
        c.execute(update(mark).where(mark.c.name == name).values(number=number))
    return telling.put(c, make(_moment(number)), now)


def end(c: Connection, about: str, make: Make, now: datetime) -> int:
    """It works again: of however many who see that, one tells; returns how many are to be told."""
    name = PREFIX + about
    number = _taken(c, name)
    if number <= 0:
        return 0
    c.execute(update(mark).where(mark.c.name == name).values(number=-int(now.timestamp())))
    runs = (dispatch.c.way == Way.ALERTMANAGER.value, dispatch.c.target == name, dispatch.c.next_attempt_at > now)
    woken = c.execute(update(dispatch).where(*runs).values(next_attempt_at=now)).rowcount
    return woken + telling.put(c, make(_moment(number)), now)


def _taken(c: Connection, name: str) -> int:
    """What a mark says; 0 where there is none. Nobody else changes it until the transaction's end."""
    return c.execute(select(mark.c.number).where(mark.c.name == name).with_for_update()).scalar() or 0


def _moment(number: int) -> datetime:
    return datetime.fromtimestamp(number, UTC)
