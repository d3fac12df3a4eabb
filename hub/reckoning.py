"""A clock is set anew: marked as urgent, stopped while a partner is waited for, or by other ladders, hours, agreements.

An item has one clock. Handing it on leaves it as it is; each change of it is a line of the journal that says from
what to what, and why.
"""

from dataclasses import replace
from datetime import datetime

from hub import calendar, deadline
from hub.calendar import Hours
from hub.change import Change, Entry
from hub.deadline import Deadline, ElapsedHours, Ladder, Paused, Step
from hub.directory import Directory, InboxId
from hub.errors import BadRequest
from hub.item import Action, Item
from hub.route import Circumstances

# What the parts of a basis are called, in their order (deadline.basis).
PARTS = ("ladders", "agreements", "hours")
# How long a partner may take where no ladder is for a follow_up, and who then hears of it.
_FOLLOW_UP = Ladder(
    "follow-up",
    "The partner is expected to reply within three days",
    ElapsedHours(72),
    (Step(0, ("inbox",)), Step(24 * 60, ("coordinator",))),
    follow_up=True,
)


def hours_of(item: Item, d: Deadline, directory: Directory) -> Hours:
    """By whose hours a clock goes: by those that it was computed by, wherever the item was handed on to."""
    places = (InboxId(d.why.inbox), item.home, item.inbox)
    return directory.hours(next((x for x in places if x and x in directory.inboxes), item.inbox))


def urge(item: Item, d: Deadline, ladders: tuple[Ladder, ...], hours: Hours, who: str, now: datetime) -> Change:
    """Somebody marks an item as urgent: the urgent ladder counts from now, unless it is due sooner anyway.

    Nobody waits for a partner any longer then. Raises IllegalMove when it is ended, BadRequest when it is urgent
    already or no ladder is for that.
    """
    moved = item.moved(Action.URGE, None)
    ours = _going_on(d, d.paused, hours, now) if d.paused else d
    if ours.urgent and not d.paused:
        raise BadRequest("action: this message is marked as urgent already")
    if (ladder := _urgent(ladders)) is None:
        raise BadRequest("action: no ladder here is for what is urgent; ladders.toml needs one with urgent = true")
    fresh = replace(_sooner(_urged(ours, ladder, hours, now, who), ours, hours), round=d.round + 1)
    ended = (_resumed(item, d.paused, ours, "resumed", who, now),) if d.paused else ()
    entries = (*ended, _moved(item, ours, fresh, "urgent", who, now))
    return Change(entries, items=(moved,), deadlines=(fresh,))


def wait(item: Item, d: Deadline, ladders: tuple[Ladder, ...], hours: Hours, who: str, now: datetime) -> Change:
    """The partner was asked: our clock stops with what is left of it, and the partner's starts.

    Raises IllegalMove when the item is ended or waits already.
    """
    moved = item.moved(Action.ASK, None)
    ladder = next((x for x in ladders if x.follow_up), _FOLLOW_UP)
    left = calendar.between(hours, now, d.due)
    theirs = deadline.first(item.id, ladder, "", hours, d.why.received, since=now, inbox=d.why.inbox)
    ours = Paused(d.due, d.steps, d.why, d.step, d.urgent)
    waiting = replace(theirs, round=d.round + 1, set_at=now, basis=d.basis, paused=ours)
    detail = {"from": d.due.isoformat(), "to": theirs.due.isoformat(), "left": str(round(left.total_seconds()))}
    entry = Entry(now, "deadline.paused", item.message, item.id, item.inbox, who, detail)
    return Change((entry,), items=(moved,), deadlines=(waiting,))


def resume(item: Item, d: Deadline, hours: Hours, who: str, now: datetime) -> Change:
    """The partner replied, or somebody waits no longer: our clock goes on with the time that was left.

    It does so from when they replied, though whoever watches heeds it later. Raises IllegalMove when the item does
    not wait.
    """
    moved = item.moved(Action.RESUME, None)
    if (ours := d.paused) is None:
        raise BadRequest("action: this message waits for nobody")
    going = _going_on(d, ours, hours, min(d.replied_at or now, now))
    why = "replied" if d.replied_at else "resumed"
    return Change((_resumed(item, ours, going, why, who, now),), items=(moved,), deadlines=(going,))


def _going_on(d: Deadline, ours: Paused, hours: Hours, until: datetime) -> Deadline:
    """Our clock after a pause, on the step on which it was."""
    pause = (d.set_at or until, until)
    due = deadline.later(ours.due, (pause,), hours, ours.why.begun, ours.why.elapsed)
    days = deadline.skipped(hours, ours.why.begun, due, ours.why.elapsed)
    why = replace(ours.why, pauses=(*ours.why.pauses, pause), skipped=days)
    steps = deadline.steps(ours.steps, hours, due, ours.step)
    going = Deadline(d.item, due, steps, why, 0, None, ours.urgent, d.round + 1, until, d.basis)
    return deadline.on(going, ours.step)


