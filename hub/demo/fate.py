"""What becomes of a message at the centre: known to those who play the staff, so that the day is the same each time."""

from dataclasses import dataclass
from enum import StrEnum

from hub.demo.topic import Closing


class Manner(StrEnum):
    """How a message is met."""

    PROMPT = "prompt"  # within a while, before it is due
    LATE = "late"  # on purpose only when its deadline has gone by
    NEVER = "never"  # nobody sees to it: its ladder is climbed to the end


@dataclass(frozen=True, slots=True)
class Fate:
    """Who waits how long (`wait` minutes, after arrival or for LATE after the deadline), and what is done then."""

    manner: Manner
    wait: int
    answer: str = ""
    closing: Closing | None = None
