"""What goes out beside the inboxes: made once from what nobody was told yet, claimed, and sent, put off or given up."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Row, and_, exists, func, insert, select, tuple_, update

from hub.directory import InboxId
from hub.dispatch import (
    Claimed,
    Content,
    Dispatch,
    Kind,
    Line,
    Overdue,
    Standing,
    Target,
    Undelivered,
    Untold,
    Way,
)
from hub.item import OPEN, ItemId, State
from hub.store import alarming, lane, rows
from hub.store.reading import IS_OPEN
from hub.store.side import Side
from hub.store.tables import alert, deadline, dispatch, item, mark, notice

# So much of why something could not be sent is kept.
LONGEST = 300
# When something went to a target is asked this far back: quiet hours and a pause are each a day at most.
BACK = timedelta(days=3)
# What was given up is told for so long, or until something reaches the same target again.
TOLD = timedelta(days=1)
# How far alerts have been told; those that are older than this when it is first asked were told otherwise.
ALERTS, FIRST = "alerts", timedelta(hours=1)

T = TypeVar("T")
Address = Callable[[Sequence[Untold]], Mapping[Target, T]]
Decide = Callable[[Mapping[Target, T], Mapping[Target, Standing]], Iterable[Dispatch]]
# When something may go that is to go now.
Ready = Callable[[Claimed], datetime]


class Dispatches:
    """The store's questions and writings about them."""

    def __init__(self, writer: Side, sharer: Side, readers: Side) -> None:
        self._writer, self._sharer, self._readers = writer, sharer, readers

    async def sort(self, address: Address[T], decide: Decide[T], limit: int, now: datetime) -> int:
        """See to what nobody was told beside their inboxes yet; returns how many things that were.

        All of it is one transaction, one at a time: whatever is told is told once, however many see to it.
        """
        if not await self._readers.run(waiting):
            return 0
        while True:
            try:
                return await self._writer.run(sort, address, decide, limit, now)
            except _Taken:
                # It is on its way now, and the rest waits for nothing.
                continue

    async def claim(
        self, now: datetime, until: datetime, limit: int, ready: Ready, ways: frozenset[Way] = frozenset(Way)
    ) -> list[Claimed]:
        """Dispatches that are due and `ready`; nobody else gets them before `until`, and the others wait until then."""
        while True:
            looked, claimed = await self._sharer.run(claim, now, until, limit, ready, ways)
            # What waits holds nothing up that came after it.
            if claimed or not looked:
                return claimed

    async def sent(self, x: Claimed, now: datetime, again: datetime | None = None) -> None:
        """It went; an alert that goes on is looked at again then."""
        await self._sharer.run(sent, x, now, again)

    async def put_off(self, x: Claimed, fault: str, now: datetime, again: datetime | None) -> None:
        """It did not go, and is tried again then; with None it is given up."""
        await self._sharer.run(put_off, x, fault, now, again)

    async def overdue(self, inbox: InboxId, now: datetime) -> Overdue:
        """How many open items that an inbox was told of are late."""
        return await self._readers.run(overdue, inbox, now)

    async def undelivered(self, now: datetime) -> Undelivered:
        """What could not be told."""
        return await self._readers.run(undelivered, now)


class _Taken(Exception):
    """Somebody claimed the dispatch into which more was to be put: nothing is written, and it is to be tried again."""


def waiting(c: Connection) -> bool:
    """Whether there is anything that nobody has seen to."""
    told = _told(c)
    if told is None or c.execute(select(notice.c.id).where(notice.c.sorted_at.is_(None)).limit(1)).first():
        return True
    return c.execute(select(alert.c.id).where(alert.c.id > told).limit(1)).first() is not None


def sort(c: Connection, address: Address[T], decide: Decide[T], limit: int, now: datetime) -> int:
    """What nobody was told yet becomes dispatches, within the caller's transaction.

    Notices are taken in the order in which they were written: the watch writes the urgent ones first.
    """
    notices, alerts = _notices(c, limit), _alerts(c, _begun(c, now), limit)
    reached = address((*notices, *alerts))
    for x in decide(reached, _standing(c, [*reached], now)):
        _put(c, x, now)
    if notices:
        mine = lane.among(c, notice.c.id, [x.number for x in notices])
        c.execute(update(notice).where(mine).values(sorted_at=now))
    if alerts:
        c.execute(update(mark).where(mark.c.name == ALERTS).values(number=max(x.number for x in alerts)))
    return len(notices) + len(alerts)


def _notices(c: Connection, limit: int) -> list[Untold]:
    together = notice.join(item, item.c.id == notice.c.item_id)
    together = together.outerjoin(deadline, deadline.c.item_id == notice.c.item_id)
    # The clock on which the step was taken is the partner's while they are waited for.
    theirs = and_(deadline.c.paused.is_not(None), deadline.c.round == notice.c.round)
    columns = (notice, item.c.state, deadline.c.urgent, theirs.label("theirs"))
    unsorted = select(*columns).select_from(together).where(notice.c.sorted_at.is_(None))
    return [_untold(r) for r in c.execute(unsorted.order_by(notice.c.id).limit(limit))]


