"""Questions to the store; each sees one moment of it."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select, text, update

from hub.change import Alert, AlertKind
from hub.deadline import Deadline
from hub.directory import InboxId, PersonId
from hub.item import OPEN, Item, ItemId, State
from hub.message import HerId
from hub.record import Asked, Came, Kept, Line, Load, Posted, Raised, Returns, Sent, Stored, Told
from hub.store import cutting, rows
from hub.store.tables import alert, body, deadline, item, journal, message, notice, outbox, quarantine

_OPEN = sorted(s.value for s in OPEN)
# In the very words of the index of open items, or SQLite does not see that it has all of these.
IS_OPEN = text("item.state IN ('new', 'claimed', 'waiting')")
ITEM = (item, message.c.sender, message.c.msg_id)
_SENT = (
    *(outbox.c.id.label("number"), outbox.c.msg_id.label("document_id"), outbox.c.created_at, outbox.c.author),
    *(outbox.c.receipt, outbox.c.receipt_at, outbox.c.faults.label("receipt_faults")),
    *(outbox.c.her_id, outbox.c.kind.label("document_kind"), outbox.c.parked_at),
)
ALERT = (
    *(alert.c.id.label("alert_id"), alert.c.kind.label("alert_kind"), alert.c.inbox.label("alert_inbox")),
    *(alert.c.about, alert.c.words, alert.c.at),
)
_NEXT_BASIS = text("SELECT min(basis) FROM deadline WHERE basis <> '' AND basis > :last")
CLOCK = (
    *(deadline.c.steps, deadline.c.why, deadline.c.step, deadline.c.fires_at, deadline.c.urgent, deadline.c.round),
    *(deadline.c.set_at, deadline.c.basis, deadline.c.paused, deadline.c.replied_at),
)


def stored(c: Connection, id: ItemId) -> Stored | None:
    """One item with its clock and its message's bytes, or None."""
    there = (body.c.message_id == message.c.id, body.c.received_at == message.c.received_at)
    query = joined(*ITEM, item.c.message_id, body.c.raw, message.c.received_at, message.c.via, *CLOCK).outerjoin(
        body, and_(*there)
    )
    row = c.execute(query.where(item.c.id == id)).one_or_none()
    if row is None:
        return None
    clock = rows.deadline_of(row) if row.steps is not None else None
    raw = None if row.raw is None else cutting.whole(c, row.message_id, row.raw)
    return Stored(rows.item_of(row), clock, raw, row.received_at, row.via)


def siblings(c: Connection, id: ItemId) -> list[Item]:
    """The other items of an item's message."""
    message_id = select(item.c.message_id).where(item.c.id == id).scalar_subquery()
    return [rows.item_of(r) for r in c.execute(joined(*ITEM).where(item.c.message_id == message_id, item.c.id != id))]


def traffic(c: Connection, since: datetime, after: int, limit: int) -> list[Came]:
    """Messages that came since then, in the order they came, after a number; without bytes where those are gone."""
    there = (body.c.message_id == message.c.id, body.c.received_at == message.c.received_at)
    query = select(message.c.id, message.c.received_at, message.c.via, body.c.raw).outerjoin(body, and_(*there))
    wanted = query.where(message.c.id > after, message.c.received_at >= since, message.c.verdict != "noted")
    found = c.execute(wanted.order_by(message.c.id).limit(limit))
    return [Came(r.id, r.received_at, r.via, r.raw and cutting.whole(c, r.id, r.raw)) for r in found]


def due(c: Connection, now: datetime, limit: int) -> list[tuple[Item, Deadline]]:
    """The running clocks that have come, the urgent ones first, of each kind the longest overdue."""
    found: list[tuple[Item, Deadline]] = []
    for urgent in (True, False):
        # Asked one by one: each is a piece of the index.
        wanted = joined(*ITEM, *CLOCK).where(deadline.c.urgent.is_(urgent), deadline.c.fires_at <= now)
        rest = wanted.order_by(deadline.c.fires_at).limit(limit - len(found))
        found += [(rows.item_of(r), rows.deadline_of(r)) for r in c.execute(rest)]
    return found


def clocks_by_others(c: Connection, bases: Collection[str], limit: int) -> list[Stored]:
    """Open items whose clock was computed from none of these; the index is asked for each basis that there is."""
    found: list[ItemId] = []
    live, basis = text("basis <> ''"), c.execute(_NEXT_BASIS, {"last": ""}).scalar()
    while basis is not None and len(found) < limit:
        if basis not in bases:
            wanted = select(deadline.c.item_id).where(live, deadline.c.basis == basis).limit(limit - len(found))
            found += [ItemId(id) for id in c.execute(wanted).scalars()]
        basis = c.execute(_NEXT_BASIS, {"last": basis}).scalar()
    return [x for id in found if (x := stored(c, id))]


