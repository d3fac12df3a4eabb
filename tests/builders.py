"""Words with defaults, for tests: say only what the test is about."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from hub.calendar import Hours, Slot
from hub.deadline import Ladder, SameDay, Step
from hub.directory import (
    Absence,
    Directory,
    Inbox,
    InboxId,
    InboxKind,
    Listing,
    Partner,
    PartnerKind,
    Person,
    PersonId,
    Practice,
    Service,
)
from hub.intake import Order
from hub.message import (
    Code,
    Envelope,
    HerId,
    Ident,
    Kind,
    Message,
    MessageId,
    Part,
    Party,
    Patient,
    Receiver,
    Unit,
)
from hub.route import Rule, When
from hub.transport import Origin

# A Tuesday far from any holiday, 09:00 in Oslo.
TUESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
# What a broker tells of a message that comes in order.
ORIGIN = Origin(
    id="id-1",
    label="DIALOG_HELSEFAGLIG",
    reply_to="201_async",
    content_type="application/xml",
    from_her_id="201",
    to_her_id="101",
    sent="2026-11-24T08:59:00+01:00",
)
WEDNESDAY = date(2026, 11, 25)
OURS, PARTNER = HerId("100"), HerId("200")
CENTRE, GP_SERVICE = HerId("101"), HerId("102")


def msg_id(n: int) -> MessageId:
    """The n-th message id."""
    return MessageId(str(UUID(int=n)))


def her(number: str) -> Ident:
    """A HER-id."""
    return Ident(number, Code("HER", "HER-id", "2.16.578.1.12.4.1.1.9051"))


def party(level_1: str, level_2: str | None, name: str = "Somebody") -> Party:
    """A party at both levels."""
    department = Unit(f"{name}'s service", (her(level_2),)) if level_2 else None
    return Party(Unit(name, (her(level_1),)), department)


def envelope(n: int = 1, **changes: Any) -> Envelope:
    """An envelope from the partner's home service to our centre."""
    values: dict[str, Any] = {
        "msg_id": msg_id(n),
        "type": Code("DIALOG_HELSEFAGLIG", "Helsefaglig dialog"),
        "gen_date": "2026-11-24T08:59:00+01:00",
        "generated": TUESDAY,
        "sender": party(PARTNER, "201", "Home service"),
        "receivers": (Receiver(party(OURS, CENTRE, "Centre")),),
    }
    return Envelope(**values | changes)


def message(n: int = 1, **changes: Any) -> Message:
    """A professional dialogue about a listed patient."""
    values: dict[str, Any] = {
        "envelope": envelope(n),
        "kind": Kind.DIALOGUE,
        "patient": patient("1"),
        "parts": (Part(Code("6", "Henvendelse om pasient", "2.16.578.1.12.4.1.1.7322"), "Blodtrykk", "180/100"),),
    }
    values |= changes
    said = (word for part in values["parts"] for word in (part.subject, part.text))
    return Message(**{"words": "\n".join(said).casefold(), **values})


def patient(number: str) -> Patient:
    """A patient with a national identity number."""
    return Patient("Nordmann", "", "Kari", date(1940, 1, 2), "2", (Ident(number, Code("FNR", "", "8116")),))


def hours(*closed: date) -> Hours:
    """Open 08-16 from Monday to Friday in Oslo."""
    slots = tuple(Slot(day, time(8), time(16)) for day in range(5))
    return Hours("Europe/Oslo", slots, dict.fromkeys(closed, "closed"))


def person(id: str, **changes: Any) -> Person:
    """Somebody at work every weekday, with a personal inbox of the same id."""
    values: dict[str, Any] = {
        "id": PersonId(id),
        "name": id.title(),
        "role": "fastlege",
        "profession": "LE",
        "practice": OURS,
        "inboxes": (InboxId(id),),
    }
    return Person(**values | changes)


def inbox(id: str, kind: InboxKind = InboxKind.PERSONAL, owner: str | None = None) -> Inbox:
    """An inbox of the practice."""
    return Inbox(InboxId(id), id, kind, OURS, PersonId(owner) if owner else None)


TEAM = (InboxId("team"), InboxId("coordinator"))
NURSE = person("nurse", role="sykepleier", profession="SP", inboxes=TEAM)
OTHER_NURSE = person("other", role="sykepleier", profession="SP", inboxes=TEAM)


def directory(people: tuple[Person, ...] = (), absences: tuple[Absence, ...] = (), **changes: Any) -> Directory:
    """A practice with two GPs who stand in for each other, a team, and the inboxes that ladders tell."""
    everybody = people or (
        person("berg", substitute=PersonId("dahl"), weekdays=frozenset({0, 1, 3, 4})),
        person("dahl", substitute=PersonId("berg")),
        NURSE,
        OTHER_NURSE,
    )
    inboxes = (
        inbox("team", InboxKind.PHT),
        inbox("coordinator", InboxKind.COORDINATOR),
        inbox("duty", InboxKind.DUTY),
        inbox("manager", InboxKind.MANAGER),
        inbox("operations", InboxKind.OPERATIONS),
        *(inbox(p.id, owner=p.id) for p in everybody if InboxId(p.id) in p.inboxes),
    )
    services = {CENTRE: Service(CENTRE, "Centre"), GP_SERVICE: Service(GP_SERVICE, "Dahl", person=PersonId("dahl"))}
    home = Partner(PARTNER, "Home service", PartnerKind.HOME_SERVICE, {HerId("201"): Service(HerId("201"), "Nursing")})
    values: dict[str, Any] = {
        "practices": {OURS: Practice(OURS, "Centre", "999", hours(), services)},
        "inboxes": {i.id: i for i in inboxes},
        "people": {p.id: p for p in everybody},
        "partners": {home.her_id: home},
        "listings": {"1": listing("1", pht="team"), "2": listing("2")},
        "absences": absences,
    }
    return Directory(**values | changes)


def listing(number: str, gp: str = "berg", pht: str | None = None, **changes: Any) -> Listing:
    """A patient on a GP's list."""
    team = InboxId(pht) if pht else None
    return Listing(number, "Nordmann", "Kari", date(1940, 1, 2), OURS, PersonId(gp), team, **changes)


RULES = (
    Rule("team patients", "pht", When(pht=True), copies=("gp",)),
    Rule("the patient's GP", "gp"),
)

LADDER = Ladder(
    "same day",
    "svar samme dag",
    SameDay(time(15), time(10)),
    (
        Step(-60, ("inbox",)),
        Step(0, ("coordinator",)),
        Step(30, ("duty",)),
        Step(90, ("manager", "operations")),
    ),
)


def order(**changes: Any) -> Order:
    """The directory, rules and ladder of these builders."""
    values: dict[str, Any] = {"directory": directory(), "rules": RULES, "ladders": (LADDER,)}
    return Order(**values | changes)
