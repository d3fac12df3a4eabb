"""Traffic as it is counted: what a partner sent in each hour, what is usual, and what is not."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


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
