"""What a single value in a file may be, each with plain words for what is wrong."""

import re
from collections.abc import Callable
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

from hub import identity, template
from hub.calendar import END_OF_DAY
from hub.directory import Channel, Flag, InboxKind, PartnerKind, Reconciling
from hub.message import Kind
from hub.registry import holiday

# TypeHealthcareProfessional, code system 9060.
PROFESSIONS = (
    *("AA", "AT", "AU", "BI", "ET", "FA1", "FA2", "FO", "FT", "HE", "HF", "HP", "JO", "KE", "KI", "LE", "MT"),
    *("OA", "OI", "OP", "OR", "PE", "PS", "RA", "SP", "TH", "TL", "TP", "TT", "VE", "VP", "XX"),
)

# How the end of an opening is written that lasts until the day is over; no other time is.
MIDNIGHT = "24:00"


def _that(holds: Callable[[str], object], otherwise: str) -> AfterValidator:
    """A check of a text; `otherwise` says what it must be."""

    def checked(text: str) -> str:
        if not holds(text):
            raise ValueError(otherwise)
        return text

    return AfterValidator(checked)


def _like(pattern: str, otherwise: str) -> AfterValidator:
    """A check that the whole of a text is like the pattern."""
    return _that(re.compile(pattern, re.ASCII).fullmatch, otherwise)


def between(least: int, most: int) -> AfterValidator:
    """A check of a number, with both ends allowed."""

    def checked(number: int) -> int:
        if not least <= number <= most:
            raise ValueError(f"must be from {least} to {most}")
        return number

    return AfterValidator(checked)


def _zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (KeyError, OSError, ValueError):
        return False


def _every_year(day: str) -> bool:
    try:
        # 2021 is no leap year: 29 February cannot be closed every year.
        return len(day) == 5 and bool(date.fromisoformat(f"2021-{day}"))
    except ValueError:
        return False


def _clock(written: Any) -> time:
    if not isinstance(written, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", written):
        raise ValueError('must be a time of day such as "08:00", in quotation marks')
    return time.fromisoformat(written)


def _opening(written: Any) -> tuple[time, time]:
    opens, dash, closes = written.partition("-") if isinstance(written, str) else ("", "", "")
    if not dash:
        raise ValueError('must be an opening such as "08:00-16:00", in quotation marks')
    opening = _clock(opens.strip()), _closing(closes.strip())
    if opening[0] >= opening[1]:
        raise ValueError(f"must close after it opens, on the same day; {_instead(*opening)}")
    return opening


def _closing(written: str) -> time:
    if written == MIDNIGHT:
        return END_OF_DAY
    try:
        return _clock(written)
    except ValueError as e:
        raise ValueError(f'{e}, or close at "{MIDNIGHT}"') from None


def _instead(opens: time, closes: time) -> str:
    """How an opening is written that lasts until midnight or beyond it."""
    if opens == closes:
        return f'for round the clock write "00:00-{MIDNIGHT}"'
    until = f'write "{opens:%H:%M}-{MIDNIGHT}"'
    return until if closes == time.min else f'{until}, and "00:00-{closes:%H:%M}" on the next day'


def _quiet(written: Any) -> tuple[time, time]:
    begins, dash, ends = written.partition("-") if isinstance(written, str) else ("", "", "")
    if not dash:
        raise ValueError('must be quiet hours such as "20:00-07:00", in quotation marks')
    hours = _clock(begins.strip()), _clock(ends.strip())
    if hours[0] == hours[1]:
        raise ValueError("must end at another time than they begin; whoever wants no mail at all has none")
    return hours


def _apart(openings: list[tuple[time, time]]) -> list[tuple[time, time]]:
    if any(later[0] < earlier[1] for earlier, later in pairwise(openings)):
        raise ValueError("the openings of a day must stand in order and not overlap")
    return openings


def _filled(text: str) -> str:
    if (wrong := next(template.unknown(text), None)) is not None:
        known = ", ".join(f"{{{name}}}" for name in template.PLACES)
        raise ValueError(f"nothing is known to fill {{{wrong}}} with; there are {known}")
    return text


def _two(parties: list[str]) -> list[str]:
    if len(parties) != 2:
        raise ValueError('must be two HER-ids: a practice or municipality of ours, then a partner, as ["1234", "5678"]')
    return parties


Text = Annotated[str, _that(str.strip, "must not be empty")]
TemplateText = Annotated[Text, AfterValidator(_filled)]
Name = Annotated[str, _like(r"[a-z0-9][a-z0-9._-]*", "must be small letters a-z, digits, dots and dashes")]
HerIdText = Annotated[str, _like(r"\d{2,10}", 'must be a HER-id: only digits, such as "900100"')]
Mail = Annotated[
    str, _like(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(\.[\w-]+)*", 'must be one address as in "vakt@legesenter.example"')
]
Hpr = Annotated[str, _like(r"\d{4,9}", "must be an HPR number: 4 to 9 digits")]
ServiceCode = Annotated[str, _like(r"[A-Z0-9]{1,6}", 'must be a service code such as "KP02" (8663, 8666 or 8668)')]
Theme = Annotated[str, _like(r"\d+:\S+", 'must be a code system and a code, such as "7322:6"')]
Profession = Annotated[str, _that(PROFESSIONS.__contains__, f"must be a profession of 9060: {', '.join(PROFESSIONS)}")]
Zone = Annotated[str, _that(_zone, 'must be a time zone such as "Europe/Oslo"')]
OrganisationNumber = Annotated[
    str, _that(identity.organisation_fits, "must be an organisation number: nine digits with a right control digit")
]
Argon2id = Annotated[
    str, _like(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+(\$[\w+/]+){2}", "must be an Argon2id hash: $argon2id$v=19$...")
]
Sha256 = Annotated[str, _like(r"[0-9a-f]{64}", "must be a SHA-256 in hex: 64 of the characters 0-9 and a-f")]

# Times are written as text: TOML's own would need seconds.
Clock = Annotated[time, PlainValidator(_clock)]
Opening = Annotated[tuple[time, time], PlainValidator(_opening)]
Quiet = Annotated[tuple[time, time], PlainValidator(_quiet)]
Openings = Annotated[list[Opening], AfterValidator(_apart)]
# The same, where most days have one.
OneOrMore = Annotated[Openings, BeforeValidator(lambda written: [written] if isinstance(written, str) else written)]
Parties = Annotated[list[str], AfterValidator(_two)]
Language = Literal["nb", "nn", "se", "en"]
Way = Literal["mail", "webhook", "alertmanager"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Holiday = Annotated[str, _that(holiday.NAMES.__contains__, f"must be one of {', '.join(holiday.NAMES)}")]
EveryYear = Annotated[str, _that(_every_year, 'must be month and day such as "12-24", a day that every year has')]

# Strict reading takes no enum by its value, so these are read loosely; a value that is not one is still refused.
AnInboxKind = Annotated[InboxKind, Field(strict=False)]
APartnerKind = Annotated[PartnerKind, Field(strict=False)]
AChannel = Annotated[Channel, Field(strict=False)]
AReconciling = Annotated[Reconciling, Field(strict=False)]
AKind = Annotated[Kind, Field(strict=False)]
AFlag = Annotated[Flag, Field(strict=False)]
