"""What lies open at one look: counts by inbox and by person, and what needs a hand first.

The counts are asked of the indexes that hold nothing but what is open, without any look at the rows.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select, text, union_all

from hub.directory import InboxId, PersonId
from hub.item import State
from hub.store import listing
from hub.store.reading import IS_OPEN, joined
from hub.store.tables import alert, item, notice
from hub.tally import Held, Span, Tally, Urgent

# In the very words of the index, or SQLite does not see that it has all of these.
_CLAIMED = text("item.state = 'claimed'")
# What waits for its sender needs nobody.
_ACTING = item.c.state != State.WAITING.value


def tallies(c: Connection, spans: Sequence[Span], now: datetime) -> list[Tally]:
    """How many items are open in each inbox in each state, and how many of these are late, due soon and due today."""
    return [tally for span in spans for tally in _tallies(c, span, now)]


def _tallies(c: Connection, span: Span, now: datetime) -> Iterator[Tally]:
    """Grouped by the inbox alone, in the order of the index: by the state too, SQLite would sort all that is open."""
    lying = (IS_OPEN, item.c.inbox.in_(span.inboxes))
    due, new = item.c.due_at, item.c.state == State.NEW.value
    states = [func.count(), *(_sum(item.c.state == x.value) for x in (State.CLAIMED, State.WAITING))]
    # Only what is due is looked at a second time.
    soon, today = (due > now) & (due <= span.soon), due <= span.tonight
    pressing = [_sum(due <= now), _sum(soon), _sum(new & (due <= now)), _sum(new & today)]
    near = (due <= max(span.soon, span.tonight), _ACTING)
    counts = {inbox: n for inbox, *n in c.execute(_by_inbox(*states).where(*lying))}
    nearer = {inbox: n for inbox, *n in c.execute(_by_inbox(*pressing).where(*lying, *near))}
    for inbox, (n, claimed, waiting) in counts.items():
        first = select(due).where(IS_OPEN, item.c.inbox == inbox, _ACTING).order_by(due).limit(1)
        late, near_by, new_late, new_today = map(int, nearer.get(inbox, (0, 0, 0, 0)))
        standing = (int(n - claimed - waiting), int(claimed), int(waiting))
        yield Tally(InboxId(inbox), *standing, late, near_by, new_late, new_today, c.execute(first).scalar())


def _by_inbox(*columns: Any) -> Select[Any]:
    return select(item.c.inbox, *columns).group_by(item.c.inbox)


def held(c: Connection, people: Collection[PersonId], tonight: datetime, now: datetime) -> list[Held]:
    """How many items each of some people has taken, and how many of these are late and due today."""
    counts = (func.count(), _sum(item.c.due_at <= now), _sum(item.c.due_at <= tonight))
    query = select(item.c.owner, *counts).where(_CLAIMED, item.c.owner.in_(people)).group_by(item.c.owner)
    return [Held(PersonId(owner), n, int(late), int(today)) for owner, n, late, today in c.execute(query)]


def urgent(
    c: Connection, spans: Sequence[Span], piles: Collection[InboxId], seen: Collection[InboxId], limit: int
) -> list[Urgent]:
    """What is late or due soon, and all that is unplaced: at most so many items, the first due first.

    Whoever sees the inboxes `seen` may open what lies there, belongs there, or was told there. What waits for a sender
    needs no hand.
    """
    pieces = []
    for span in spans:
        for inbox in span.inboxes:
            due = () if inbox in piles else (item.c.due_at <= span.soon,)
            piece = select(item.c.id, item.c.due_at).where(IS_OPEN, _ACTING, item.c.inbox == inbox, *due)
            pieces.append(select(piece.order_by(item.c.due_at, item.c.id).limit(limit).subquery()))
    if not pieces:
        return []
    every = union_all(*pieces).subquery()
    first = select(every).order_by(every.c.due_at, every.c.id).limit(limit).subquery()
    query = joined(*listing.COLUMNS, _seen(seen).label("seen")).join(first, first.c.id == item.c.id)
    found = c.execute(query.order_by(first.c.due_at, first.c.id))
    return [Urgent(listing.line(r), bool(r.seen)) for r in found]


def _seen(inboxes: Collection[InboxId]) -> ColumnElement[bool]:
    told = [
        select(x.c.item_id).where(x.c.item_id == item.c.id, x.c.inbox.in_(inboxes)).exists() for x in (notice, alert)
    ]
    return or_(item.c.inbox.in_(inboxes), item.c.home.in_(inboxes), *told)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
