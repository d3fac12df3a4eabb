"""What must be told of each message, and when: by the ladder and the minutes alone, without the hub's own reckoning."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hub.calendar import Hours
from hub.deadline import OWN_INBOX, ElapsedHours, SameDay, Step, WorkingMinutes
from hub.directory import InboxId, InboxKind
from tests.year import site
from tests.year.minutes import CALENDARS, MINUTE, Minutes
from tests.year.plan import DAY, Case

LADDERS = {x.name: x for x in site.LADDERS}
# What comes last may be due so long after it.
BEYOND = 60 * DAY
# When everybody has answered who does at all (plan.py).
LATEST = 41 * DAY
# How often the last step comes again while nobody answers.
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: its place in the ladder, when it comes, whom it tells and by which line of the journal."""

    step: int
    at: datetime
    told: frozenset[InboxId]
    event: str


@lru_cache
def minutes_of(name: str, first: date, last: date) -> Minutes:
    """A calendar's minutes, counted once."""
    return Minutes(CALENDARS[name], first, last)


class Model:
    """What must come of each message that is received from one day to another."""

    def __init__(self, first: date, last: date) -> None:
        self.over = datetime.combine(last + LATEST, time(), UTC)
        self._open = {id: minutes_of(name, first - 8 * DAY, last + BEYOND) for id, (name, _) in site.PRACTICES.items()}

    def due(self, case: Case) -> datetime:
        """When it is to be answered."""
        minutes, hours = self._open[case.practice], CALENDARS[site.PRACTICES[case.practice][0]]
        match LADDERS[case.ladder].due:
            case SameDay() as promise:
                return _same_day(promise, minutes, hours, case.received)
            case WorkingMinutes(n):
                return minutes.add(case.received, n * MINUTE)
            case ElapsedHours(n):
                return case.received + n * 60 * MINUTE

    def steps(self, case: Case) -> int:
        """How many steps its ladder has."""
        return len(LADDERS[case.ladder].steps)

    def rungs(self, case: Case, until: datetime | None) -> list[Rung]:
        """What is told while nobody answers, in order; warnings that would have come before it came are not.

        The last of them comes again each week, once more than somebody answers or the year is over.
        """
        minutes, due = self._open[case.practice], self.due(case)
        found = [(_at(step, due, minutes), step) for step in LADDERS[case.ladder].steps]
        found.sort(key=lambda x: x[0])
        begins = next((n for n, (at, _) in enumerate(found) if at >= due or at > case.received), len(found))
        while found[-1][0] <= min(until or self.over, self.over):
            found.append((found[-1][0] + WEEK, found[-1][1]))
        return list(_told(case, found, begins))


def _told(case: Case, found: list[tuple[datetime, Step]], begins: int) -> Iterator[Rung]:
    lies = site.inbox(InboxKind.PHT, case.practice)
    for n, (at, step) in enumerate(found):
        if n < begins:
            continue
        told = [lies if x == OWN_INBOX else site.inbox(InboxKind(x), case.practice) for x in step.tell]
        yield Rung(n, at, frozenset(told), "deadline.warned" if step.minutes < 0 else "deadline.escalated")
        lies = told[0] if step.moves else lies


def _at(step: Step, due: datetime, minutes: Minutes) -> datetime:
    span = abs(step.minutes) * MINUTE
    if not step.working:
        return due + step.minutes * MINUTE
    return minutes.take(due, span) if step.minutes < 0 else minutes.add(due, span)


def _same_day(promise: SameDay, minutes: Minutes, hours: Hours, received: datetime) -> datetime:
    zone = ZoneInfo(hours.zone)
    local = received.astimezone(zone)
    day = local.date()
    today = _opened(minutes, day, zone)
    if today and local.time() < _cut_off(promise, today, hours, zone):
        return today[-1] + MINUTE
    while not (then := _opened(minutes, day := day + DAY, zone)):
        continue
    by = datetime.combine(day, promise.then_by, zone).astimezone(UTC)
    # The last minute before it on which it is open.
    return min(by, max(x for x in then if x < by) + MINUTE)


def _opened(minutes: Minutes, day: date, zone: ZoneInfo) -> list[datetime]:
    """The minutes of a day on which it is open."""
    first, last = (datetime.combine(x, time(), zone).astimezone(UTC) for x in (day, day + DAY))
    return minutes.of(first, last)


def _cut_off(promise: SameDay, today: list[datetime], hours: Hours, zone: ZoneInfo) -> time:
    """As much earlier as it closes earlier than the weekday usually does; an hour before where it is closed by then."""
    closing = (today[-1] + MINUTE).astimezone(zone)
    usual = [x.closes for x in hours.slots if x.weekday == closing.weekday()]
    earlier = _clock(max(usual)) - _clock(closing.time()) if usual else timedelta(0)
    moved = max(_clock(promise.cut_off) - max(earlier, timedelta(0)), timedelta(0))
    if moved >= _clock(closing.time()):
        moved = max(_clock(closing.time()) - timedelta(hours=1), timedelta(0))
    return (datetime.min + moved).time()


def _clock(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
