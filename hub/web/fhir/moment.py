"""A time as a search writes it: a prefix, and a year, month, day or moment, which is a stretch of time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from re import compile
from zoneinfo import ZoneInfo

from hub.errors import BadRequest
from hub.web.fhir.outcome import Unsupported

_WRITTEN = compile(
    r"(?P<prefix>[a-z]{2})?(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<part>\d{1,9}))?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
_LEAST = (("year", 1), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))
_SPANS = {"day": timedelta(days=1), "minute": timedelta(minutes=1), "second": timedelta(seconds=1)}

# Whether a moment fits a stretch from its beginning to its end, which is no longer in it.
PREFIXES: dict[str, Callable[[datetime, datetime, datetime], bool]] = {
    "eq": lambda at, begin, end: begin <= at < end,
    "ne": lambda at, begin, end: not begin <= at < end,
    "gt": lambda at, begin, end: at >= end,
    "sa": lambda at, begin, end: at >= end,
    "ge": lambda at, begin, end: at >= begin,
    "lt": lambda at, begin, end: at < begin,
    "eb": lambda at, begin, end: at < begin,
    "le": lambda at, begin, end: at < end,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What a time must fit."""

    prefix: str
    begin: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether a time fits."""
        return PREFIXES[self.prefix](at, self.begin, self.end)


def read(name: str, written: str, zone: str) -> Moment:
    """A time in a search; one that names no zone is in this one. Raises BadRequest."""
    found = _WRITTEN.fullmatch(written)
    prefix = (found and found["prefix"]) or "eq"
    if prefix not in PREFIXES:
        raise Unsupported(f"{name}: use one of {', '.join(PREFIXES)} before the time")
    if found is None:
        raise BadRequest(f"{name}: write a time as 2026, 2026-11, 2026-11-24 or 2026-11-24T09:00:00Z")
    parts = {k: v for k, v in found.groupdict().items() if v}
    try:
        begin = _begin(parts, zone)
        return Moment(prefix, begin.astimezone(UTC), _end(begin, parts).astimezone(UTC))
    except (ValueError, OverflowError) as fault:
        raise BadRequest(f"{name}: there is no such time") from fault


def _begin(parts: dict[str, str], zone: str) -> datetime:
    year, month, day, hour, minute, second = (int(parts.get(name, least)) for name, least in _LEAST)
    micro = int(parts.get("part", "0").ljust(6, "0")[:6])
    local = datetime(year, month, day, hour, minute, second, micro, ZoneInfo(zone))
    told = parts.get("zone")
    return datetime.fromisoformat(f"{local.replace(tzinfo=None).isoformat()}{told}") if told else local


def _end(begin: datetime, parts: dict[str, str]) -> datetime:
    if "part" in parts:
        return begin + timedelta(milliseconds=1)
    finest = next((name for name in ("second", "minute", "day") if name in parts), "")
    if finest:
        return begin + _SPANS[finest]
    if "month" in parts:
        return (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
    return begin.replace(year=begin.year + 1)