def rebase(c: Connection, ids: Collection[ItemId], basis: str) -> None:
    """These clocks are what this makes of them, unless somebody stopped them meanwhile."""
    wanted = (deadline.c.item_id.in_(ids), deadline.c.basis != "")
    c.execute(update(deadline).where(*wanted).values(basis=basis))


def next_due(c: Connection) -> datetime | None:
    """When the next clock comes, or the next document of ours is given up; None when nothing is waited for."""
    # As the index of running clocks is: the least of all would be sought among those that have stopped too.
    running = select(deadline.c.fires_at).where(deadline.c.fires_at.is_not(None)).order_by(deadline.c.fires_at).limit(1)
    clocks = [c.execute(running.where(deadline.c.urgent.is_(urgent))).scalar() for urgent in (True, False)]
    waited = (outbox.c.receipt.is_(None), outbox.c.receipt_due.is_not(None))
    receipt: datetime | None = c.execute(select(func.min(outbox.c.receipt_due)).where(*waited)).scalar()
    return min((moment for moment in (*clocks, receipt) if moment), default=None)


def unacknowledged(c: Connection, now: datetime, limit: int) -> list[tuple[Sent, Item]]:
    """What we sent and no partner acknowledged in time, with its item."""
    late = (outbox.c.receipt.is_(None), outbox.c.receipt_due <= now)
    query = joined(*ITEM, *_SENT).join(outbox, outbox.c.item_id == item.c.id).where(*late)
    found = c.execute(query.order_by(outbox.c.receipt_due).limit(limit))
    return [(_sent(r), rows.item_of(r)) for r in found]


def sent(c: Connection, id: ItemId) -> list[Sent]:
    """What was sent about an item, in order."""
    query = select(item.c.id, *_SENT).join(outbox, outbox.c.item_id == item.c.id)
    return [_sent(r) for r in c.execute(query.where(item.c.id == id).order_by(outbox.c.id))]


def answered(c: Connection, ids: Collection[str]) -> dict[str, Asked]:
    """Which of these are documents of ours, each with the item that it was sent from."""
    columns = (*ITEM, message.c.patient, outbox.c.msg_id.label("ours"), outbox.c.level_1)
    query = joined(*columns).join(outbox, outbox.c.item_id == item.c.id)
    found = c.execute(query.where(outbox.c.msg_id.in_(ids)))
    return {r.ours: Asked(rows.item_of(r), r.patient, r.level_1) for r in found}


def alerts(c: Connection, inbox: InboxId, limit: int, before: int | None = None) -> list[Raised]:
    """What an inbox has not seen yet, the newest first, before a number."""
    query = joined(*ITEM, *ALERT).join(alert, alert.c.item_id == item.c.id)
    wanted = query.where(alert.c.inbox == inbox, alert.c.seen_at.is_(None))
    wanted = wanted if before is None else wanted.where(alert.c.id < before)
    return [raised(r) for r in c.execute(wanted.order_by(alert.c.id.desc()).limit(limit))]


def seen(c: Connection, id: int, inboxes: Collection[InboxId], who: str, now: datetime) -> int:
    """Somebody has seen an alert of one of their inboxes; returns how many that were."""
    wanted = (alert.c.id == id, alert.c.inbox.in_(inboxes), alert.c.seen_at.is_(None))
    return c.execute(update(alert).where(*wanted).values(seen_at=now, seen_by=who)).rowcount


def counts(c: Connection) -> dict[InboxId, dict[str, int]]:
    """How many open items each inbox has in each state."""
    found = c.execute(
        select(item.c.inbox, item.c.state, func.count()).where(IS_OPEN).group_by(item.c.inbox, item.c.state)
    )
    counted: dict[InboxId, dict[str, int]] = {}
    for inbox, state, n in found:
        counted.setdefault(InboxId(inbox), {})[state] = n
    return counted


def loads(c: Connection, now: datetime) -> list[Load]:
    """The open items of each inbox in each state, and how many of them are late; asks the index of open items only."""
    late = func.coalesce(func.sum(case((item.c.due_at <= now, 1), else_=0)), 0)
    columns = (item.c.inbox, item.c.state, func.count(), late, func.min(item.c.due_at))
    found = c.execute(select(*columns).where(IS_OPEN).group_by(item.c.inbox, item.c.state))
    return [Load(InboxId(inbox), state, n, int(overdue), due) for inbox, state, n, overdue, due in found]


