"""The tables of each file and their keys. Only shapes: what points at what is checked by `references`."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.message import Kind
from hub.registry.field import (
    AChannel,
    AFlag,
    AKind,
    AnInboxKind,
    APartnerKind,
    AReconciling,
    Argon2id,
    Clock,
    EveryYear,
    HerIdText,
    Holiday,
    Hpr,
    Language,
    Mail,
    Name,
    OneOrMore,
    Opening,
    Openings,
    OrganisationNumber,
    Parties,
    Profession,
    Quiet,
    ServiceCode,
    Sha256,
    TemplateText,
    Text,
    Theme,
    Way,
    Weekday,
    Zone,
    between,
)

# Weekdays as the files write them; the place in the row is the number, Monday is 0.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# What nobody means to promise is a slip of the pen: more than a year, or a step more than 30 days from the due time.
MOST_HOURS = 8_760
MOST_WORKING_MINUTES = 100_000
MOST_STEP_MINUTES = 43_200


class Table(BaseModel):
    """A TOML table: no key but its own, no value of another type, and errors never quote a value."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class WeekTable(Table):
    """Openings on each weekday; a day that is left out is closed."""

    mon: Openings = []
    tue: Openings = []
    wed: Openings = []
    thu: Openings = []
    fri: Openings = []
    sat: Openings = []
    sun: Openings = []

    @model_validator(mode="after")
    def _ever_open(self) -> Self:
        if not any(openings for _, openings in self):
            raise ValueError('must open on some day, such as mon = ["08:00-16:00"]')
        return self


class ClosedTable(Table):
    """A local closed day: `on` one date, `every` year on a month and day, or the day `before` a public holiday."""

    name: Text
    on: date | None = None
    every: EveryYear | None = None
    before: Holiday | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(x is not None for x in (self.on, self.every, self.before)) != 1:
            raise ValueError('must have one of on = 2026-05-15, every = "12-24" or before = "Skjærtorsdag"')
        return self


class ShortTable(Table):
    """A day that is open otherwise than its weekday; also a public `holiday` that is not closed all day."""

    name: Text
    open: OneOrMore
    on: date | None = None
    every: EveryYear | None = None
    before: Holiday | None = None
    holiday: Holiday | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(x is not None for x in (self.on, self.every, self.before, self.holiday)) != 1:
            ways = 'on = 2026-05-15, every = "12-24", before = "Skjærtorsdag" or holiday = "Skjærtorsdag"'
            raise ValueError(f"must have one of {ways}")
        if not self.open:
            raise ValueError('must open, such as open = "08:00-12:00"; a day that does not is [[practice.closed]]')
        return self


class MunicipalityTable(Table):
    """A municipality that practices belong to; a home service of its own has the same HER-id among the partners."""

    her_id: HerIdText
    name: Text


class PracticeTable(Table):
    """A GP centre."""

    her_id: HerIdText
    name: Text
    organisation_number: OrganisationNumber
    zone: Zone = "Europe/Oslo"
    municipality: str | None = None
    open: WeekTable
    closed: list[ClosedTable] = []
    short: list[ShortTable] = []


class ServiceTable(Table):
    """A level-2 party of a practice; `practice` may be left out when there is only one."""

    her_id: HerIdText
    name: Text
    code: ServiceCode = ""
    person: str | None = None
    practice: str | None = None


class InboxTable(Table):
    """Where items lie, and by what it is told beside the inbox."""

    id: Name
    name: Text
    kind: AnInboxKind
    owner: str | None = None
    practice: str | None = None
    open: WeekTable | None = None
    mail: list[Mail] = []
    webhook: list[Name] = []
    alertmanager: bool = False


class HoursTable(Table):
    """Somebody's hours on days on which they are at work in part only."""

    mon: OneOrMore = []
    tue: OneOrMore = []
    wed: OneOrMore = []
    thu: OneOrMore = []
    fri: OneOrMore = []
    sat: OneOrMore = []
    sun: OneOrMore = []


class PersonTable(Table):
    """Somebody who works here; one with a HER-id is a level-2 party too."""

    id: Name
    name: Text
    role: Text
    profession: Profession = ""
    inboxes: list[str] = []
    weekdays: list[Weekday] = ["mon", "tue", "wed", "thu", "fri"]
    at_work: HoursTable = HoursTable()
    substitute: str | None = None
    her_id: HerIdText | None = None
    hpr: Hpr = ""
    practice: str | None = None
    mail: Mail | None = None
    quiet: Quiet | None = None


class AbsenceTable(Table):
    """A person is away from a day to a day, both included; with `hours` between those times on each of them."""

    person: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    hours: Opening | None = None
    substitute: str | None = None
    reason: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("must not end before it begins")
        return self


class Centre(Table):
    """centre.toml."""

    municipality: list[MunicipalityTable] = []
    practice: list[PracticeTable] = Field(min_length=1)
    service: list[ServiceTable] = []
    inbox: list[InboxTable]
    person: list[PersonTable]
    absence: list[AbsenceTable] = []


class PartnerServiceTable(Table):
    """A level-2 party of a partner."""

    her_id: HerIdText
    name: Text
    code: ServiceCode = ""


class PartnerTable(Table):
    """Anyone who sends to us or gets from us."""

    her_id: HerIdText
    name: Text
    kind: APartnerKind
    channel: AChannel | None = None
    part_of: str | None = None
    reconciliation: AReconciling | None = None
    service: list[PartnerServiceTable] = []


