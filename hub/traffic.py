"""Traffic as it is counted: what a partner sent in each hour, what is usual, what is not, and the words for it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.message import Kind

# From how far back it is learned what is usual.
WEEKS = 8

WEEKDAYS = {
    "nb": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
KINDS = {
    Kind.REQUEST: ("forespørsler", "requests"),
    Kind.ANSWER: ("svar", "answers"),
    Kind.NOTE: ("notater", "notes"),
    Kind.DIALOGUE: ("dialogmeldinger", "dialogue messages"),
    Kind.DEVIATION: ("avviksmeldinger", "returned messages"),
    Kind.REFERRAL_STATUS: ("statusmeldinger om henvisning", "referral statuses"),
    Kind.DISCHARGE_SUMMARY: ("epikriser", "discharge summaries"),
    Kind.ADMITTED: ("meldinger om innlagt pasient", "notices of admission"),
    Kind.READY: ("meldinger om utskrivningsklar pasient", "notices of patients ready for discharge"),
    Kind.NOT_READY: ("avmeldinger av utskrivningsklar pasient", "notices of patients not ready after all"),
    Kind.DISCHARGED: ("meldinger om utskrevet pasient", "notices of discharge"),
    Kind.DEATH: ("meldinger om dødsfall", "notices of death"),
    Kind.ADMISSION_REPORT: ("innleggelsesrapporter", "admission reports"),
    Kind.EARLY_NOTICE: ("tidligmeldinger", "early notices"),
    Kind.TO_DOCTOR: ("helseopplysninger til lege", "reports to the doctor"),
    Kind.SERVICES: ("orienteringer om tjenestetilbud", "notices of services"),
    Kind.MEDICAL: ("medisinske opplysninger", "medical reports"),
    Kind.DISCHARGE_REPORT: ("utskrivningsrapporter", "discharge reports"),
    Kind.ABSENCE: ("fraværsmeldinger", "notices of absence"),
}
_OTHER = ("andre meldinger", "other messages")
_KNOWN = frozenset(Kind)


class Strange(StrEnum):
    """What may be unusual about what a partner sends."""

    SILENT = "silent"  # much less than on like days
    FLOOD = "flood"  # far more than on any day: something sends in a loop


@dataclass(frozen=True, slots=True)
class Counted:
    """How many messages of a kind a sender sent in the hour that began then; accepted ones, and no tests."""

    sender: str
    kind: str
    hour: datetime
    messages: int


@dataclass(frozen=True, slots=True)
class Usual:
    """How many there are by an hour of the day on nearly all of so many like days.

    These have the same weekday, or are all `pooled` where there are too few of one.
    """

    low: int
    high: int
    typical: float
    days: int
    pooled: bool


@dataclass(frozen=True, slots=True)
class Unusual:
    """What was strange about a partner's messages of a kind on a day, as it was when it was found.

    `name` is what the partner is called, `hour` by which full hour of the practice's day there had to be more, and
    `came` how many there were.
    """

    what: Strange
    sender: str
    name: str
    kind: str
    day: date
    at: datetime
    hour: int
    came: int
    usual: Usual


def explain(x: Unusual, language: str) -> str:
    """What is strange, what that rests on, and what to do, in bokmål (nb) or English (en)."""
    return f"{what(x, language)} {what_to_do(x, language)}"


def what(x: Unusual, language: str) -> str:
    """What is strange and what that rests on."""
    who, kind, rests = f"{x.name} ({x.sender})", named(x.kind, language), _rests(x, language)
    span = f"{x.usual.low}–{x.usual.high}" if x.usual.low < x.usual.high else f"{x.usual.low}"
    if x.what is Strange.FLOOD:
        if language == "nb":
            return f"{who} har sendt {x.came} {kind} i dag, mot {span} på en vanlig dag. {rests}"
        return f"{who} has sent {x.came} {kind} today, against {span} on a usual day. {rests}"
    day = WEEKDAYS[language][x.day.weekday()]
    if language == "nb":
        on = "" if x.usual.pooled else f" på en {day}"
        return (
            f"{who} sender vanligvis {span} {kind} innen kl. {x.hour:02}{on}; {x.day:%d.%m.} var det {x.came}. {rests}"
        )
    on = "" if x.usual.pooled else f" on a {day}"
    date = f"{x.day.day} {_MONTHS[x.day.month - 1]}"
    return f"{who} usually sends {span} {kind} by {x.hour:02}:00{on}; on {date} it was {x.came}. {rests}"


def what_to_do(x: Unusual, language: str) -> str:
    """What somebody is to do about it."""
    if x.what is Strange.FLOOD and language == "nb":
        return "Ring dem og spør om systemet deres sender i en løkke."
    if x.what is Strange.FLOOD:
        return "Telephone them and ask whether their system sends in a loop."
    if language == "nb":
        return "Ring dem og spør om de får sendt, og se på hub status om noe står stille hos oss."
    return "Telephone them and ask whether they can send, and look at hub status whether anything stands still here."


def named(kind: str, language: str) -> str:
    """Messages of a kind in words."""
    nb, en = KINDS[Kind(kind)] if kind in _KNOWN else _OTHER
    return nb if language == "nb" else en


def _rests(x: Unusual, language: str) -> str:
    days, day = x.usual.days, WEEKDAYS[language][x.day.weekday()]
    if language == "nb":
        like = "arbeidsdager" if x.usual.pooled else f"{day}er"
        return f"Det bygger på {days} {like} i de siste {WEEKS} ukene."
    like = "working days" if x.usual.pooled else f"{day}s"
    return f"That rests on {days} {like} of the last {WEEKS} weeks."
