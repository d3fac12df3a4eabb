"""When an item is due, and what happens each time it is not met.

A ladder says how the due time is found and which steps follow. Steps are minutes from the due time:
negative ones warn, the others escalate. A deadline stands on one step at a time; `fires_at` is when
that step happens, and None means that the clock has stopped. A ladder has no end: its last step is
repeated each week until somebody has acted.

An item has one clock. While a partner is waited for it is the partner's, and ours is `paused` beside it;
what was waited does not count. When what it was computed from changes it is set anew, and each such
`round` tells its steps again.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from math import ceil, floor

from hub import calendar
from hub.calendar import Hours
from hub.directory import InboxKind
from hub.item import ItemId
from hub.route import ALWAYS, Circumstances, When

_MINUTE, _DAY, _NO_TIME = timedelta(minutes=1), timedelta(days=1), timedelta(0)
# As long as a partner must have been waited for if that is to count.
NO_WAITING = timedelta(minutes=1)
# How often whoever was told last is reminded of what nobody has done.
REPEATED = timedelta(days=7)
# Whoever opens later than something is promised has so long for it.
_SETTLING = timedelta(hours=1)


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
    """One rung: `minutes` from the due time (negative: before), and whose inboxes are told.

    `working` minutes are those of opening time; in a deadline all are by the clock, and `span` is how many working
    ones they were, as they become others when it is due at another time. `through` says which ways beside the inbox
    they are told by; none means those that each has asked for. With `moves` the item goes to the first of them,
    otherwise they have it beside its owner.
    """

    minutes: int
    tell: tuple[str, ...]
    working: bool = False
    through: tuple[str, ...] = ()
    moves: bool = False
    span: int | None = None


# A step may tell the inbox that has the item, or the practice's inbox of a kind.
OWN_INBOX = "inbox"
TELL = (OWN_INBOX, *(k.value for k in InboxKind))

# By what somebody can be told beside their inbox.
WAYS = ("mail", "webhook", "alertmanager")


@dataclass(frozen=True, slots=True)
class Ladder:
    """The promise for some messages: how the due time is found, and the steps around it.

    An urgent one goes before every agreement. The one for a `follow_up` is the partner's clock while we wait for their
    reply, and holds for nothing else.
    """

    name: str
    promise: str
    due: Due
    steps: tuple[Step, ...]
    when: When = ALWAYS
    urgent: bool = False
    follow_up: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """What a due time was computed from, kept so that it can always be told.

    It was counted from `since`, where that is not when the message was `received`; `by` is who marked it as urgent.
    `zone` is whose wall time it was computed in, by the hours of `inbox`, and `facts` are what the ladder holds for,
    in words. While a partner was waited for, the `pauses`, it stood; `elapsed` tells that it counts day and night.
    """

    ladder: str
    promise: str
    agreement: str
    received: datetime
    counted: str
    skipped: tuple[str, ...] = ()
    zone: str = ""
    facts: tuple[str, ...] = ()
    since: datetime | None = None
    by: str = ""
    inbox: str = ""
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    elapsed: bool = False

    @property
    def begun(self) -> datetime:
        """From when it was counted."""
        return self.since or self.received


@dataclass(frozen=True, slots=True)
class Paused:
    """Our clock while the partner's runs, as it was when that began."""

    due: datetime
    steps: tuple[Step, ...]
    why: Why
    step: int
    urgent: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """An item's clock: `step` is the next one, and it happens at `fires_at`.

    `urgent` ones are told of first, and `basis` names the ladders, agreements and hours that it was computed from.
    Each `round` began when it was `set_at`; `replied_at` is when the partner replied who was waited for.
    """

    item: ItemId
    due: datetime
    steps: tuple[Step, ...]
    why: Why
    step: int
    fires_at: datetime | None
    urgent: bool = False
    round: int = 0
    set_at: datetime | None = None
    basis: str = ""
    paused: Paused | None = None
    replied_at: datetime | None = None

    @property
    def stopped(self) -> "Deadline":
        """The same deadline with its clock stopped; whatever changes, it stays as it was."""
        return replace(self, fires_at=None, paused=None, basis="")

    @property
    def coming(self) -> Step:
        """The step that is next; after the last one that again."""
        return self.steps[min(self.step, len(self.steps) - 1)]

    @property
    def late_from(self) -> datetime | None:
        """From when its next step is late: one that had passed when the clock was set anew is not."""
        return max(self.fires_at, self.set_at) if self.fires_at and self.set_at else self.fires_at


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
    return next(x for x in ladders if x.when.holds(c) and not x.follow_up), ""


