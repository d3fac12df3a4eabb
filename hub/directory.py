"""Who is who, and who is here today."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NewType

from hub.calendar import Hours
from hub.message import HerId

InboxId = NewType("InboxId", str)
PersonId = NewType("PersonId", str)


class InboxKind(StrEnum):
    """What an inbox is for; routing and ladders name inboxes by it."""

    PERSONAL = "personal"  # one doctor's own
    PHT = "pht"  # a primary-health team's shared inbox
    COORDINATOR = "coordinator"  # overview, late items and the unplaced pile
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


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where items lie for one person or team."""

    id: InboxId
    name: str
    kind: InboxKind
    practice: HerId
    owner: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here; `weekdays` are the days at work, Monday is 0."""

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


@dataclass(frozen=True, slots=True)
class Absence:
    """A person is away from `first` to `last`, both included; `substitute` covers."""

    person: PersonId
    first: date
    last: date
    substitute: PersonId | None = None
    reason: str = ""


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

    Without a channel it gets everything the way that its own message came.
    """

    her_id: HerId
    name: str
    kind: PartnerKind
    services: Mapping[HerId, Service] = field(default_factory=dict)
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two parties have promised each other: messages from `partner` follow `ladder`."""

    name: str
    partner: HerId
    ladder: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """Who stands in: the person who acts today, and the path in words that led to them."""

    person: PersonId | None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """All of it, as one value that never changes; a reload makes a new one."""

    practices: Mapping[HerId, Practice]
    inboxes: Mapping[InboxId, Inbox]
    people: Mapping[PersonId, Person]
    partners: Mapping[HerId, Partner]
    listings: Mapping[str, Listing]
    absences: tuple[Absence, ...] = ()
    agreements: tuple[Agreement, ...] = ()

    def practice_of(self, level_1: HerId | None, level_2: HerId | None) -> Practice | None:
        """The practice a receiver's two HER-ids point at; either level is enough to know it is ours."""
        if level_1 is not None and level_1 in self.practices:
            return self.practices[level_1]
        return next((p for p in self.practices.values() if level_2 in p.services or level_2 == p.her_id), None)

    def partner_of(self, level_1: HerId | None, level_2: HerId | None) -> Partner | None:
        """The partner a sender's HER-ids point at, or None for a stranger."""
        if level_1 is not None and level_1 in self.partners:
            return self.partners[level_1]
        return next((p for p in self.partners.values() if level_2 in p.services), None)

    def first(self, kind: InboxKind, practice: HerId) -> Inbox | None:
        """The practice's first inbox of a kind, in the order of the file."""
        return next((i for i in self.inboxes.values() if i.kind is kind and i.practice == practice), None)

    def personal(self, person: PersonId) -> Inbox | None:
        """A person's own inbox, or None."""
        return next((i for i in self.inboxes.values() if i.owner == person), None)

    def absence(self, person: PersonId, day: date) -> Absence | None:
        """The absence that covers a day, or None."""
        return next((a for a in self.absences if a.person == person and a.first <= day <= a.last), None)

    def present(self, person: PersonId, day: date) -> bool:
        """Whether a person is at work on a day, by weekly pattern and absences."""
        known = self.people[person]
        return day.weekday() in known.weekdays and self.absence(person, day) is None

    def cover(self, person: PersonId, day: date) -> Cover:
        """Who acts for a person on a day: themselves, else substitutes in turn; a loop ends at nobody."""
        path: list[str] = []
        seen: set[PersonId] = set()
        while person not in seen and person in self.people:
            if self.present(person, day):
                return Cover(person, tuple(path))
            seen.add(person)
            away = self.absence(person, day)
            substitute = (away and away.substitute) or self.people[person].substitute
            why = away.reason or "away" if away else "day off"
            if substitute is None:
                return Cover(None, (*path, f"{self.people[person].name}: {why}, no substitute"))
            path.append(f"{self.people[person].name}: {why}")
            person = substitute
        return Cover(None, (*path, "the substitutes form a loop"))
