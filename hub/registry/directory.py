"""Who is who, from checked tables."""

from collections.abc import Iterator
from datetime import date

from hub.calendar import Hours, Slot
from hub.directory import Absence, Agreement, Directory, Inbox, InboxId, Partner, Person, PersonId, Practice, Service
from hub.message import HerId
from hub.registry import holiday
from hub.registry.files import Files
from hub.registry.shape import (
    WEEKDAYS,
    AbsenceTable,
    AgreementTable,
    ClosedTable,
    InboxTable,
    PartnerServiceTable,
    PartnerTable,
    PersonTable,
    PracticeTable,
    ServiceTable,
)


def made(files: Files) -> Directory:
    """The directory without its patients."""
    return Directory(
        practices={HerId(p.her_id): _practice(files, p) for p in files.centre.practice},
        inboxes={InboxId(x.id): _inbox(files, x) for x in files.centre.inbox},
        people={PersonId(p.id): _person(files, p) for p in files.centre.person},
        partners={HerId(p.her_id): _partner(p) for p in files.partners.partner},
        listings={},
        absences=tuple(map(_absence, files.centre.absence)),
        agreements=tuple(map(_agreement, files.partners.agreement)),
    )


def _practice(files: Files, p: PracticeTable) -> Practice:
    services = [_service(s) for s in files.centre.service if files.home(s.practice) == p.her_id]
    doctors = [_doctor(x, x.her_id) for x in files.centre.person if x.her_id and files.home(x.practice) == p.her_id]
    return Practice(
        HerId(p.her_id), p.name, p.organisation_number, hours(p), {s.her_id: s for s in (*services, *doctors)}
    )


def _service(s: ServiceTable) -> Service:
    return Service(HerId(s.her_id), s.name, s.code, None if s.person is None else PersonId(s.person))


def _doctor(p: PersonTable, her_id: str) -> Service:
    """A person as a level-2 party (HIS 1153: only GPs are)."""
    return Service(HerId(her_id), p.name, person=PersonId(p.id))


def hours(p: PracticeTable) -> Hours:
    """When a practice is open, with its own closed days and the public holidays."""
    slots = (Slot(n, *opening) for n, day in enumerate(WEEKDAYS) for opening in getattr(p.open, day))
    local = {day: closed.name for closed in p.closed for day in _days(closed)}
    return Hours(p.zone, tuple(slots), local | holiday.public())


def _days(closed: ClosedTable) -> Iterator[date]:
    if closed.on:
        yield closed.on
    if closed.every:
        yield from (date.fromisoformat(f"{year}-{closed.every}") for year in holiday.YEARS)


def _inbox(files: Files, x: InboxTable) -> Inbox:
    owner = None if x.owner is None else PersonId(x.owner)
    return Inbox(InboxId(x.id), x.name, x.kind, HerId(files.home(x.practice)), owner)


def _person(files: Files, p: PersonTable) -> Person:
    own = (x.id for x in files.centre.inbox if x.owner == p.id)
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
    )


def _absence(a: AbsenceTable) -> Absence:
    substitute = None if a.substitute is None else PersonId(a.substitute)
    return Absence(PersonId(a.person), a.first, a.last, substitute, a.reason)


def _partner(p: PartnerTable) -> Partner:
    return Partner(HerId(p.her_id), p.name, p.kind, {HerId(s.her_id): _offered(s) for s in p.service}, p.channel)


def _offered(s: PartnerServiceTable) -> Service:
    return Service(HerId(s.her_id), s.name, s.code)


def _agreement(a: AgreementTable) -> Agreement:
    return Agreement(a.name, HerId(a.partner), a.ladder, tuple(a.kinds))