def _untold(r: Row[Any]) -> Untold:
    before, after = (Kind.EXPECTED, Kind.MISSING) if r.theirs else (Kind.WARNED, Kind.LATE)
    kind = before if r.at < r.due_at else after
    through = tuple(r.through.split())
    inbox, is_open = InboxId(r.inbox), State(r.state) in OPEN
    told = (r.round, r.step, kind, r.due_at, r.late, bool(r.urgent), is_open, through)
    return Untold(r.id, inbox, ItemId(r.item_id), *told)


def _alerts(c: Connection, told: int, limit: int) -> list[Untold]:
    """Alerts after a number, in the order of their numbers, which is that of their commits."""
    found = select(alert.c.id, alert.c.inbox, alert.c.item_id, alert.c.at, alert.c.seen_at).where(alert.c.id > told)
    return [
        Untold(r.id, InboxId(r.inbox), ItemId(r.item_id), 0, r.id, Kind.ALERT, r.at, open=r.seen_at is None)
        for r in c.execute(found.order_by(alert.c.id).limit(limit))
    ]


def _told(c: Connection) -> int | None:
    """Up to which number alerts were told; None where nobody has begun."""
    return c.execute(select(mark.c.number).where(mark.c.name == ALERTS)).scalar()


def _begun(c: Connection, now: datetime) -> int:
    """The same, where it begins now if nobody has: what is old was told otherwise."""
    if (told := _told(c)) is not None:
        return told
    first = c.execute(select(func.max(alert.c.id)).where(alert.c.at < now - FIRST)).scalar() or 0
    c.execute(insert(mark).values(name=ALERTS, number=first))
    return first


def _standing(c: Connection, targets: Collection[Target], now: datetime) -> dict[Target, Standing]:
    """How it stands with some targets: what waits and was never tried, or runs, and when something went last."""
    if not targets:
        return {}
    wanted = tuple_(dispatch.c.way, dispatch.c.target).in_([(way.value, target) for way, target in targets])
    # What somebody has in hand, or what is to be tried again, goes then at the earliest.
    at = func.coalesce(dispatch.c.sent_at, dispatch.c.next_attempt_at)
    tried = (wanted, dispatch.c.created_at >= now - BACK, dispatch.c.attempts > 0, at.is_not(None))
    last = select(dispatch.c.way, dispatch.c.target, at).where(*tried).order_by(at)
    went = {(Way(way), target): moment for way, target, moment in c.execute(last)}
    found = {target: Standing(went=moment) for target, moment in went.items()}
    waits = (wanted, dispatch.c.next_attempt_at.is_not(None))
    for r in c.execute(select(dispatch).where(*waits).order_by(dispatch.c.id)):
        target = Way(r.way), r.target
        runs = target[0] is Way.ALERTMANAGER
        if runs or not r.attempts:
            found[target] = Standing(r.id, r.key, _content(r.content), r.next_attempt_at, went.get(target), runs)
    return found


def _put(c: Connection, x: Dispatch, now: datetime) -> None:
    """Write a dispatch, or more into one that waits; one that somebody claimed meanwhile goes as it was."""
    values = {"content": rows.encode(x.content.lines), "next_attempt_at": x.at}
    if x.row is None:
        made = {"key": x.key, "way": x.way.value, "target": x.target, "created_at": now, **values}
        lane.add(c, dispatch, [made], ignore=True)
    elif x.way is Way.ALERTMANAGER:
        # What its alert says is asked when it goes.
        runs = (dispatch.c.id == x.row, dispatch.c.next_attempt_at.is_not(None))
        _moved(c.execute(update(dispatch).where(*runs).values(next_attempt_at=x.at)).rowcount)
    else:
        waits = (dispatch.c.id == x.row, dispatch.c.attempts == 0)
        _moved(c.execute(update(dispatch).where(*waits).values(values)).rowcount)


def _moved(count: int) -> None:
    if not count:
        raise _Taken


def claim(
    c: Connection, now: datetime, until: datetime, limit: int, ready: Ready, ways: frozenset[Way]
) -> tuple[int, list[Claimed]]:
    """How many dispatches' time has come, and those that go; what is done of one never tried is told no more.

    Whoever has one and dies leaves it to the next, under the same key.
    """
    due = select(dispatch.c.id).where(dispatch.c.next_attempt_at <= now, dispatch.c.way.in_([w.value for w in ways]))
    due = due.order_by(dispatch.c.next_attempt_at, dispatch.c.id).limit(limit).with_for_update(skip_locked=True)
    values = {"next_attempt_at": until, "attempts": dispatch.c.attempts + 1}
    found = c.execute(update(dispatch).where(dispatch.c.id.in_(due)).values(values).returning(dispatch)).all()
    claimed = (_claimed(r, until) for r in sorted(found, key=lambda r: r.id))
    going = [x for x in claimed if not _held(c, x, ready(x), now)]
    return len(found), [left for x in going if (left := _pruned(c, x))]