def verdicts(c: Connection, after: int, limit: int) -> tuple[int, dict[str, int]]:
    """How many of the messages after a number had which verdict, at most so many, and the last one's number.

    Numbers rise in the order of commits, so whoever goes on from the last one counts each message once.
    """
    some = select(message.c.id, message.c.verdict).where(message.c.id > after).order_by(message.c.id).limit(limit)
    last = some.subquery()
    found = c.execute(select(last.c.verdict, func.count(), func.max(last.c.id)).group_by(last.c.verdict)).all()
    return max([after, *(newest for _, _, newest in found)]), {verdict: n for verdict, n, _ in found}


def notices(c: Connection, inbox: InboxId, limit: int) -> list[tuple[Line, int, datetime, bool]]:
    """Open items that an inbox was told about by a ladder: the item, the step, when, and whether late."""
    return [told for _, told in numbered_notices(c, inbox, limit)]


def numbered_notices(
    c: Connection, inbox: InboxId, limit: int, before: int | None = None
) -> list[tuple[int, tuple[Line, int, datetime, bool]]]:
    """The same, each with its number, the newest first, before a number."""
    query = (
        joined(*ITEM, deadline.c.fires_at, notice.c.id.label("number"), notice.c.step, notice.c.at, notice.c.late)
        .join(notice, notice.c.item_id == item.c.id)
        .where(notice.c.inbox == inbox, item.c.state.in_(_OPEN))
        .order_by(notice.c.id.desc())
        .limit(limit)
    )
    found = c.execute(query if before is None else query.where(notice.c.id < before))
    return [(r.number, (Line(rows.item_of(r), r.due_at, r.fires_at is not None), r.step, r.at, r.late)) for r in found]


def told(c: Connection, id: ItemId) -> frozenset[InboxId]:
    """The inboxes that a ladder or an alert has told about an item."""
    told = select(notice.c.inbox).where(notice.c.item_id == id)
    return frozenset(c.execute(told.union(select(alert.c.inbox).where(alert.c.item_id == id))).scalars())


def mailbox(
    c: Connection, box: str, owners: Collection[str] | None, after: int, limit: int, now: datetime | None
) -> list[Posted]:
    """What waits in a mailbox, in the order it was sent; nothing leaves before it is confirmed.

    What can still be taken back is not shown, nor what was sent after it: who goes on after a number misses nothing.
    Without `now` all of it is.

    `box` is the party that sent, level 2 or 1; a level 1 gets what all its services wait for. `owners` are
    the level 1 parties whose documents the caller may have, None for all.
    """
    # What has a label goes by the broker.
    waiting = (outbox.c.confirmed_at.is_(None), outbox.c.label.is_(None))
    wanted = (_in_box(box, owners), *waiting, outbox.c.id > after)
    found = c.execute(select(outbox).where(*wanted).order_by(outbox.c.id).limit(limit))
    free = takewhile(lambda r: now is None or r.held_until is None or r.held_until <= now, found)
    return [Posted(r.id, r.her_id, r.kind, r.msg_id, r.body, r.created_at) for r in free]


def _in_box(box: str, owners: Collection[str] | None) -> ColumnElement[bool]:
    mine = (outbox.c.her_id == box) | (outbox.c.level_1 == box)
    return mine if owners is None else mine & outbox.c.level_1.in_(owners)


def confirmed(c: Connection, box: str, owners: Collection[str] | None, ids: Collection[int], now: datetime) -> int:
    """Take documents out of a mailbox; returns how many left."""
    wanted = (_in_box(box, owners), outbox.c.id.in_(ids), outbox.c.confirmed_at.is_(None))
    return c.execute(update(outbox).where(*wanted).values(confirmed_at=now)).rowcount


def held(c: Connection, after: int, limit: int, ended: bool) -> list[Kept]:
    """What lies in quarantine, from the oldest; without `ended` only what nobody has replayed or discarded."""
    wanted = (quarantine.c.id > after, *(() if ended else (quarantine.c.ended_at.is_(None),)))
    found = c.execute(select(quarantine).where(*wanted).order_by(quarantine.c.id).limit(limit))
    return [Kept(r.id, r.received_at, r.via, r.why, r.sender, r.msg_id, rows.faults_of(r.faults), r.raw) for r in found]


def history(c: Connection, id: ItemId) -> list[Told]:
    """All that happened to an item, from the beginning."""
    found = c.execute(select(journal).where(journal.c.item_id == id).order_by(journal.c.id))
    return [rows.told_of(r) for r in found]


def journal_after(c: Connection, after: int, inboxes: Collection[InboxId], limit: int) -> list[Told]:
    """The journal's lines about some inboxes after a number."""
    wanted = (journal.c.id > after, journal.c.inbox.in_(inboxes))
    found = c.execute(select(journal).where(*wanted).order_by(journal.c.id).limit(limit))
    return [rows.told_of(r) for r in found]


