"""The language a person reads: texts, dates and due times, all made on the server."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import Request

from hub import calendar
from hub.calendar import Hours

# The languages by their own names; the first one is for people who ask for none of them.
LANGUAGES = {"nb": "Norsk bokmål", "en": "English", "se": "Davvisámegiella"}
DEFAULT = next(iter(LANGUAGES))
COOKIE = "language"

# What browsers send for the same languages.
_ALSO = {"no": "nb", "nn": "nb", "sme": "se"}
_FOLDER = Path(__file__).parent / "i18n"

# Below this much time left a deadline is marked as near.
SOON = timedelta(minutes=60)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)

Urgency = Literal["late", "soon", "later", "standing", "stopped", "none"]


def N_(message: str) -> str:  # noqa: N802 -- the name by which gettext's tools know a text that is translated later
    """Mark a text for translation; the text itself comes back."""
    return message


# In Northern Sami the catalogue gives these as they stand in a date: "maŋŋebárgga", "skábmamánu".
WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip
MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """A due time as people read it: how urgent it is, and the words.

    While the clock stands because the place is closed, these say when it goes on, and `when` when it is due.
    """

    urgency: Urgency
    words: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """One language: `code` is what `<html lang>` says."""

    code: str
    catalogue: GNUTranslations

    def gettext(self, message: str, **values: object) -> str:
        """A text, with its values put in."""
        text: str = self.catalogue.gettext(message) % values
        return text

    def ngettext(self, one: str, many: str, num: int, **values: object) -> str:
        """A text that depends on a number, in the form that this language has for it."""
        return self.catalogue.ngettext(one, many, num) % {"num": num, **values}

    def due(self, at: datetime | None, ended: bool, hours: Hours, now: datetime, elapses: bool = False) -> Due:
        """How long is left or how late it is; far away, the day and the clock, and when a clock that stands goes on.

        A clock that `elapses` never stands: it counts day and night.
        """
        if at is None:
            return Due("none", self.gettext("no deadline"))
        if ended:
            return Due("stopped", self.gettext("due %(when)s", when=self.moment(at, hours, now)))
        if at <= now:
            late = self.gettext("%(time)s late", time=self.span(now - at)) if now - at >= _MINUTE else ""
            return Due("late", late or self.gettext("due now"))
        if not elapses and now < (opens := calendar.add_minutes(hours, now, 0)) <= at:
            words = self.gettext("the deadline runs on %(when)s", when=self.moment(opens, hours, now))
            return Due("standing", words, self.gettext("due %(when)s", when=self.moment(at, hours, now)))
        if at - now < SOON:
            left = timedelta(minutes=ceil((at - now) / _MINUTE))
            return Due("soon", self.gettext("%(time)s left", time=self.span(left)))
        return Due("later", self.moment(at, hours, now))

    def span(self, length: timedelta) -> str:
        """A length of time: minutes, hours and minutes, or whole days."""
        if length >= _DAY:
            return self.ngettext("%(num)d day", "%(num)d days", length.days)
        hours, minutes = divmod(length // _MINUTE, 60)
        parts = [self.ngettext("%(num)d h", "%(num)d h", hours)] if hours else []
        if minutes or not hours:
            parts.append(self.ngettext("%(num)d min", "%(num)d min", minutes))
        return " ".join(parts)

    def moment(self, at: datetime, hours: Hours, now: datetime) -> str:
        """A day and a clock time in the practice's zone, as near in words as it is in time."""
        local, today = hours.local(at), hours.local(now).date()
        time = f"{local:%H:%M}"
        match (local.date() - today).days:
            case 0:
                return self.gettext("today %(time)s", time=time)
            case 1:
                return self.gettext("tomorrow %(time)s", time=time)
            case -1:
                return self.gettext("yesterday %(time)s", time=time)
            case days if 1 < days < 7:
                weekday = self.gettext(WEEKDAYS[local.weekday()])
                return self.gettext("%(weekday)s %(time)s", weekday=weekday, time=time)
        return f"{self.date(local.date(), today)} {time}"

    def clock(self, at: datetime, hours: Hours) -> str:
        """The clock time in the practice's zone."""
        return f"{hours.local(at):%H:%M}"

    def stamp(self, at: datetime, hours: Hours) -> str:
        """The day in figures and the clock time in the practice's zone, as paper has them."""
        return f"{hours.local(at):%d.%m.%Y %H:%M}"

    def weekday(self, day: date) -> str:
        """A day with the name it has in the week."""
        weekday, month = self.gettext(WEEKDAYS[day.weekday()]), self.gettext(MONTHS[day.month - 1])
        return self.gettext("%(weekday)s %(day)d %(month)s", weekday=weekday, day=day.day, month=month)

    def date(self, day: date, today: date) -> str:
        """A day; its year is said when it is not this year."""
        month = self.gettext(MONTHS[day.month - 1])
        if day.year == today.year:
            return self.gettext("%(day)d %(month)s", day=day.day, month=month)
        return self.gettext("%(day)d %(month)s %(year)d", day=day.day, month=month, year=day.year)


def of(request: Request) -> Language:
    """The reader's language: chosen in the address or by cookie, else what the browser asks for."""
    chosen = (request.query_params.get("language"), request.cookies.get(COOKIE))
    known = next((code for code in chosen if code in LANGUAGES), None)
    return load(known or accepted(request.headers.get("accept-language", "")))


def accepted(header: str) -> str:
    """The code of the language that an Accept-Language header likes best."""
    best, code = 0.0, DEFAULT
    for wish in header.split(","):
        name, _, weight = wish.strip().lower().partition(";q=")
        base = name.partition("-")[0]
        known, quality = _ALSO.get(base, base), _quality(weight)
        if known in LANGUAGES and quality > best:
            best, code = quality, known
    return code


@cache
def load(code: str) -> Language:
    """A language with its texts, compiled from i18n/CODE/messages.po."""
    compiled = BytesIO()
    with (_FOLDER / code / "messages.po").open("rb") as written:
        write_mo(compiled, read_po(written))
    compiled.seek(0)
    return Language(code, GNUTranslations(compiled))


def _quality(weight: str) -> float:
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0