def of(
    item: ItemId,
    c: Circumstances,
    ladders: tuple[Ladder, ...],
    hours: Hours,
    received: datetime,
    basis: str,
    inbox: str = "",
    pauses: tuple[tuple[datetime, datetime], ...] = (),
) -> Deadline:
    """The deadline of an item that came then, by the ladder that holds; `basis` names what that was read from."""
    ladder, agreement = choose(c, ladders)
    return first(item, ladder, agreement, hours, received, ladder.when.facts(c), None, inbox, pauses, basis)


def basis(*parts: object) -> str:
    """A name for what deadlines are computed from: a digest of each of its parts, in their order."""
    return "-".join(sha256(repr(part).encode()).hexdigest()[:8] for part in parts)


def first(
    item: ItemId,
    ladder: Ladder,
    agreement: str,
    hours: Hours,
    received: datetime,
    facts: tuple[str, ...] = (),
    since: datetime | None = None,
    inbox: str = "",
    pauses: tuple[tuple[datetime, datetime], ...] = (),
    basis: str = "",
) -> Deadline:
    """The deadline of a new item; a warning that would already have passed is left out.

    It is counted from `since` where that is not when the message was received, by the hours of `inbox`; in the
    `pauses` a partner was waited for.
    """
    begun, elapsed = since or received, isinstance(ladder.due, ElapsedHours)
    due, counted = reckoned(ladder.due, hours, begun)
    if pauses:
        due = later(due, pauses, hours, begun, elapsed)
    days = skipped(hours, begun, due, elapsed)
    why = Why(
        *(ladder.name, ladder.promise, agreement, received, counted, days, hours.zone, facts),
        *(since, "", inbox, pauses, elapsed),
    )
    rungs = steps(ladder.steps, hours, due)
    step = _step(due, rungs, begun)
    return Deadline(item, due, rungs, why, step, _fires_at(due, rungs, step), ladder.urgent, 0, None, basis)


def skipped(hours: Hours, begun: datetime, due: datetime, elapsed: bool) -> tuple[str, ...]:
    """The days between that do not count, in words; none where day and night count, as closed days do too then."""
    # What is due at midnight is due at the end of the day before.
    last = max(begun, due - timedelta.resolution)
    days = () if elapsed else calendar.skipped(hours, hours.local(begun).date(), hours.local(last).date())
    return tuple([f"{day.isoformat()} ({name})" for day, name in days]) if days else ()


def later(
    due: datetime, pauses: tuple[tuple[datetime, datetime], ...], hours: Hours, begun: datetime, elapsed: bool
) -> datetime:
    """When something is due that stood meanwhile: as much later, in the time in which it is counted.

    Less than a minute of waiting is none: what is due at closing time does not become due the next morning by it.
    """
    if not (whole := sum((waited(x, hours, begun, elapsed) for x in pauses), _NO_TIME)):
        return due
    return due + whole if elapsed else calendar.add(hours, due, whole)


def waited(pause: tuple[datetime, datetime], hours: Hours, begun: datetime, elapsed: bool) -> timedelta:
    """How much of a pause counts for what was counted from `begun`; none where it is less than a minute."""
    since, until = max(pause[0], begun), pause[1]
    if until <= begun:
        return _NO_TIME
    found = until - since if elapsed else calendar.between(hours, since, until)
    return found if found >= NO_WAITING else _NO_TIME


def steps(of: tuple[Step, ...], hours: Hours, due: datetime, taken: int = 0) -> tuple[Step, ...]:
    """Steps by the clock around a due time, in the order of time; working minutes become as many as lie between.

    A warning in working time is never told later than that, and an escalation never earlier. So many as were `taken`
    before keep their places at the front: others could come between them, and would be taken for them.
    """
    for step in of:
        if step.working or step.span is not None:
            placed = [_by_the_clock(s, hours, due) for s in of]
            return (*placed[:taken], *sorted(placed[taken:], key=lambda s: s.minutes))
    return of


