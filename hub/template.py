"""Answers that a team writes again and again: texts with places that are filled in when one is chosen."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hub import identity
from hub.calendar import Hours
from hub.directory import InboxId, Person
from hub.message import Message

# What a template can have filled in, as people write it between braces.
PLACES = ("patient", "born", "sender", "me", "role", "team", "today", "due")

# What stands where nothing is known: somebody must see it before it is sent.
NOTHING = "…"

_PLACE = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A text under a name, for some inboxes; for none means for all."""

    name: str
    text: str
    inboxes: tuple[InboxId, ...] = ()

    def fits(self, inbox: InboxId) -> bool:
        """Whether an inbox has it."""
        return not self.inboxes or inbox in self.inboxes

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with its places filled in, once: what is put in is no template."""
        return _PLACE.sub(lambda found: values.get(found[1]) or NOTHING, self.text).strip()


def unknown(text: str) -> Iterator[str]:
    """What stands between braces in a text and is no place that can be filled in."""
    yield from (name for name in _PLACE.findall(text) if name not in PLACES)


def values(m: Message, team: str, who: Person, due: datetime | None, hours: Hours, now: datetime) -> dict[str, str]:
    """What goes into the places, for a message that somebody answers; days and times as they are said in Norwegian."""
    patient = m.patient
    born = patient and (patient.born or identity.born(patient.national_id or ""))
    return {
        "patient": patient.name if patient else "",
        "born": _day(born) if born else "",
        "sender": m.envelope.sender.name,
        "me": who.name,
        "role": who.role,
        "team": team,
        "today": _day(hours.local(now).date()),
        "due": f"{_day(hours.local(due).date())} kl. {hours.local(due):%H.%M}" if due else "",
    }


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
