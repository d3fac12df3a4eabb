"""Who is who, and who is here today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import NewType, TypeVar

from hub.agreement import Agreement, Agreements
from hub.calendar import END_OF_DAY, Hours, Slot
from hub.message import Code, HerId, Ident, Party, Unit

InboxId = NewType("InboxId", str)
PersonId = NewType("PersonId", str)

K = TypeVar("K")
V = TypeVar("V")

# Some hours of a day, from and to, in the practice's wall time.
Stretch = tuple[time, time]

MIDNIGHT = time.min

# What kind of identifier a HER-id is (9051).
HER = Code("HER", "HER-id", "2.16.578.1.12.4.1.1.9051")


class InboxKind(StrEnum):
    """What an inbox is for; routing and ladders name inboxes by it."""

    PERSONAL = "personal"  # one doctor's own
    PHT = "pht"  # a primary-health team's shared inbox
    COORDINATOR = "coordinator"  # overview, late items and the unplaced pile
    UNPLACED = "unplaced"  # that pile by itself, where a practice wants it apart from the coordinator's own
    CASE_HANDLER = "case_handler"  # NAV, certificates, child welfare, municipal applications
    DUTY = "duty"  # the doctor on duty
    MANAGER = "manager"  # threats, deviations, what broke
    OPERATIONS = "operations"  # is anything stuck, lost, silent or late
    TEST = "test"  # test messages: never care staff


class PartnerKind(StrEnum):
    """What kind of party sends to us."""

    HOSPITAL = "hospital"
    HOME_SERVICE = "home_service"
    SPECIALIST = "specialist"
    PUBLIC = "public"  # NAV, child welfare, the municipality's administration
    OTHER = "other"


class Channel(StrEnum):
    """How a partner gets what we send."""

    MAILBOX = "mailbox"  # it fetches it over HTTP
    AMQP = "amqp"  # the broker brings it to its queue


class Reconciling(StrEnum):
    """How a partner gets the daily list of what passed between us."""

    MAILBOX = "mailbox"  # it fetches it over HTTP


class Flag(StrEnum):
    """What the practice has marked about a patient."""

    MANAGEMENT = "management"  # threatening behaviour: met by management, not by the clinician
    PROTECTED = "protected"  # address protection
    INTERPRETER = "interpreter"


@dataclass(frozen=True, slots=True)
class Service:
    """A level-2 party of a practice: a service, or a GP (`person` is set)."""

    her_id: HerId
    name: str
    code: str = ""
    person: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Practice:
    """A GP centre: a level-1 party with its services, working hours and inboxes."""

    her_id: HerId
    name: str
    organisation_number: str
    hours: Hours
    services: Mapping[HerId, Service]
    municipality: HerId | None = None


@dataclass(frozen=True, slots=True)
class Municipality:
    """A party that practices of ours belong to; what it has agreed with a partner holds for all of them."""

    her_id: HerId
    name: str


# Whoever works in such an inbox plans who is here, and moves what lies with others.
PLANNING = frozenset({InboxKind.COORDINATOR, InboxKind.MANAGER})


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where items lie for one person or team, which may have other `hours` than its practice.

    `mail`, `webhooks` and `alertmanager` are the ways by which it is told beside the inbox.
    """

    id: InboxId
    name: str
    kind: InboxKind
    practice: HerId
    owner: PersonId | None = None
    hours: Hours | None = None
    mail: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    alertmanager: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here; `weekdays` are the days at work, Monday is 0.

    A day that has hours in `at_work` is one in part, the others are whole. In `quiet` hours, which may go beyond
    midnight, no mail comes.
    """

    id: PersonId
    name: str
    role: str
    profession: str
    practice: HerId
    inboxes: tuple[InboxId, ...]
    weekdays: frozenset[int] = frozenset(range(5))
    substitute: PersonId | None = None
    her_id: HerId | None = None
    hpr: str = ""
    at_work: tuple[Slot, ...] = ()
    mail: str = ""
    quiet: Stretch | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """A person is away from `first` to `last`, both included; `substitute` covers.

    With `hours` it is only between those times on each of the days.
    """

    person: PersonId
    first: date
    last: date
    substitute: PersonId | None = None
    reason: str = ""
    hours: Stretch | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A patient on a GP's list; `pht` is the team that owns them when they have municipal services."""

    national_id: str
    family_name: str
    given_name: str
    born: date
    practice: HerId
    gp: PersonId
    pht: InboxId | None = None
    services: tuple[str, ...] = ()
    flags: frozenset[Flag] = frozenset()
    language: str = "nb"


