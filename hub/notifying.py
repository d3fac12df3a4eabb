"""Who is told beside the inboxes, and when: one message for many items, not too often, and not in the night."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub import calendar, dispatch
from hub.calendar import Hours
from hub.directory import Directory, Inbox, InboxKind, Person, Stretch
from hub.dispatch import NOTHING, PAST, Claimed, Content, Dispatch, Kind, Line, Standing, Target, Untold, Way

# What is told of the hub itself, by day and night.
_OF_THE_HUB = frozenset({Kind.BROKEN, Kind.MENDED})


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon: a first notice waits for what comes with it, and after each there is a pause. Urgent ones have none."""

    gather: timedelta = timedelta(seconds=10)
    cool_down: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Somebody's hours in which no mail comes, in the wall time of their practice."""

    stretch: Stretch
    hours: Hours

    def after(self, moment: datetime) -> datetime:
        """The moment, or the end of the quiet hours that it is in."""
        begins, ends = self.stretch
        local = self.hours.local(moment)
        clock, day = local.time(), local.date()
        beyond = begins > ends
        if not (begins <= clock or clock < ends if beyond else begins <= clock < ends):
            return moment
        end = day + timedelta(days=1) if beyond and clock >= begins else day
        # In the night when clocks go back a wall time comes twice; nobody is told before now.
        return max(moment, calendar.at(self.hours, end, ends))


@dataclass(frozen=True, slots=True)
class Reached:
    """Something that a target is to be told, after its quiet hours if it has any."""

    untold: Untold
    line: Line
    quiet: Quiet | None = None


def addressed(untold: Iterable[Untold], directory: Directory, now: datetime) -> dict[Target, list[Reached]]:
    """To whom each thing goes; what is done already goes to nobody."""
    found: dict[Target, list[Reached]] = {}
    # Many are of the same inbox, and the same people are told of all of them.
    targets: dict[tuple[str, tuple[str, ...]], list[tuple[Target, Quiet | None]]] = {}
    for x in untold:
        inbox = directory.inboxes.get(x.inbox)
        if inbox is None or not x.open:
            continue
        sort = (x.inbox, x.through)
        if sort not in targets:
            targets[sort] = list(_targets(inbox, x.through, directory, now))
        line = _line(x, inbox, directory)
        for (way, to), quiet in targets[sort]:
            if way is not Way.ALERTMANAGER or x.kind in PAST:
                found.setdefault((way, to), []).append(Reached(x, line, quiet))
    return found


def targets(inbox: Inbox, directory: Directory, now: datetime) -> list[Target]:
    """Whom an inbox and its people have asked to be told, and by which ways."""
    return list(dict.fromkeys(target for target, _ in _targets(inbox, (), directory, now)))


def dispatches(
    reached: Mapping[Target, Sequence[Reached]], standing: Mapping[Target, Standing], pace: Pace, now: datetime
) -> Iterator[Dispatch]:
    """What is to go: one message for each target, into which goes what waits for it already."""
    for (way, target), found in reached.items():
        before = standing.get((way, target), NOTHING)
        if way is Way.ALERTMANAGER:
            yield from _alert(target, found, before, now)
            continue
        at = min(_when(x, before, pace, now) for x in found)
        lines = [x.line for x in found]
        if before.row is not None and before.at is not None:
            content = Content.of((*before.content.lines, *lines))
            yield Dispatch(before.key, way, target, content, min(before.at, at), before.row)
        else:
            yield Dispatch(_key(way, target, found), way, target, Content.of(lines), at)


def ready(x: Claimed, directory: Directory, moment: datetime) -> datetime:
    """When something may go that is to go at a moment: then, or when the quiet hours that it is in end.

    They are asked for anew each time it is to go: over a stop, or while it is tried again, they may have begun.
    """
    if x.way is not Way.MAIL:
        return moment
    return min((_after_quiet(line, x.target, directory, moment) for line in x.content.lines), default=moment)


