"""A clock is set anew: marked as urgent, stopped while a partner is waited for, or by other ladders, hours, agreements.

An item has one clock. Handing it on leaves it as it is; each change of it is a line of the journal that says from
what to what, and why.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from hub import calendar, deadline
from hub.calendar import Hours
from hub.change import Change, Entry
from hub.deadline import Deadline, ElapsedHours, Ladder, Paused, Step
from hub.errors import BadRequest
from hub.item import Action, Item
from hub.route import Circumstances

# As long as a partner must have been waited for if that is to count.
NONE = timedelta(minutes=1)
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


def urge(item: Item, d: Deadline, ladders: tuple[Ladder, ...], hours: Hours, who: str, now: datetime) -> Change:
    """Somebody marks an item as urgent: the urgent ladder counts from now, unless it is due sooner anyway.

    Raises IllegalMove when it is ended or waits, BadRequest when it is urgent already or no ladder is for that.
    """
    moved = item.moved(Action.URGE, None)
    if d.urgent:
        raise BadRequest("action: this message is marked as urgent already")
    if (ladder := _urgent(ladders)) is None:
        raise BadRequest("action: no ladder here is for what is urgent; ladders.toml needs one with urgent = true")
    fresh = _sooner(_urged(d, ladder, hours, now, who), d)
    return Change((_moved(item, d, fresh, "urgent", who, now),), items=(moved,), deadlines=(fresh,))


def wait(item: Item, d: Deadline, ladders: tuple[Ladder, ...], hours: Hours, who: str, now: datetime) -> Change:
    """The partner was asked: our clock stops with what is left of it, and the partner's starts.

    Raises IllegalMove when the item is ended or waits already.
    """
    moved = item.moved(Action.ASK, None)
    ladder = next((x for x in ladders if x.follow_up), _FOLLOW_UP)
    left = calendar.between(hours, now, d.due)
    theirs = deadline.first(item.id, ladder, "", hours, d.why.received, since=now)
    waiting = replace(
        theirs,
        round=d.round + 1,
        set_at=now,
        basis=d.basis,
        paused=Paused(d.due, d.steps, d.why, d.step, d.urgent, left),
    )
    detail = {"from": d.due.isoformat(), "to": theirs.due.isoformat(), "left": str(round(left.total_seconds()))}
    entry = Entry(now, "deadline.paused", item.message, item.id, item.inbox, who, detail)
    return Change((entry,), items=(moved,), deadlines=(waiting,))


def resume(item: Item, d: Deadline, hours: Hours, who: str, now: datetime) -> Change:
    """The partner replied, or somebody waits no longer: our clock goes on with the working time that was left.

    Less than a minute of waiting is none: what is due at closing time does not become due the next morning by it.
    Raises IllegalMove when the item does not wait.
    """
    moved = item.moved(Action.RESUME, None)
    if (ours := d.paused) is None:
        raise BadRequest("action: this message waits for nobody")
    waited = calendar.between(hours, d.set_at or now, now)
    due = ours.due if timedelta(0) < waited < NONE else calendar.add(hours, now, ours.left)
    going = Deadline(item.id, due, ours.steps, ours.why, 0, None, ours.urgent, d.round + 1, now, d.basis)
    detail = {"from": ours.due.isoformat(), "to": due.isoformat(), "why": "replied" if d.replied_at else "resumed"}
    entry = Entry(now, "deadline.resumed", item.message, item.id, item.inbox, who, detail)
    return Change((entry,), items=(moved,), deadlines=(deadline.on(going, ours.step),))


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
    """
    if d.paused:
        # The partner has been told nothing of a ladder of ours, and what is left of our time is left.
        return None
    fresh = _fresh(d, c, ladders, hours, basis)
    if fresh is None or (fresh.due, fresh.steps, fresh.why) == (d.due, d.steps, d.why):
        return None
    if (fresh.due, fresh.steps, fresh.urgent) == (d.due, d.steps, d.urgent):
        return Change((), items=(item,), deadlines=(replace(d, why=fresh.why, basis=basis),))
    fresh = replace(deadline.standing(fresh, now), round=d.round + 1, set_at=now)
    return Change((_moved(item, d, fresh, _changed(d.basis, basis), "watch", now),), items=(item,), deadlines=(fresh,))


def _changed(before: str, after: str) -> str:
    """What is another than it was; all of it, where nobody wrote down what it was."""
    was, is_ = before.split("-"), after.split("-")
    return " ".join(part for n, part in enumerate(PARTS) if was[n : n + 1] != is_[n : n + 1])


def _fresh(
    d: Deadline, c: Circumstances | None, ladders: tuple[Ladder, ...], hours: Hours, basis: str
) -> Deadline | None:
    if c is not None:
        found = deadline.of(d.item, c, ladders, hours, d.why.received, basis)
    elif ladder := next((x for x in ladders if x.name == d.why.ladder and not d.why.by), None):
        first = deadline.first(d.item, ladder, d.why.agreement, hours, d.why.received, d.why.facts)
        found = replace(first, basis=basis)
    else:
        return None
    if not d.why.by:
        return found
    if (ladder := _urgent(ladders)) is None:
        return found
    return _sooner(_urged(found, ladder, hours, d.why.begun, d.why.by), found)


def _urged(d: Deadline, ladder: Ladder, hours: Hours, since: datetime, who: str) -> Deadline:
    fresh = deadline.first(d.item, ladder, "", hours, d.why.received, since=since)
    why = replace(fresh.why, by=who)
    return replace(fresh, why=why, urgent=True, round=d.round + 1, set_at=since, basis=d.basis)


def _sooner(urgent: Deadline, other: Deadline) -> Deadline:
    """The urgent one, by whichever due time comes first: marking something never gives it more time."""
    if urgent.due <= other.due:
        return urgent
    moved = replace(urgent, due=other.due, why=replace(other.why, since=urgent.why.since, by=urgent.why.by))
    return deadline.standing(moved, urgent.set_at or urgent.why.begun)


def _urgent(ladders: tuple[Ladder, ...]) -> Ladder | None:
    return next((x for x in ladders if x.urgent), None)


def _moved(item: Item, before: Deadline, after: Deadline, why: str, who: str, now: datetime) -> Entry:
    detail = {"from": before.due.isoformat(), "to": after.due.isoformat(), "why": why}
    return Entry(now, "deadline.moved", item.message, item.id, item.inbox, who, detail)