@dataclass(frozen=True, slots=True)
class Partner:
    """Anyone who sends to us or gets from us: a level-1 party and its level-2 services.

    Without a channel it gets everything the way that its own message came. One that is part of another, as a hospital
    is of its trust, has the other's agreements too. One without `reconciliation` has not asked for daily lists.
    """

    her_id: HerId
    name: str
    kind: PartnerKind
    services: Mapping[HerId, Service] = field(default_factory=dict)
    channel: Channel | None = None
    part_of: HerId | None = None
    reconciliation: Reconciling | None = None


def party(organisation: Practice | Partner, service: Service | None = None) -> Party:
    """Both levels of an address, as it stands in a message (HIS 1153)."""
    return Party(_unit(organisation), _unit(service) if service else None)


def _unit(x: Practice | Partner | Service) -> Unit:
    return Unit(x.name, (Ident(x.her_id, HER),))


@dataclass(frozen=True, slots=True)
class Cover:
    """Who stands in: the person who acts today, and the path in words that led to them; `away` were passed over."""

    person: PersonId | None
    path: tuple[str, ...] = ()
    away: tuple[PersonId, ...] = ()


@dataclass(frozen=True, slots=True)
class _Index:
    """Where each thing stands by what it is asked for, made once: every message asks many times."""

    practices: Mapping[HerId, Practice]
    partners: Mapping[HerId, Partner]
    personal: Mapping[PersonId, Inbox]
    first: Mapping[tuple[InboxKind, HerId], Inbox]
    members: Mapping[InboxId, tuple[PersonId, ...]]
    absences: Mapping[PersonId, tuple[Absence, ...]]
    weeks: Mapping[PersonId, tuple[tuple[Stretch, ...], ...]]


@dataclass(frozen=True, slots=True)
class Directory:
    """All of it, as one value that never changes; a reload makes a new one."""

    practices: Mapping[HerId, Practice]
    inboxes: Mapping[InboxId, Inbox]
    people: Mapping[PersonId, Person]
    partners: Mapping[HerId, Partner]
    listings: Mapping[str, Listing]
    absences: tuple[Absence, ...] = ()
    agreements: Agreements = field(default_factory=Agreements)
    municipalities: Mapping[HerId, Municipality] = field(default_factory=dict)
    _index: _Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", _indexed(self))

    def practice_of(self, level_1: HerId | None, level_2: HerId | None) -> Practice | None:
        """The practice a receiver's two HER-ids point at; either level is enough to know it is ours."""
        if level_1 is not None and level_1 in self.practices:
            return self.practices[level_1]
        return None if level_2 is None else self._index.practices.get(level_2)

    def partner_of(self, level_1: HerId | None, level_2: HerId | None) -> Partner | None:
        """The partner a sender's HER-ids point at, or None for a stranger."""
        if level_1 is not None and level_1 in self.partners:
            return self.partners[level_1]
        return None if level_2 is None else self._index.partners.get(level_2)

    def agreed(self, practice: HerId, level_1: HerId | None, level_2: HerId | None, day: date) -> tuple[Agreement, ...]:
        """What a practice and a sender have agreed that holds on a day, in the order of the topics."""
        partner = self.partner_of(level_1, level_2)
        return self.agreements.on(day, practice, partner.her_id) if partner else ()

    def first(self, kind: InboxKind, practice: HerId) -> Inbox | None:
        """The practice's first inbox of a kind, in the order of the file."""
        return self._index.first.get((kind, practice))

    def pile(self, practice: HerId) -> Inbox:
        """Where all falls for which nobody else is found: the unplaced pile, else the coordinator's inbox.

        Every practice has one of them, or its directory is never loaded.
        """
        found = self.first(InboxKind.UNPLACED, practice) or self.first(InboxKind.COORDINATOR, practice)
        assert found is not None, "a directory without a coordinator is never loaded"
        return found

    def hours_at(self, practice: HerId) -> tuple[Hours, ...]:
        """The hours of a practice, and of every inbox there that has its own, in the order of the files."""
        own = (x.hours for x in self.inboxes.values() if x.hours and x.practice == practice)
        return (self.practices[practice].hours, *own)

    def hours(self, inbox: InboxId) -> Hours:
        """When an inbox is open: by its own hours, else its practice's; one that is gone had the first practice's."""
        found = self.inboxes.get(inbox)
        practice = self.practices[found.practice] if found else next(iter(self.practices.values()))
        return (found and found.hours) or practice.hours

    def personal(self, person: PersonId) -> Inbox | None:
        """A person's own inbox, or None."""
        return self._index.personal.get(person)

    def members(self, inbox: InboxId) -> tuple[PersonId, ...]:
        """Who works in an inbox, in the order of the file."""
        return self._index.members.get(inbox, ())

    def planned(self, person: Person) -> frozenset[HerId]:
        """The practices of which somebody is coordinator or manager."""
        inboxes = (self.inboxes[id] for id in person.inboxes if id in self.inboxes)
        return frozenset(inbox.practice for inbox in inboxes if inbox.kind in PLANNING)

    def plans(self, person: Person, inbox: InboxId) -> bool:
        """Whether somebody is coordinator or manager where an inbox is."""
        return inbox in self.inboxes and self.inboxes[inbox].practice in self.planned(person)

    def staffed(self, inbox: InboxId, day: date, clock: time = MIDNIGHT) -> bool:
        """Whether anybody who works in an inbox is at work on a day, at some time after `clock`."""
        # A plain loop: it is asked for with every message, and a generator costs more than the answer.
        for person in self.members(inbox):  # noqa: SIM110
            if self.present(person, day, clock):
                return True
        return False

    def absence(self, person: PersonId, day: date) -> Absence | None:
        """The absence that a day is in, or None; one for the whole day before one for some hours."""
        found = [a for a in self._index.absences.get(person, ()) if a.first <= day <= a.last]
        return next((a for a in found if a.hours is None), found[0] if found else None)

    def at_work(self, person: PersonId, day: date) -> tuple[Stretch, ...]:
        """The hours in which a person is at work on a day, by weekly pattern and absences."""
        left = self._index.weeks[person][day.weekday()]
        for away in self._index.absences.get(person, ()):
            if away.first <= day <= away.last:
                left = _without(left, away.hours) if away.hours else ()
        return left

    def present(self, person: PersonId, day: date, clock: time = MIDNIGHT) -> bool:
        """Whether a person is at work on a day, at some time after `clock`."""
        left = self.at_work(person, day)
        return bool(left) and left[-1][1] > clock

    def cover(self, person: PersonId, day: date, clock: time = MIDNIGHT) -> Cover:
        """Who acts for a person on a day: themselves, else substitutes in turn; a loop ends at nobody.

        Whoever is at work at some time after `clock` acts.
        """
        path: list[str] = []
        passed: list[PersonId] = []
        while person not in passed and person in self.people:
            if self.present(person, day, clock):
                return Cover(person, tuple(path), tuple(passed))
            passed.append(person)
            away, known = self.absence(person, day), self.people[person]
            substitute = (away and away.substitute) or known.substitute
            why = f"{known.name}: {_why(known, away, day)}"
            if substitute is None:
                return Cover(None, (*path, f"{why}, no substitute"), tuple(passed))
            path.append(why)
            person = substitute
        return Cover(None, (*path, "the substitutes form a loop"), tuple(passed))