def _after_quiet(line: Line, address: str, directory: Directory, moment: datetime) -> datetime:
    inbox = directory.inboxes.get(line.inbox)
    if line.kind in _OF_THE_HUB or (inbox and address in inbox.mail):
        return moment
    theirs = [_quiet(p, inbox, directory) for p in directory.people.values() if p.mail == address]
    return min((quiet.after(moment) if quiet else moment for quiet in theirs), default=moment)


def _when(x: Reached, before: Standing, pace: Pace, now: datetime) -> datetime:
    """When a target may be told of something: what is urgent at once, the rest together and not too often."""
    ready = now
    if not x.untold.urgent:
        ready = max(now + pace.gather, before.went + pace.cool_down if before.went else now)
    return x.quiet.after(ready) if x.quiet else ready


def _alert(target: str, found: Sequence[Reached], before: Standing, now: datetime) -> Iterator[Dispatch]:
    """An alert is raised once and runs until nothing is late; one that runs hears of more at once."""
    content = Content.of(x.line for x in found)
    if before.running:
        yield Dispatch(before.key, Way.ALERTMANAGER, target, content, now, before.row)
    else:
        yield Dispatch(_key(Way.ALERTMANAGER, target, found), Way.ALERTMANAGER, target, content, now)


def _key(way: Way, target: str, found: Iterable[Reached]) -> str:
    return dispatch.key(way, target, (x.untold for x in found))


def _targets(
    inbox: Inbox, through: tuple[str, ...], directory: Directory, now: datetime
) -> Iterator[tuple[Target, Quiet | None]]:
    """By which ways, and whom: those that the step names, else all that the inbox and its people have asked for."""
    if not through or Way.MAIL in through:
        yield from (((Way.MAIL, address), None) for address in inbox.mail)
        for person in _people(inbox, Way.MAIL in through, directory, now):
            yield (Way.MAIL, person.mail), _quiet(person, inbox, directory)
    if not through or Way.WEBHOOK in through:
        yield from (((Way.WEBHOOK, name), None) for name in inbox.webhooks)
    if Way.ALERTMANAGER in through or (not through and inbox.alertmanager):
        yield (Way.ALERTMANAGER, inbox.id), None


def _people(inbox: Inbox, named: bool, directory: Directory, now: datetime) -> list[Person]:
    """Those with mail who are at work now; else who is next, on this or the next working day of the inbox.

    Where nobody who works in the inbox is at work at all, or the step has `named` mail and nobody who is has any,
    everybody is told, if the inbox has no address of its own: no notice is for nobody.
    """
    everybody = [directory.people[p] for p in directory.members(inbox.id) if directory.people[p].mail]
    hours = directory.hours(inbox.id)
    if here := [p for p in everybody if _at_work(p, hours, directory, now)]:
        return here
    day, clock = calendar.acting_from(hours, now)
    if coming := [p for p in everybody if directory.present(p.id, day, clock)]:
        return coming
    seen = not named and directory.staffed(inbox.id, day, clock)
    return [] if inbox.mail or seen else everybody


def _at_work(person: Person, hours: Hours, directory: Directory, now: datetime) -> bool:
    local = hours.local(now)
    if not calendar.working_day(hours, local.date()):
        return False
    return any(begins <= local.time() < ends for begins, ends in directory.at_work(person.id, local.date()))


def _quiet(person: Person, inbox: Inbox | None, directory: Directory) -> Quiet | None:
    """Operations are told by day and night."""
    if person.quiet is None or (inbox and inbox.kind is InboxKind.OPERATIONS):
        return None
    return Quiet(person.quiet, directory.practices[person.practice].hours)


def _line(x: Untold, inbox: Inbox, directory: Directory) -> Line:
    due = directory.practices[inbox.practice].hours.local(x.due)
    return Line(inbox.id, inbox.name, x.kind, x.urgent, x.late, 1, (x.item,), due)