def returned(c: Connection, since: datetime) -> list[Returns]:
    """How many messages were returned since then, by whom it was told and why."""
    lines = select(journal.c.item_id, journal.c.detail).join(item, item.c.id == journal.c.item_id)
    # One that was taken back is open again, or ended otherwise.
    still = item.c.state == State.RETURNED.value
    told = lines.where(journal.c.event == "item.returned", journal.c.at >= since, still)
    reasons = {r.item_id: str(json.loads(r.detail).get("reason", "")) for r in c.execute(told)}
    sent = select(outbox.c.item_id, outbox.c.her_id).where(outbox.c.kind == "answer", outbox.c.created_at >= since)
    counted = Counter((HerId(r.her_id), reasons[r.item_id]) for r in c.execute(sent) if r.item_id in reasons)
    return [Returns(to, reason, count) for (to, reason), count in sorted(counted.items())]


def here(c: Connection, digest: bytes) -> bool:
    """Whether a message with this digest was ever taken in, or lies in quarantine; for neither is there an index."""
    known = select(message.c.id).where(message.c.digest == digest).limit(1)
    held = select(quarantine.c.id).where(quarantine.c.digest == digest).limit(1)
    return c.execute(known).first() is not None or c.execute(held).first() is not None


def last_via(c: Connection, sender: str) -> str | None:
    """By what the last message of a sender came, or None when it has sent none."""
    last = select(func.max(message.c.id)).where(message.c.sender == sender).scalar_subquery()
    return c.execute(select(message.c.via).where(message.c.id == last)).scalar()


def due_by(c: Connection, inboxes: Collection[InboxId], moments: Sequence[datetime]) -> dict[InboxId, tuple[int, ...]]:
    """How many open items of each inbox are due by each of these moments; the partner's clocks are not theirs."""
    waits, last = item.c.state != State.WAITING.value, moments[-1]
    counts = (func.count(case((item.c.due_at <= moment, 1))) for moment in moments)
    asked = select(*counts).select_from(item).where(IS_OPEN, item.c.due_at <= last, waits)
    return {x: tuple(c.execute(asked.where(item.c.inbox == x)).one()) for x in inboxes}


def newest(c: Connection) -> int:
    """The number of the journal's last line, 0 when it is empty."""
    return (c.execute(select(func.max(journal.c.id)))).scalar() or 0


def tally(c: Connection) -> dict[str, dict[str, int]]:
    """Counts that prove that nothing was lost: messages, items, events, outbox and quarantine."""
    by: dict[str, Select[Any]] = {
        "messages": select(message.c.verdict, func.count()).group_by(message.c.verdict),
        "items": select(item.c.state, func.count()).group_by(item.c.state),
        "events": select(journal.c.event, func.count()).group_by(journal.c.event),
        "outbox": select(outbox.c.kind, func.count()).group_by(outbox.c.kind),
    }
    counted = {name: {str(k): int(n) for k, n in c.execute(query)} for name, query in by.items()}
    held = (c.execute(select(func.count()).select_from(quarantine))).scalar_one()
    homeless = (
        select(func.count())
        .select_from(message)
        .where(message.c.verdict == "accepted", ~select(item.c.id).where(item.c.message_id == message.c.id).exists())
    )
    silent = (
        select(func.count())
        .select_from(message)
        .where(
            message.c.verdict.in_(("accepted", "rejected")),
            ~select(outbox.c.id).where(outbox.c.message_id == message.c.id, outbox.c.kind == "apprec").exists(),
        )
    )
    counted["quarantine"] = {"held": held}
    counted["lost"] = {
        "accepted without an item": c.execute(homeless).scalar_one(),
        "judged without an acknowledgement": c.execute(silent).scalar_one(),
    }
    return counted


def _sent(r: Any) -> Sent:
    author = PersonId(r.author) if r.author else None
    said = (r.receipt, r.receipt_at, r.receipt_faults or "")
    told = (r.her_id, r.document_kind, r.parked_at is not None)
    return Sent(r.number, ItemId(r.id), r.document_id, r.created_at, author, *said, *told)


def raised(r: Any) -> Raised:
    """The alert of a row that has its columns beside the item's."""
    told = Alert(AlertKind(r.alert_kind), InboxId(r.alert_inbox), ItemId(r.id), r.about, r.at, r.words)
    return Raised(r.alert_id, told, rows.item_of(r))


def joined(*columns: Any) -> Select[Any]:
    """A query for columns of items, with their messages and clocks."""
    together = item.join(message, message.c.id == item.c.message_id).outerjoin(
        deadline, deadline.c.item_id == item.c.id
    )
    return select(*columns).select_from(together)
