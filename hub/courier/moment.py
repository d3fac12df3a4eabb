"""Moments as systems and people read them."""

from datetime import UTC, datetime


def utc(moment: datetime) -> str:
    """A moment as systems read it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