class Partners(Table):
    """partners.toml."""

    partner: list[PartnerTable] = []


class TopicTable(Table):
    """What agreements are made about, and what it is called; a language that is left out gets bokmål."""

    key: Name
    nb: Text
    en: Text | None = None
    se: Text | None = None


class TopicsFile(Table):
    """topics.toml."""

    topic: list[TopicTable] = []


class ContactTable(Table):
    """Whom to ask about an agreement."""

    text: Text
    phone: str = ""


class TaskTable(Table):
    """Who does what."""

    who: Text
    what: Text


class AgreementTable(Table):
    """What a practice or a municipality of ours and a partner have promised each other about a topic."""

    name: Text
    between: Parties
    topic: str
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    language: Language | None = None
    deadlines: dict[str, str] = {}
    contact: ContactTable | None = None
    tasks: list[TaskTable] = []
    tell_partner: list[Literal["received", "late"]] = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last and self.last < self.first:
            raise ValueError("must not end before it begins")
        return self


class AgreementsFile(Table):
    """agreements.toml."""

    agreement: list[AgreementTable] = []


class TemplateTable(Table):
    """An answer that is written again and again, for some inboxes or all."""

    name: Text
    text: TemplateText
    inboxes: list[str] = []


class TemplatesFile(Table):
    """templates.toml, which a folder may do without."""

    template: list[TemplateTable] = []


class WhenTable(Table):
    """The conditions of a rule or a ladder, with the keys of `route.When`."""

    kinds: list[AKind] = []
    types: list[Text] = []
    themes: list[Theme] = []
    receivers: list[HerIdText] = []
    senders: list[HerIdText] = []
    sender_kinds: list[APartnerKind] = []
    wanted_roles: list[Text] = []
    professions: list[Profession] = []
    services: list[Text] = []
    flags: list[AFlag] = []
    agreements: list[str] = []
    words: list[Text] = []
    pht: bool | None = None
    attachments: bool | None = None
    test: bool | None = None
    information: bool | None = None


class RuleTable(Table):
    """One line of the routing table."""

    name: Text
    to: str
    when: WhenTable = WhenTable()
    copies: list[str] = []


class Routes(Table):
    """routes.toml."""

    rule: list[RuleTable] = Field(min_length=1)


class SameDayTable(Table):
    """Due at closing time, or the next working day for what comes late."""

    cut_off: Clock
    then_by: Clock


class DueTable(Table):
    """How a due time is found: exactly one of three ways."""

    same_day: SameDayTable | None = None
    working_minutes: Annotated[int, between(1, MOST_WORKING_MINUTES)] | None = None
    elapsed_hours: Annotated[int, between(1, MOST_HOURS)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(way is not None for _, way in self) != 1:
            raise ValueError(
                'must be one of { same_day = { cut_off = "15:00", then_by = "10:00" } },'
                " { working_minutes = 120 } and { elapsed_hours = 72 }"
            )
        return self


class StepTable(Table):
    """One rung of a ladder, by the clock or in opening time."""

    minutes: Annotated[int, between(-MOST_STEP_MINUTES, MOST_STEP_MINUTES)] | None = None
    working_minutes: Annotated[int, between(-MOST_STEP_MINUTES, MOST_STEP_MINUTES)] | None = None
    tell: list[str] = Field(min_length=1)
    through: list[Way] = []
    owner: Literal["add", "move"] = "add"

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.minutes is None) == (self.working_minutes is None):
            raise ValueError("must have one of minutes = 30 and working_minutes = 30")
        return self

    @property
    def span(self) -> int:
        """How many minutes of either kind."""
        return self.minutes if self.minutes is not None else self.working_minutes or 0

    @property
    def key(self) -> str:
        """By which key they are written."""
        return "minutes" if self.minutes is not None else "working_minutes"


class LadderTable(Table):
    """The promise for some messages."""

    name: Text
    promise: Text
    due: DueTable
    steps: list[StepTable] = []
    urgent: bool = False
    follow_up: bool = False
    when: WhenTable = WhenTable()


class Ladders(Table):
    """ladders.toml."""

    ladder: list[LadderTable] = Field(min_length=1)


class PersonAccountTable(Table):
    """A person's sign-in."""

    username: Name
    person: str
    password_hash: Argon2id


class SystemAccountTable(Table):
    """A system's key."""

    name: Name
    key_sha256: Sha256
    her_ids: list[str] = Field(min_length=1)


class AccountsFile(Table):
    """accounts.toml."""

    person: list[PersonAccountTable] = []
    system: list[SystemAccountTable] = []


class ExampleTable(Table):
    """A message in a few words, and where it is to lie; what is left out is as most messages have it."""

    name: Text
    to: str
    kind: AKind = Kind.DIALOGUE
    type: Text = "DIALOG_HELSEFAGLIG"
    themes: list[Theme] = []
    sender: HerIdText | None = None
    receiver: HerIdText | None = None
    wanted_roles: list[Text] = []
    professions: list[Profession] = []
    patient: str = ""
    text: str = ""
    attachments: bool = False
    test: bool = False
    on: date | None = None
    rule: str | None = None
    copies: list[str] | None = None


class Examples(Table):
    """examples.toml."""

    example: list[ExampleTable] = Field(min_length=1)
