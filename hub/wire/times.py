"""Points in time and days, as messages write them."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# A time without zone is Norwegian time (HIS 1037:2011 6.2.1).
OSLO = ZoneInfo("Europe/Oslo")

# xs:dateTime, whose zone lies within 14 hours; years that Python cannot hold are no times either, and neither are
# fractions finer than any clock's, which an acknowledgement would have to repeat.
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,12})?)"
    r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?")


def instant(written: str) -> datetime | None:
    """The moment that an xs:dateTime tells, in UTC, or None when it tells none."""
    found = _DATE_TIME.fullmatch(written)
    if found is None:
        return None
    # A day may end at 24:00:00, which is the next day's beginning.
    ended = found[1].rstrip("0").rstrip(".") in ("24:00:", "24:00:00")
    try:
        at = datetime.fromisoformat(written.replace("T24", "T00", 1) if ended else written) + timedelta(days=ended)
        return (at if at.tzinfo else at.replace(tzinfo=OSLO)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(written: str) -> date | None:
    """The day that an xs:date tells, or None when it tells none."""
    found = _DATE.fullmatch(written)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def written(at: datetime) -> str:
    """A moment as the hub writes it: Norwegian time to the second, with its offset."""
    return at.astimezone(OSLO).isoformat(timespec="seconds")