def _by_the_clock(step: Step, hours: Hours, due: datetime) -> Step:
    if not step.working and step.span is None:
        return step
    span = step.minutes if step.span is None else step.span
    at = calendar.add(hours, due, timedelta(minutes=span)) if span else due
    minutes = floor((at - due) / _MINUTE) if span < 0 else ceil((at - due) / _MINUTE)
    return replace(step, minutes=minutes, working=False, span=span)


def standing(d: Deadline, begun: datetime) -> Deadline:
    """A deadline that begins then, on its first step; what it would have warned of before is left out."""
    return on(d, _step(d.due, d.steps, begun))


def on(d: Deadline, step: int) -> Deadline:
    """The deadline on another step; beyond the last one that is repeated."""
    return replace(d, step=step, fires_at=_fires_at(d.due, d.steps, step))


def following(missed: Deadline) -> Deadline:
    """The deadline after its step has happened: on the next one."""
    return on(missed, missed.step + 1)


def _step(due: datetime, steps: tuple[Step, ...], begun: datetime) -> int:
    for n, step in enumerate(steps):
        if step.minutes >= 0 or due + timedelta(minutes=step.minutes) > begun:
            return n
    return len(steps)


def _fires_at(due: datetime, steps: tuple[Step, ...], step: int) -> datetime | None:
    if step < len(steps):
        return due + timedelta(minutes=steps[step].minutes)
    # A ladder that only warns is for tests alone, which nobody need be reminded of.
    if not steps or steps[-1].minutes < 0:
        return None
    return due + timedelta(minutes=steps[-1].minutes) + (step - len(steps) + 1) * REPEATED


def reckoned(due: Due, hours: Hours, received: datetime) -> tuple[datetime, str]:
    """When something that came then is due, in UTC, and in words how that was counted."""
    match due:
        case SameDay():
            return _same_day(due, hours, received)
        case WorkingMinutes(minutes):
            return calendar.add_minutes(hours, received, minutes), f"{minutes} minutes of opening time"
        case ElapsedHours(n):
            return received + timedelta(hours=n), f"{n} hours, day and night"


def _same_day(due: SameDay, hours: Hours, received: datetime) -> tuple[datetime, str]:
    local = hours.local(received)
    today = hours.day(local.date())
    after = "on a closed day"
    if today.closes is not None:
        cut_off = _cut_off(due.cut_off, today.closes, today.earlier)
        short = " on a short day" if today.earlier > _NO_TIME else ""
        if local.time() < cut_off:
            return today.openings[-1][1], f"the same working day, received before {_clock(cut_off)}{short}"
        after = f"after {_clock(cut_off)}{short}"
    # On a closed day or after the cut-off, the next working day's morning is promised.
    day = calendar.following_day(hours, local.date())
    by = hours.day(day).due_by
    found = by.get(due.then_by)
    if found is None:
        found = by[due.then_by] = _within(hours, day, due.then_by)
    at, clock = found
    return at, f"by {clock} the next working day, received {after}"


def _cut_off(cut_off: time, closes: time, earlier: timedelta) -> time:
    """The cut-off of a day: one that closes earlier than its weekday usually does has it as much earlier.

    A day that is closed by then, as each Friday or a Saturday that is open for once, has it an hour before it closes:
    nobody answers in a minute.
    """
    moved = _sooner(cut_off, max(earlier, _NO_TIME))
    return moved if moved < closes else _sooner(closes, _SETTLING)


def _sooner(clock: time, span: timedelta) -> time:
    """A time of the same day so much sooner; its beginning at the least."""
    moved = datetime.combine(date.min, clock) + _DAY - span
    return moved.time() if moved.toordinal() > 1 else time.min


def _clock(at: time) -> str:
    return f"{at.hour:02}:{at.minute:02}"


def _within(hours: Hours, day: date, clock: time) -> tuple[datetime, str]:
    """A time on a day, and in words: on a short day what was promised by noon is due when it closes.

    So it is by when it closed last where it is closed at that time. Where it opens only then, or later, there is an
    hour for it.
    """
    at, openings = calendar.at(hours, day, clock), hours.openings(day)
    opens, closes = openings[0][0], next((end for begin, end in reversed(openings) if begin < at), openings[0][1])
    settled, said = (at, "") if at > opens else (opens + _SETTLING, ", an hour after it opens,")
    settled, said = (settled, said) if settled <= closes else (closes, ", when it closes,")
    return settled, f"{_clock(hours.local(settled).time())}{said}"
