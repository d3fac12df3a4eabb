"""One line of the day's script: bytes that a system sends, when, and what has to come of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.demo.fate import Fate
from hub.demo.letter import Letter
from hub.message import HerId


class Verdict(StrEnum):
    """What the hub says to a delivery (the header Hub-Outcome)."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    CONFLICT = "conflict"  # in quarantine too: the MsgId was used before for other content


# The HTTP status that goes with a verdict; a foreign sender's 403 is the script's own matter.
STATUS = {
    Verdict.ACCEPTED: 200,
    Verdict.REJECTED: 200,
    Verdict.DUPLICATE: 200,
    Verdict.QUARANTINED: 422,
    Verdict.CONFLICT: 409,
}
# What the hub can name again by sender and MsgId; it keeps everything else in quarantine each time it comes.
NAMED = (Verdict.ACCEPTED, Verdict.REJECTED)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the first delivery is to get; every later one of a message that was named is a duplicate."""

    verdict: Verdict
    code: str = ""
    status: int = 200
    acknowledgements: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """A message of the script. `times` are its deliveries; `box` is the mailbox where its answers come.

    `after` is the key of another one that has to be answered first.
    """

    key: str
    sort: str
    system: str
    msg_id: str
    raw: bytes
    times: tuple[datetime, ...]
    expected: Expected
    box: HerId
    fate: Fate | None = None
    letter: Letter | None = None
    writes_again: bool = False
    urgent: bool = False
    after: str = ""
