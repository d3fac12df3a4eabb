"""The day that is played: a Tuesday far from holidays, from before the doors open until the last step is told."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")
DAY = date(2026, 11, 24)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A wall time of the day, in UTC."""
    return datetime.combine(DAY, time(hour, minute, second), OSLO).astimezone(UTC)


def local(moment: datetime) -> datetime:
    """A moment as the clock on the wall shows it."""
    return moment.astimezone(OSLO)


BEGIN = at(7, 30)
# Ten minutes after the last step of a ladder that begins at closing time (16:00 and two hours).
END = at(18, 10)
# From here on what arrives is due the next day, and nobody here begins on it.
LAST_START = at(15, 40)
CLOSING = at(16)
# Nobody stays longer than this, even when something is late.
LAST_LEAVE = at(17, 20)