def _why(person: Person, away: Absence | None, day: date) -> str:
    """Why somebody is not at work, in words."""
    if away:
        return away.reason or "away"
    return "gone for the day" if day.weekday() in person.weekdays else "day off"


def _indexed(d: Directory) -> _Index:
    """Of what stands twice the first counts, in the order of the file."""
    inboxes = [*d.inboxes.values()][::-1]
    return _Index(
        practices={id: p for p in [*d.practices.values()][::-1] for id in (p.her_id, *p.services)},
        partners={id: p for p in [*d.partners.values()][::-1] for id in p.services},
        personal={x.owner: x for x in inboxes if x.owner},
        first={(x.kind, x.practice): x for x in inboxes},
        members=_gathered((inbox, p.id) for p in d.people.values() for inbox in p.inboxes),
        absences=_gathered((a.person, a) for a in d.absences),
        weeks={p.id: _week(p, d.practices.get(p.practice)) for p in d.people.values()},
    )


def _gathered(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _week(person: Person, practice: Practice | None) -> tuple[tuple[Stretch, ...], ...]:
    """A person's hours on each weekday; a whole day is as long as the practice is open."""
    slots = practice.hours.slots if practice else ()
    days = (_hours(person.at_work, day) or _whole(_hours(slots, day)) for day in range(7))
    return tuple(hours if day in person.weekdays else () for day, hours in enumerate(days))


def _hours(slots: Iterable[Slot], day: int) -> tuple[Stretch, ...]:
    return tuple(sorted((s.opens, s.closes) for s in slots if s.weekday == day))


def _whole(openings: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    return ((openings[0][0], openings[-1][1]),) if openings else ((time.min, END_OF_DAY),)


def _without(stretches: tuple[Stretch, ...], hours: Stretch) -> tuple[Stretch, ...]:
    """What is left of some stretches when somebody is away for some hours."""
    away, back = hours
    parts = ((a, b) for begins, ends in stretches for a, b in ((begins, min(ends, away)), (max(begins, back), ends)))
    return tuple((a, b) for a, b in parts if a < b)