def _held(c: Connection, x: Claimed, at: datetime, now: datetime) -> bool:
    """Whether it waits until then, as if nobody had claimed it: a stop or a retry may have led into quiet hours."""
    if at <= now:
        return False
    values = {"next_attempt_at": at, "attempts": x.attempts - 1}
    c.execute(update(dispatch).where(dispatch.c.id == x.row).values(values))
    return True


def _pruned(c: Connection, x: Claimed) -> Claimed | None:
    """The same without what was done meanwhile; None when there is nothing left to tell.

    What was tried already stays as it was: it may have arrived under its key.
    """
    if x.attempts > 1 or x.way is Way.ALERTMANAGER:
        return x
    ids = [*x.content.items]
    closed = select(item.c.id).where(lane.among(c, item.c.id, ids), item.c.state.not_in([s.value for s in OPEN]))
    gone = {ItemId(id) for id in c.execute(closed).scalars()}
    lines: list[Line] = []
    for line in x.content.lines:
        # What somebody must hear of also when the item is done, until they have seen it.
        over = gone if line.kind is not Kind.ALERT else {*line.items} - _unseen(c, line)
        lines += Content((line,)).without(over).lines if over else (line,)
    left = Content(tuple(lines))
    if left == x.content:
        return x
    values: dict[str, Any] = {"content": rows.encode(left.lines)}
    if not left.lines:
        values |= {"next_attempt_at": None, "fault": "all of it was done before it went"}
    c.execute(update(dispatch).where(dispatch.c.id == x.row).values(values))
    return replace(x, content=left) if left.lines else None


def _unseen(c: Connection, line: Line) -> set[ItemId]:
    mine = (lane.among(c, alert.c.item_id, line.items), alert.c.inbox == line.inbox, alert.c.seen_at.is_(None))
    return {ItemId(id) for id in c.execute(select(alert.c.item_id).where(*mine)).scalars()}


def sent(c: Connection, x: Claimed, now: datetime, again: datetime | None) -> None:
    """It went, and was not claimed or woken by somebody else meanwhile."""
    # Tries are counted from the last time it went.
    values = {"sent_at": now, "next_attempt_at": again, "attempts": 1, "fault": ""}
    if not c.execute(update(dispatch).where(_mine(x)).values(values)).rowcount:
        c.execute(update(dispatch).where(dispatch.c.id == x.row).values(sent_at=now))


def put_off(c: Connection, x: Claimed, fault: str, now: datetime, again: datetime | None) -> None:
    """It did not go: it is tried again then, or given up with None."""
    values = {"fault": fault[:LONGEST], "next_attempt_at": again, "given_up_at": None if again else now}
    c.execute(update(dispatch).where(_mine(x)).values(values))


def _mine(x: Claimed) -> Any:
    return and_(dispatch.c.id == x.row, dispatch.c.next_attempt_at == x.until)


def overdue(c: Connection, inbox: InboxId, now: datetime) -> Overdue:
    """How many open items that an inbox was told of are late. It begins with the open ones, which are few."""
    if inbox.startswith(alarming.PREFIX):
        return alarming.standing(c, inbox)
    told = exists().where(notice.c.item_id == item.c.id, notice.c.inbox == inbox)
    together = item.join(deadline, deadline.c.item_id == item.c.id)
    late = select(func.count(), func.min(deadline.c.due_at)).select_from(together)
    return Overdue(*c.execute(late.where(IS_OPEN, deadline.c.due_at <= now, told)).one())


def undelivered(c: Connection, now: datetime) -> Undelivered:
    """What was given up lately, while nothing reached its target since, and what was tried in vain and waits."""
    later = dispatch.alias()
    reached = exists().where(
        later.c.target == dispatch.c.target, later.c.way == dispatch.c.way, later.c.sent_at > dispatch.c.given_up_at
    )
    up = (dispatch.c.given_up_at.is_not(None), dispatch.c.given_up_at >= now - TOLD, ~reached)
    vain = (dispatch.c.next_attempt_at.is_not(None), dispatch.c.fault != "")
    counts, last = [], None
    # Asked in the order of their own indexes: in that of the rows all that ever went would be looked through.
    for wanted, order in ((vain, dispatch.c.next_attempt_at), (up, dispatch.c.given_up_at)):
        counts.append(c.execute(select(func.count(), func.min(dispatch.c.created_at)).where(*wanted)).one())
        last = c.execute(select(dispatch).where(*wanted).order_by(order.desc()).limit(1)).first() or last
    since = min((moment for _, moment in counts if moment), default=None)
    (tried, _), (given_up, _) = counts
    return Undelivered(given_up, tried, since, f"{last.way} {last.target}" if last else "", last.fault if last else "")


def _claimed(r: Row[Any], until: datetime) -> Claimed:
    created, content = r.created_at, _content(r.content)
    return Claimed(r.id, r.key, Way(r.way), r.target, content, created, r.attempts, until)


def _content(written: str) -> Content:
    return Content(msgspec.json.decode(written, type=tuple[Line, ...]))
