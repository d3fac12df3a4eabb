"""Who is who, from checked tables."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from hub.calendar import Hours, ShortDay, Slot
from hub.directory import (
    Absence,
    Directory,
    Inbox,
    InboxId,
    Municipality,
    Partner,
    Person,
    PersonId,
    Practice,
    Service,
)
from hub.message import HerId
from hub.registry import agreement, holiday
from hub.registry.files import Files
from hub.registry.shape import (
    WEEKDAYS,
    AbsenceTable,
    ClosedTable,
    InboxTable,
    PartnerServiceTable,
    PartnerTable,
    PersonTable,
    PracticeTable,
    ServiceTable,
    ShortTable,
    WeekTable,
)


def made(files: Files) -> Directory:
    """The directory without its patients."""
    own: dict[str, list[str]] = {}
    for x in files.centre.inbox:
        if x.owner is not None:
            own.setdefault(x.owner, []).append(x.id)
    return Directory(
        practices={HerId(p.her_id): _practice(files, p) for p in files.centre.practice},
        inboxes={InboxId(x.id): _inbox(files, x) for x in files.centre.inbox},
        people={PersonId(p.id): _person(files, p, own.get(p.id, [])) for p in files.centre.person},
        partners={HerId(p.her_id): _partner(p) for p in files.partners.partner},
        listings={},
        absences=tuple(map(_absence, files.centre.absence)),
        agreements=agreement.made(files),
        municipalities={HerId(m.her_id): Municipality(HerId(m.her_id), m.name) for m in files.centre.municipality},
    )


def _practice(files: Files, p: PracticeTable) -> Practice:
    services = [_service(s) for s in files.centre.service if files.home(s.practice) == p.her_id]
    doctors = [_doctor(x, x.her_id) for x in files.centre.person if x.her_id and files.home(x.practice) == p.her_id]
    return Practice(
        her_id=HerId(p.her_id),
        name=p.name,
        organisation_number=p.organisation_number,
        hours=hours(p),
        services={s.her_id: s for s in (*services, *doctors)},
        municipality=None if p.municipality is None else HerId(p.municipality),
    )


def _service(s: ServiceTable) -> Service:
    return Service(HerId(s.her_id), s.name, s.code, None if s.person is None else PersonId(s.person))


def _doctor(p: PersonTable, her_id: str) -> Service:
    """A person as a level-2 party (HIS 1153: only GPs are)."""
    return Service(HerId(her_id), p.name, person=PersonId(p.id))


def hours(p: PracticeTable, week: WeekTable | None = None) -> Hours:
    """When a practice is open, with its own closed and short days and the public holidays.

    With a `week` of its own a team has other hours on the days that are neither closed nor short. A day that is named
    by its date is as that says, whatever days of its sort are each year.
    """
    slots = (Slot(n, *opening) for n, day in enumerate(WEEKDAYS) for opening in getattr(week or p.open, day))
    local = {day: closed.name for closed in p.closed for day in days(closed)}
    wholly = {closed.on for closed in p.closed if closed.on}
    short = {
        day: ShortDay(x.name, tuple(x.open))
        for x in sorted(p.short, key=lambda x: x.on is not None)
        for day in days(x)
        if x.on or day not in wholly
    }
    return Hours(p.zone, tuple(slots), local | holiday.public(), short)


def days(x: ClosedTable | ShortTable) -> Iterator[date]:
    """The days that are so, in all years that there is a calendar for."""
    if x.on:
        yield x.on
    if x.every:
        yield from (date.fromisoformat(f"{year}-{x.every}") for year in holiday.YEARS)
    if x.before:
        yield from (day - timedelta(days=1) for day in holiday.days(x.before))
    if isinstance(x, ShortTable) and x.holiday:
        yield from holiday.days(x.holiday)


def _inbox(files: Files, x: InboxTable) -> Inbox:
    owner = None if x.owner is None else PersonId(x.owner)
    home = files.home(x.practice)
    own = next(hours(p, x.open) for p in files.centre.practice if p.her_id == home) if x.open else None
    ways = tuple(x.mail), tuple(x.webhook), x.alertmanager
    return Inbox(InboxId(x.id), x.name, x.kind, HerId(home), owner, own, *ways)


def _person(files: Files, p: PersonTable, own: Sequence[str]) -> Person:
    return Person(
        id=PersonId(p.id),
        name=p.name,
        role=p.role,
        profession=p.profession,
        practice=HerId(files.home(p.practice)),
        inboxes=tuple(InboxId(x) for x in dict.fromkeys((*own, *p.inboxes))),
        weekdays=frozenset(map(WEEKDAYS.index, p.weekdays)),
        substitute=None if p.substitute is None else PersonId(p.substitute),
        her_id=None if p.her_id is None else HerId(p.her_id),
        hpr=p.hpr,
        at_work=tuple(Slot(n, *hours) for n, day in enumerate(WEEKDAYS) for hours in getattr(p.at_work, day)),
        mail=p.mail or "",
        quiet=p.quiet,
    )


def _absence(a: AbsenceTable) -> Absence:
    substitute = None if a.substitute is None else PersonId(a.substitute)
    return Absence(PersonId(a.person), a.first, a.last, substitute, a.reason, a.hours)


def _partner(p: PartnerTable) -> Partner:
    services = {HerId(s.her_id): _offered(s) for s in p.service}
    part_of = None if p.part_of is None else HerId(p.part_of)
    return Partner(HerId(p.her_id), p.name, p.kind, services, p.channel, part_of, p.reconciliation)


def _offered(s: PartnerServiceTable) -> Service:
    return Service(HerId(s.her_id), s.name, s.code)
