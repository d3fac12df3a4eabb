"""An appointment or a home visit that a patient is offered: when, with whom and where, and how the sender is told."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hub import calendar
from hub.calendar import Hours
from hub.errors import BadRequest
from hub.item import Outcome

# What can be offered.
KINDS = (Outcome.APPOINTMENT, Outcome.HOME_VISIT)

# Further ahead nobody plans; a slip of the pen does.
FURTHEST = timedelta(days=366)

# The sender's documents are in bokmål.
_TOLD = {
    Outcome.APPOINTMENT: "Pasienten har fått time {when} hos {whom}. Sted: {place}.",
    Outcome.HOME_VISIT: "Pasienten får hjemmebesøk {when} av {whom}. Sted: {place}.",
}
_WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
_MONTHS = (
    *("januar", "februar", "mars", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "desember"),
)
_NEAR = {0: "i dag, ", 1: "i morgen, "}


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered, at a wall time of the practice, with whom and where."""

    kind: Outcome
    day: date
    clock: time
    whom: str
    place: str

    def at(self, hours: Hours) -> datetime:
        """The moment it is, in UTC."""
        return calendar.at(hours, self.day, self.clock)

    def check(self, hours: Hours, now: datetime) -> None:
        """Raises BadRequest when something is left out, or the time cannot be meant."""
        if self.kind not in KINDS:
            raise BadRequest(f"offer: it is one of {', '.join(KINDS)}")
        if not self.whom.strip():
            raise BadRequest("offer: it needs with whom it is")
        if not self.place.strip():
            raise BadRequest("offer: it needs a place")
        if self.at(hours) <= now:
            raise BadRequest("offer: that time is past; choose one ahead")
        if self.at(hours) > now + FURTHEST:
            raise BadRequest("offer: that time is more than a year ahead; choose an earlier one")

    def told(self, hours: Hours, now: datetime) -> str:
        """What the sender is told, in bokmål."""
        near = _NEAR.get((self.day - hours.local(now).date()).days, "")
        day = f"{_WEEKDAYS[self.day.weekday()]} {self.day.day}. {_MONTHS[self.day.month - 1]} {self.day.year}"
        when = f"{near}{day} kl. {self.clock:%H.%M}"
        return _TOLD[self.kind].format(when=when, whom=self.whom.strip(), place=self.place.strip().rstrip("."))
