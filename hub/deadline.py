"""When an item is due, and what happens each time it is not met.

A ladder says how the due time is found and which steps follow. Steps are minutes from the due time:
negative ones warn, the others escalate. A deadline stands on one step at a time; `fires_at` is when
that step happens, and None means that the clock has stopped or the ladder has ended.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from hub import calendar
from hub.calendar import Hours
from hub.directory import InboxKind
from hub.item import ItemId
from hub.route import ALWAYS, Circumstances, When


@dataclass(frozen=True, slots=True)
class SameDay:
    """Due at closing time; what arrives from `cut_off` on, or on a closed day, by `then_by` next working day."""

    cut_off: time
    then_by: time


@dataclass(frozen=True, slots=True)
class WorkingMinutes:
    """Due when so many minutes of opening time have passed."""

    minutes: int


@dataclass(frozen=True, slots=True)
class ElapsedHours:
    """Due so many hours later, whatever the calendar says."""

    hours: int


Due = SameDay | WorkingMinutes | ElapsedHours


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: `minutes` from the due time (negative: before), and whose inboxes are told."""

    minutes: int
    tell: tuple[str, ...]


# A step may tell the inbox that has the item, or the practice's inbox of a kind.
OWN_INBOX = "inbox"
TELL = (OWN_INBOX, *(k.value for k in InboxKind))


@dataclass(frozen=True, slots=True)
class Ladder:
    """The promise for some messages: how the due time is found, and the steps around it.

    An urgent one goes before every agreement.
    """

    name: str
    promise: str
    due: Due
    steps: tuple[Step, ...]
    when: When = ALWAYS
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """What a due time was computed from, kept so that it can always be told."""

    ladder: str
    promise: str
    agreement: str
    received: datetime
    counted: str
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """An item's clock: `step` is the next one, and it happens at `fires_at`."""

    item: ItemId
    due: datetime
    steps: tuple[Step, ...]
    why: Why
    step: int
    fires_at: datetime | None

    @property
    def stopped(self) -> "Deadline":
        """The same deadline with its clock stopped."""
        return replace(self, fires_at=None)


def choose(c: Circumstances, ladders: tuple[Ladder, ...]) -> tuple[Ladder, str]:
    """The ladder that holds and the agreement that chose it ("" when none did).

    What is urgent goes first, then the first agreement with the sender that is valid on the day of receipt and
    promises something for the kind of message, then the table from its top. What is only to be read and tests follow
    the table alone. The registry sees to it that the last ladder has no conditions and that agreements name ladders
    that exist.
    """
    if not (c.information or c.test):
        if urgent := next((x for x in ladders if x.urgent and x.when.holds(c)), None):
            return urgent, ""
        if agreement := next((a for a in c.agreements if c.kind in a.deadlines and a.holds(c.day)), None):
            promised = agreement.deadlines[c.kind]
            return next(x for x in ladders if x.name == promised), agreement.name
    return next(x for x in ladders if x.when.holds(c)), ""


def first(item: ItemId, ladder: Ladder, agreement: str, hours: Hours, received: datetime) -> Deadline:
    """The deadline of a new item; a warning that would already have passed is left out."""
    due, counted = _due(ladder.due, hours, received)
    days = calendar.skipped(hours, hours.local(received).date(), hours.local(due).date())
    skipped = tuple(f"{day.isoformat()} ({name})" for day, name in days)
    why = Why(ladder.name, ladder.promise, agreement, received, counted, skipped)
    late = (n for n, s in enumerate(ladder.steps) if s.minutes >= 0 or due + timedelta(minutes=s.minutes) > received)
    step = next(late, len(ladder.steps))
    return Deadline(item, due, ladder.steps, why, step, _fires_at(due, ladder.steps, step))


def following(missed: Deadline) -> Deadline:
    """The deadline after its step has happened: on the next step, or at the ladder's end."""
    step = missed.step + 1
    return replace(missed, step=step, fires_at=_fires_at(missed.due, missed.steps, step))


def _fires_at(due: datetime, steps: tuple[Step, ...], step: int) -> datetime | None:
    return due + timedelta(minutes=steps[step].minutes) if step < len(steps) else None


def _due(due: Due, hours: Hours, received: datetime) -> tuple[datetime, str]:
    match due:
        case SameDay():
            return _same_day(due, hours, received)
        case WorkingMinutes(minutes):
            return calendar.add_minutes(hours, received, minutes), f"{minutes} minutes of opening time"
        case ElapsedHours(n):
            return received + timedelta(hours=n), f"{n} hours, day and night"


def _same_day(due: SameDay, hours: Hours, received: datetime) -> tuple[datetime, str]:
    local = hours.local(received)
    today = local.date()
    open_today = calendar.working_day(hours, today)
    cut_off = _cut_off(due, hours, today) if open_today else due.cut_off
    if open_today and local.time() < cut_off:
        return calendar.closing(hours, today), f"the same working day, received before {cut_off:%H:%M}"
    # On a closed day or after the cut-off, the next working day's morning is promised.
    day = calendar.following_day(hours, today)
    why = f"by {due.then_by:%H:%M} the next working day, received "
    after = f"after {cut_off:%H:%M}" if open_today else "on a closed day"
    return _within(hours, day, due.then_by), why + after


def _cut_off(due: SameDay, hours: Hours, day: date) -> time:
    """The cut-off of a day: one that closes earlier than its weekday usually does has it as much earlier."""
    closes = hours.local(calendar.closing(hours, day)).time()
    usual = max((x.closes for x in hours.slots if x.weekday == day.weekday()), default=closes)
    earlier = timedelta(hours=usual.hour - closes.hour, minutes=usual.minute - closes.minute)
    if earlier <= timedelta(0):
        return min(due.cut_off, closes)
    moved = datetime.combine(day, due.cut_off) - earlier
    return min(moved.time(), closes) if moved.date() == day else time.min


def _within(hours: Hours, day: date, clock: time) -> datetime:
    """A time on a day, but not after it closes: on a short day what was promised by noon is due when it closes."""
    return min(calendar.at(hours, day, clock), calendar.closing(hours, day))