def again(
    item: Item,
    d: Deadline,
    c: Circumstances | None,
    ladders: tuple[Ladder, ...],
    hours: Hours,
    basis: str,
    now: datetime,
) -> Change | None:
    """The clock by what is in force now; None when that is what it is already.

    Without circumstances, as the message was too old to be kept, the ladder of the same name holds, if there is one.
    While a partner is waited for it is ours that is set anew: they have been told nothing of a ladder of ours.
    """
    if d.paused:
        return _again_paused(item, d, d.paused, _fresh(_unpaused(d, d.paused), c, ladders, hours, basis), now)
    fresh = _fresh(d, c, ladders, hours, basis)
    if fresh is None or (fresh.due, fresh.steps, fresh.why) == (d.due, d.steps, d.why):
        return None
    if (fresh.due, fresh.steps, fresh.urgent) == (d.due, d.steps, d.urgent):
        return Change((), items=(item,), deadlines=(replace(d, why=fresh.why, basis=basis),))
    fresh = replace(deadline.standing(fresh, now), round=d.round + 1, set_at=now)
    return Change((_moved(item, d, fresh, _changed(d.basis, basis), "watch", now),), items=(item,), deadlines=(fresh,))


def _unpaused(d: Deadline, ours: Paused) -> Deadline:
    """Our clock as it was when the partner was asked."""
    return Deadline(d.item, ours.due, ours.steps, ours.why, ours.step, None, ours.urgent, d.round, d.set_at, d.basis)


def _again_paused(item: Item, d: Deadline, ours: Paused, fresh: Deadline | None, now: datetime) -> Change | None:
    if fresh is None or (fresh.due, fresh.steps, fresh.why) == (ours.due, ours.steps, ours.why):
        return None
    same = (fresh.due, fresh.steps, fresh.urgent) == (ours.due, ours.steps, ours.urgent)
    # Of another deadline's steps, or of other steps, those come that had not come when the partner was asked.
    step = ours.step if same else deadline.standing(fresh, d.set_at or now).step
    paused = Paused(fresh.due, fresh.steps, fresh.why, step, fresh.urgent)
    told = () if same else (_moved(item, ours, fresh, _changed(d.basis, fresh.basis), "watch", now),)
    return Change(told, items=(item,), deadlines=(replace(d, paused=paused, basis=fresh.basis),))


def _changed(before: str, after: str) -> str:
    """What is another than it was; all of it, where nobody wrote down what it was."""
    was, is_ = before.split("-"), after.split("-")
    return " ".join(part for n, part in enumerate(PARTS) if was[n : n + 1] != is_[n : n + 1])


def _fresh(
    d: Deadline, c: Circumstances | None, ladders: tuple[Ladder, ...], hours: Hours, basis: str
) -> Deadline | None:
    why = d.why
    if c is not None:
        found = deadline.of(d.item, c, ladders, hours, why.received, basis, why.inbox, why.pauses)
    elif ladder := next((x for x in ladders if x.name == why.ladder and not why.by), None):
        known = (why.facts, None, why.inbox, why.pauses, basis)
        found = deadline.first(d.item, ladder, why.agreement, hours, why.received, *known)
    else:
        return None
    if not why.by:
        return found
    if (ladder := _urgent(ladders)) is None:
        return found
    return _sooner(_urged(found, ladder, hours, why.begun, why.by), found, hours)


def _urged(d: Deadline, ladder: Ladder, hours: Hours, since: datetime, who: str) -> Deadline:
    fresh = deadline.first(
        d.item, ladder, "", hours, d.why.received, since=since, inbox=d.why.inbox, pauses=d.why.pauses
    )
    why = replace(fresh.why, by=who)
    return replace(fresh, why=why, urgent=True, round=d.round + 1, set_at=since, basis=d.basis)


def _sooner(urgent: Deadline, other: Deadline, hours: Hours) -> Deadline:
    """The urgent one, by whichever due time comes first: marking something never gives it more time."""
    if urgent.due <= other.due:
        return urgent
    why = replace(other.why, since=urgent.why.since, by=urgent.why.by)
    moved = replace(urgent, due=other.due, steps=deadline.steps(urgent.steps, hours, other.due), why=why)
    return deadline.standing(moved, urgent.set_at or urgent.why.begun)


def _urgent(ladders: tuple[Ladder, ...]) -> Ladder | None:
    return next((x for x in ladders if x.urgent), None)


def _moved(item: Item, before: Deadline | Paused, after: Deadline, why: str, who: str, now: datetime) -> Entry:
    return _set(item, "deadline.moved", before, after, why, who, now)


def _resumed(item: Item, before: Paused, after: Deadline, why: str, who: str, now: datetime) -> Entry:
    return _set(item, "deadline.resumed", before, after, why, who, now)


def _set(
    item: Item, event: str, before: Deadline | Paused, after: Deadline, why: str, who: str, now: datetime
) -> Entry:
    detail = {"from": before.due.isoformat(), "to": after.due.isoformat(), "why": why}
    return Entry(now, event, item.message, item.id, item.inbox, who, detail)
