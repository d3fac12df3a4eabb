"""What must hold beside the names: nobody is forgotten, and no rung leads nowhere."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from hub import calendar
from hub.deadline import OWN_INBOX
from hub.directory import InboxKind
from hub.registry import agreement, directory, holiday, way
from hub.registry.files import CENTRE, LADDERS, ROUTES, Files
from hub.registry.problem import Problem
from hub.registry.shape import WEEKDAYS, LadderTable, PersonTable, PracticeTable, StepTable, WhenTable
from hub.route import DESTINATIONS

WEEKS = 52


def alone(files: Files) -> Iterator[Problem]:
    """What does not hold whatever the names mean, so that it is told together with those that are wrong."""
    for check in (_openings, _contradictions, _absences, _hours):
        yield from check(files)
    for check in (_last_ladder, _follow_ups, _steps, _promised, _within_a_year):
        yield from check(files)


def wrong(files: Files) -> Iterator[Problem]:
    """Everything else that does not hold; asks only files whose names have been checked."""
    for check in (_coordinators, _inboxes, _owners, _substitutes, _destinations):
        yield from check(files)
    for check in (_rungs, way.wrong, agreement.wrong):
        yield from check(files)


def _coordinators(files: Files) -> Iterator[Problem]:
    """The unplaced pile lies with the coordinator, so that nothing is ever dropped."""
    kinds = _kinds(files)
    for n, practice in enumerate(files.centre.practice):
        if (practice.her_id, InboxKind.COORDINATOR) not in kinds:
            reason = f'{practice.name} has no inbox with kind = "coordinator", where unplaced messages are put'
            yield files.problem(CENTRE, f"practice[{n}]", reason)


def _openings(files: Files) -> Iterator[Problem]:
    """A deadline in working time needs a practice that opens again."""
    for n, practice in enumerate(files.centre.practice):
        hours = directory.hours(practice)
        if since := _shut(frozenset(slot.weekday for slot in hours.slots), frozenset(hours.closed)):
            reason = f"{practice.name} would not open on any of the {calendar.HORIZON} days after {since}"
            yield files.problem(CENTRE, f"practice[{n}].closed", reason)


def _contradictions(files: Files) -> Iterator[Problem]:
    """A day cannot be short in two ways, or short and closed; only a date goes before what is so each year."""
    for n, practice in enumerate(files.centre.practice):
        said = (*((f"closed[{m}]", x) for m, x in enumerate(practice.closed)),)
        seen = {(day, bool(x.on)): place for place, x in said for day in directory.days(x)}
        for m, x in enumerate(practice.short):
            found = [(day, seen[day, bool(x.on)]) for day in directory.days(x) if (day, bool(x.on)) in seen]
            if found:
                day, place = found[0]
                reason = f"{day} is practice[{n}].{place} too; take it out of one of them"
                yield files.problem(CENTRE, f"practice[{n}].short[{m}]", reason)
            seen |= {(day, bool(x.on)): f"short[{m}]" for day in directory.days(x)}


@lru_cache(maxsize=64)
def _shut(weekdays: frozenset[int], closed: frozenset[date]) -> date | None:
    """The last day before a practice stays closed for longer than the calendar looks ahead; many open on equal days."""
    first, last = date(holiday.YEARS.start, 1, 1), date(holiday.YEARS.stop, 12, 31)
    days = (first + timedelta(days=n) for n in range((last - first).days))
    opened = (day for day in days if day.weekday() in weekdays and day not in closed)
    return next((a for a, b in pairwise((first, *opened, last)) if (b - a).days > calendar.HORIZON), None)


def _inboxes(files: Files) -> Iterator[Problem]:
    for n, inbox in enumerate(files.centre.inbox):
        if inbox.kind is InboxKind.UNPLACED and not any(inbox.id in person.inboxes for person in files.centre.person):
            yield files.problem(CENTRE, f"inbox[{n}].kind", "nobody works in it; give it to those who coordinate")
        if inbox.kind is InboxKind.PERSONAL and not inbox.owner:
            yield files.problem(CENTRE, f"inbox[{n}].owner", "is missing; a personal inbox belongs to somebody")
        if inbox.kind is not InboxKind.PERSONAL and inbox.owner:
            yield files.problem(CENTRE, f"inbox[{n}].owner", "only an inbox of kind personal has an owner")
        if inbox.id in DESTINATIONS:
            yield files.problem(CENTRE, f"inbox[{n}].id", f'"{inbox.id}" means a destination in {ROUTES}')


def _owners(files: Files) -> Iterator[Problem]:
    """Whoever messages are addressed to or who stands in for an owner needs an inbox of their own."""
    owners = own(files)
    for n, service in enumerate(files.centre.service):
        if service.person and service.person not in owners:
            yield files.problem(CENTRE, f"service[{n}].person", _without(service.person))
    for n, person in enumerate(files.centre.person):
        if person.her_id and person.id not in owners:
            yield files.problem(CENTRE, f"person[{n}].her_id", _without(person.id))
        if person.id in owners and person.substitute and person.substitute not in owners:
            yield files.problem(CENTRE, f"person[{n}].substitute", _without(person.substitute))
    for n, absence in enumerate(files.centre.absence):
        if absence.person in owners and absence.substitute and absence.substitute not in owners:
            yield files.problem(CENTRE, f"absence[{n}].substitute", _without(absence.substitute))


def own(files: Files) -> frozenset[str]:
    """The people who have an inbox of their own."""
    return frozenset(x.owner for x in files.centre.inbox if x.owner)


def _without(person: str) -> str:
    return f'"{person}" has no inbox of their own to get messages in; add one with kind = "personal"'


def _substitutes(files: Files) -> Iterator[Problem]:
    """A loop of substitutes is good only when somebody in it is at work on every open day."""
    people = {x.id: x for x in files.centre.person}
    for n, person in enumerate(files.centre.person):
        if person.substitute == person.id:
            yield files.problem(CENTRE, f"person[{n}].substitute", "nobody can be their own substitute")
        elif (loop := _loop(person, people)) and (alone := _uncovered(files, person, loop)):
            reason = f"the substitutes form a loop ({', '.join(p.id for p in loop)}) with nobody at work on {alone}"
            yield files.problem(CENTRE, f"person[{n}].substitute", reason)


def _loop(person: PersonTable, people: dict[str, PersonTable]) -> list[PersonTable]:
    """The person and their substitutes in turn when these come round again, else nobody."""
    chain = {person.id: person}
    following = person.substitute
    while following:
        if following in chain:
            return list(chain.values())
        chain[following] = people[following]
        following = people[following].substitute
    return []


def _uncovered(files: Files, person: PersonTable, loop: list[PersonTable]) -> str:
    practice = next(p for p in files.centre.practice if p.her_id == files.home(person.practice))
    days = (day for day in WEEKDAYS if getattr(practice.open, day))
    return ", ".join(day for day in days if not any(day in p.weekdays for p in loop))


def _absences(files: Files) -> Iterator[Problem]:
    for n, absence in enumerate(files.centre.absence):
        if absence.substitute == absence.person:
            yield files.problem(CENTRE, f"absence[{n}].substitute", "nobody can be their own substitute")


def _hours(files: Files) -> Iterator[Problem]:
    """Hours on a day that is no day at work would be counted by nobody."""
    for n, person in enumerate(files.centre.person):
        for day in WEEKDAYS:
            if getattr(person.at_work, day) and day not in person.weekdays:
                reason = f'there is no "{day}" in weekdays; add it there, or take the hours out'
                yield files.problem(CENTRE, f"person[{n}].at_work.{day}", reason)


def _destinations(files: Files) -> Iterator[Problem]:
    """A rule whose destination no practice has would never place anything."""
    kinds = {x.kind.value for x in files.centre.inbox} | {"gp"}
    for n, rule in enumerate(files.routes.rule):
        places = {f"rule[{n}].to": rule.to} | {f"rule[{n}].copies[{m}]": to for m, to in enumerate(rule.copies)}
        for key, to in places.items():
            if to in DESTINATIONS and to not in kinds:
                yield files.problem(ROUTES, key, f'no practice has an inbox with kind = "{to}"')


def _last_ladder(files: Files) -> Iterator[Problem]:
    """Only the last ladder holds for everything: one below it would never be reached; a follow_up is none of them."""
    held = [(n, ladder) for n, ladder in enumerate(files.ladders.ladder) if not ladder.follow_up]
    if not held or held[-1][1].when != WhenTable():
        reason = "the last ladder must have no conditions, so that every message gets a deadline"
        yield files.problem(LADDERS, f"ladder[{held[-1][0]}].when" if held else "ladder", reason)
    if held and held[-1][1].urgent:
        reason = (
            "the last ladder holds for everything; as urgent it would go before every agreement, so have one above it"
        )
        yield files.problem(LADDERS, f"ladder[{held[-1][0]}].urgent", reason)
    for n, ladder in held[:-1]:
        if ladder.when == WhenTable():
            reason = "only the last ladder may be without conditions; no message would come further"
            yield files.problem(LADDERS, f"ladder[{n}].when", reason)


def _follow_ups(files: Files) -> Iterator[Problem]:
    """A follow_up is the clock of whichever partner is waited for, and there is one of it."""
    found = [(n, ladder) for n, ladder in enumerate(files.ladders.ladder) if ladder.follow_up]
    for n, _ in found[1:]:
        reason = f"there is one already, ladder[{found[0][0]}]; all partners are waited for by the same"
        yield files.problem(LADDERS, f"ladder[{n}].follow_up", reason)
    for n, ladder in found:
        if ladder.when != WhenTable():
            reason = "a follow_up holds for whatever we wait for, and for no message; take the conditions out"
            yield files.problem(LADDERS, f"ladder[{n}].when", reason)
        if ladder.urgent:
            reason = "a follow_up is a partner's clock, and cannot be what is urgent here"
            yield files.problem(LADDERS, f"ladder[{n}].urgent", reason)


def _steps(files: Files) -> Iterator[Problem]:
    for n, ladder in enumerate(files.ladders.ladder):
        for m, (earlier, later) in enumerate(pairwise(ladder.steps), start=1):
            if not _in_order(earlier, later):
                reason = f"the steps must stand in order of time, and {later.span} follows {earlier.span}"
                yield files.problem(LADDERS, f"ladder[{n}].steps[{m}].{later.key}", reason)
        for m, step in enumerate(ladder.steps):
            if len({*step.tell}) < len(step.tell):
                yield files.problem(LADDERS, f"ladder[{n}].steps[{m}].tell", "names somebody twice; once is enough")
        if not ladder.when.test and not any(_reaches_somebody(step) for step in ladder.steps):
            reason = (
                "nobody would ever hear of what is late; it needs a step at the deadline or after it, as"
                ' { minutes = 0, tell = ["coordinator"] }'
            )
            yield files.problem(LADDERS, f"ladder[{n}].steps", reason)


def _rungs(files: Files) -> Iterator[Problem]:
    for n, ladder in enumerate(files.ladders.ladder):
        yield from _told(files, n, ladder)


def _reaches_somebody(step: StepTable) -> bool:
    """Whether it tells somebody that something is late; what lies in a test inbox nobody need act on."""
    return step.span >= 0 and any(told != InboxKind.TEST for told in step.tell)


def _promised(files: Files) -> Iterator[Problem]:
    """What is promised by a time at which nobody is there yet, anywhere, would be late before anybody came."""
    opens = min((a for p in files.centre.practice for _, day in p.open for a, _ in day), default=None)
    for n, ladder in enumerate(files.ladders.ladder):
        promise = ladder.due.same_day
        if promise and opens and promise.then_by <= opens:
            reason = f"nobody is at work by {promise.then_by:%H:%M}; the first practice opens {opens:%H:%M}"
            yield files.problem(LADDERS, f"ladder[{n}].due.same_day.then_by", reason)


def _in_order(earlier: StepTable, later: StepTable) -> bool:
    """Whether a step comes after another; minutes of two kinds tell only which are before the deadline."""
    if earlier.key == later.key:
        return earlier.span < later.span
    return (earlier.span > 0) - (earlier.span < 0) <= (later.span > 0) - (later.span < 0)


def _within_a_year(files: Files) -> Iterator[Problem]:
    """Few opening hours make many working minutes a promise for a time when nobody remembers it."""
    for key, minutes in _working(files):
        for practice in files.centre.practice:
            weekly = _weekly_minutes(practice)
            if abs(minutes) > WEEKS * weekly:
                reason = f"takes longer than a year at {practice.name}, which opens {weekly} minutes a week"
                yield files.problem(LADDERS, key, reason)


def _working(files: Files) -> Iterator[tuple[str, int]]:
    """All that is counted in opening time."""
    for n, ladder in enumerate(files.ladders.ladder):
        yield f"ladder[{n}].due.working_minutes", ladder.due.working_minutes or 0
        for m, step in enumerate(ladder.steps):
            yield f"ladder[{n}].steps[{m}].working_minutes", step.working_minutes or 0


def _weekly_minutes(practice: PracticeTable) -> int:
    openings = [opening for _, day in practice.open for opening in day]
    return sum((b.hour - a.hour) * 60 + b.minute - a.minute for a, b in openings)


def _told(files: Files, n: int, ladder: LadderTable) -> Iterator[Problem]:
    """Every practice needs the inboxes that a step tells: else an escalation would reach nobody."""
    kinds = _kinds(files)
    for m, step in enumerate(ladder.steps):
        for k, told in enumerate(step.tell):
            for practice in files.centre.practice:
                if told != OWN_INBOX and (practice.her_id, InboxKind(told)) not in kinds:
                    reason = f'{practice.name} has no inbox with kind = "{told}"'
                    yield files.problem(LADDERS, f"ladder[{n}].steps[{m}].tell[{k}]", reason)


def _kinds(files: Files) -> set[tuple[str, InboxKind]]:
    """Which practice has which kinds of inboxes."""
    return {(files.home(x.practice), x.kind) for x in files.centre.inbox}
