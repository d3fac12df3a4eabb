"""Lists of items by due time, over several inboxes, and how many items each folder has.

Each inbox is a piece of an index in the order of the list, and only so much of each piece is read as a page needs: a
list costs the same however much has ended. What a filter asks for may stand outside the index; then so many rows of
the list are looked at, and whoever wants to look at more goes on from there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Row,
    Subquery,
    Text,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from hub.change import AlertKind
from hub.directory import InboxId, PersonId
from hub.item import OPEN, Purpose, State
from hub.record import Line, Listed, Raised
from hub.selection import NOBODY, SOON, Folder, Selection
from hub.store import reading, rows
from hub.store.reading import IS_OPEN, ITEM, joined
from hub.store.tables import Moment, alert, deadline, item, message, notice

# So many rows of a list are looked at for what a filter asks, before somebody is asked whether to look at more.
LOOKED = 2_000

# What we sent and did not get through, or with complaints; another edition of a message is no deviation.
DEVIATIONS = sorted(kind.value for kind in AlertKind if kind is not AlertKind.CHANGED)

_OPEN = sorted(s.value for s in OPEN)
# In the very words of the indexes, or SQLite does not see that they have all of these.
_CLAIMED = text("item.state = 'claimed'")
_TO_READ = text("item.purpose <> 'action'")

# Where a list goes on: the due time and the id of the last line before.
Place = tuple[str, str]

COLUMNS = (*ITEM, deadline.c.fires_at, deadline.c.urgent, deadline.c.why)


class _Why(msgspec.Struct):
    """What a list needs of why an item is due then."""

    ladder: str


def listing(c: Connection, wanted: Selection, after: Place | None, limit: int, now: datetime) -> Listed:
    """Items in the order of their due times: open ones the first due first, ended ones the last due first.

    `after` is where the page before said that it goes on; None as its `following` is the end.
    """
    few = limit if not wanted.filters.beside else LOOKED
    window = _window(wanted, after, few, now)
    if window is None:
        return Listed()
    query = joined(*COLUMNS).join(window, window.c.id == item.c.id).where(*_beside(c, wanted))
    order = _order(window.c.due_at, window.c.id, wanted.ended)
    found = [line(r) for r in c.execute(query.order_by(*order).limit(limit))]
    if len(found) == limit:
        return Listed(found, _place(found[-1].due, found[-1].item.id))
    return Listed(found, _rest(c, window, few) if wanted.filters.beside else None)


def of_inbox(c: Connection, inbox: InboxId, closed: bool, after: Place | None, limit: int) -> list[Line]:
    """Items of one inbox, open or ended, in the same order."""
    wanted = Selection(Folder.ARCHIVE if closed else Folder.GROUP, (inbox,), PersonId(""))
    # Nothing that depends on the time is asked for.
    return list(listing(c, wanted, after, limit, datetime.min).lines)


def line(r: Row[Any]) -> Line:
    """A row that has these columns as a line of a list."""
    ladder = msgspec.json.decode(r.why, type=_Why).ladder if r.why else ""
    return Line(rows.item_of(r), r.due_at, r.fires_at is not None, bool(r.urgent), ladder)


def counts(c: Connection, inboxes: Sequence[InboxId], person: PersonId) -> dict[Folder, int]:
    """How many each folder has; the archive is not counted, as it holds all that ever ended."""
    mine = item.c.inbox.in_(inboxes)
    told = alert.c.kind.in_(DEVIATIONS)
    asked = union_all(
        select(literal("open").label("what"), item.c.state.label("state"), func.count().label("n"))
        .where(mine, IS_OPEN)
        .group_by(item.c.state),
        select(literal("to read"), item.c.state, func.count()).where(mine, IS_OPEN, _TO_READ).group_by(item.c.state),
        select(literal("mine"), literal(""), func.count()).where(*_own(inboxes, person)),
        select(literal("alerts"), literal(""), func.count())
        .select_from(alert)
        .where(alert.c.inbox.in_(inboxes), alert.c.seen_at.is_(None), told),
    )
    found: dict[tuple[str, str], int] = {(r.what, r.state): r.n for r in c.execute(asked)}
    new, to_read = State.NEW.value, {state: n for (what, state), n in found.items() if what == "to read"}
    return {
        Folder.NEW: found.get(("open", new), 0) - to_read.get(new, 0),
        Folder.MINE: found.get(("mine", ""), 0),
        Folder.GROUP: sum(n for (what, _), n in found.items() if what == "open"),
        Folder.WAITING: found.get(("open", State.WAITING.value), 0),
        Folder.DEVIATIONS: found.get(("alerts", ""), 0),
        Folder.INFORMATION: sum(to_read.values()),
    }


def deviations(c: Connection, inboxes: Sequence[InboxId], before: int | None, limit: int) -> list[Raised]:
    """What was sent from some inboxes and did not get through, unseen by now, the newest first."""
    query = joined(*ITEM, *reading.ALERT).join(alert, alert.c.item_id == item.c.id)
    wanted: list[ColumnElement[bool]] = [alert.c.inbox.in_(inboxes), alert.c.seen_at.is_(None)]
    wanted.append(alert.c.kind.in_(DEVIATIONS))
    if before is not None:
        wanted.append(alert.c.id < before)
    return [reading.raised(r) for r in c.execute(query.where(*wanted).order_by(alert.c.id.desc()).limit(limit))]


def senders(c: Connection, wanted: Selection, now: datetime) -> Mapping[str, str]:
    """From whom what a folder shows first came, by the key and the name on the list: what a filter can ask for."""
    window = _window(replace(wanted, filters=type(wanted.filters)()), None, LOOKED // 4, now)
    if window is None:
        return {}
    columns = (message.c.sender, func.max(_headline(c, "sender")).label("name"))
    query = joined(*columns).join(window, window.c.id == item.c.id).group_by(message.c.sender)
    return {r.sender: r.name for r in c.execute(query)}


def _window(wanted: Selection, after: Place | None, few: int, now: datetime) -> Subquery | None:
    """The ids of the first rows of a list, at most so many; None where there is no inbox to look at."""
    pieces = [
        select(select(item.c.id, item.c.due_at).where(*piece).order_by(*order).limit(few).subquery())
        for piece in _pieces(wanted, after, now)
        for order in [_order(item.c.due_at, item.c.id, wanted.ended)]
    ]
    if not pieces:
        return None
    every = union_all(*pieces).subquery() if len(pieces) > 1 else pieces[0].subquery()
    return select(every).order_by(*_order(every.c.due_at, every.c.id, wanted.ended)).limit(few).subquery()


def _pieces(wanted: Selection, after: Place | None, now: datetime) -> Iterator[list[Any]]:
    """What each piece of an index is asked for."""
    more = [*_states(wanted.folder), *_inside(wanted, now)]
    if after is not None:
        last = tuple_(literal(datetime.fromisoformat(after[0]), Moment), literal(after[1]))
        place = tuple_(item.c.due_at, item.c.id)
        more.append(place < last if wanted.ended else place > last)
    if wanted.folder is Folder.MINE:
        yield [*_own(wanted.inboxes, wanted.person), *more]
        return
    for inbox in wanted.inboxes:
        yield [item.c.inbox == inbox, *more]


def _states(folder: Folder) -> list[Any]:
    match folder:
        case Folder.NEW:
            return [IS_OPEN, item.c.state == State.NEW.value, item.c.purpose == Purpose.ACTION.value]
        case Folder.WAITING:
            return [IS_OPEN, item.c.state == State.WAITING.value]
        case Folder.INFORMATION:
            return [IS_OPEN, _TO_READ]
        case Folder.ARCHIVE:
            return [item.c.state.not_in(_OPEN)]
        case Folder.MINE:
            return []
    return [IS_OPEN]


def _inside(wanted: Selection, now: datetime) -> Iterator[ColumnElement[bool]]:
    """The filters by what the item itself has."""
    filters = wanted.filters
    if filters.owner:
        yield item.c.owner.is_(None) if filters.owner == NOBODY else item.c.owner == filters.owner
    if filters.late and not wanted.ended:
        yield item.c.due_at <= now
    if filters.soon and not wanted.ended:
        yield and_(item.c.due_at > now, item.c.due_at <= now + SOON)


def _beside(c: Connection, wanted: Selection) -> Iterator[ColumnElement[bool]]:
    """The filters by what its message and its clock have."""
    filters = wanted.filters
    if filters.kind:
        yield message.c.kind == filters.kind
    if filters.sender:
        yield message.c.sender == filters.sender
    if filters.theme:
        yield _headline(c, "subject").icontains(filters.theme, autoescape=True)
    if filters.urgent:
        yield deadline.c.urgent.is_(True)
    if filters.attachments:
        yield _headline(c, "attachments") != "0"


def _headline(c: Connection, name: str) -> ColumnElement[str]:
    """One thing of what a list shows, as text."""
    if c.dialect.name == "postgresql":
        return func.json_extract_path_text(cast(item.c.headline, JSON), name, type_=Text)
    return cast(func.json_extract(item.c.headline, f"$.{name}"), Text)


def _own(inboxes: Sequence[InboxId], person: PersonId) -> list[Any]:
    """What a person has taken, where they may see it: in their inboxes, of these, or where these were told of it."""
    told = [
        select(x.c.item_id).where(x.c.item_id == item.c.id, x.c.inbox.in_(inboxes)).exists() for x in (notice, alert)
    ]
    return [item.c.owner == person, _CLAIMED, or_(item.c.inbox.in_(inboxes), item.c.home.in_(inboxes), *told)]


def _rest(c: Connection, window: Subquery, few: int) -> Place | None:
    """The last row that was looked at, where there may be more after it."""
    last = c.execute(select(window.c.due_at, window.c.id).offset(few - 1)).first()
    return _place(last.due_at, last.id) if last else None


def _order(due: ColumnElement[Any], id: ColumnElement[Any], ended: bool) -> tuple[ColumnElement[Any], ...]:
    return (due.desc(), id.desc()) if ended else (due, id)


def _place(due: datetime | None, id: str) -> Place | None:
    return (due.isoformat(), id) if due else None
