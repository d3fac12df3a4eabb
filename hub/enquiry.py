"""What is asked of a national register, and what it says: who a HER-id is, and who a patient's GP is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub import identity
from hub.directory import Directory
from hub.message import Envelope, HerId, Message

# Of so many receivers of a message that came to nobody it is asked who they are.
MOST = 5


class Register(StrEnum):
    """The registers that can be asked."""

    ADDRESS = "address"  # Adresseregisteret: who a HER-id is
    GP = "gp"  # Fastlegeregisteret: who a patient's GP is; it knows no health team


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A question: `key` is a HER-id, or for the GP register a national identity number."""

    register: Register
    key: str


@dataclass(frozen=True, slots=True)
class Registered:
    """What a register says of a key; without a HER-id it has nobody.

    The GP register says the GP's HER-id and since when, the Address Register what a HER-id is called, whose service it
    is and of which type (8663, 8666, 8668), and whether it is in use.
    """

    her_id: HerId | None = None
    name: str = ""
    organisation_her_id: HerId | None = None
    organisation: str = ""
    type: str = ""
    active: bool = True
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """A question as it stands: asked first at, how often in vain since, and what was answered when, if anything was.

    `times` is how often somebody wanted to know.
    """

    enquiry: Enquiry
    asked_at: datetime
    times: int = 1
    attempts: int = 0
    answered_at: datetime | None = None
    answer: Registered | None = None
    fault: str = ""


def about(m: Message, directory: Directory, practice: HerId) -> Iterator[Enquiry]:
    """What nobody here knows of a message to a practice: its sender, and whose list its patient is on.

    Nobody asks about a test message's patient, nor about a number that cannot be right.
    """
    sender = m.envelope.sender
    if sender.her_id and possible(sender.her_id) and directory.partner_of(sender.level_1, sender.level_2) is None:
        yield Enquiry(Register.ADDRESS, sender.her_id)
    number = m.about
    listing = directory.listings.get(number)
    known = listing is not None and listing.practice == practice
    if number and not known and not m.envelope.test and identity.fits(number):
        yield Enquiry(Register.GP, number)


def receivers(envelope: Envelope) -> Iterator[Enquiry]:
    """Who the receivers of a message are that came to nobody here."""
    ids = (receiver.party.her_id for receiver in envelope.receivers)
    found = [id for id in dict.fromkeys(ids) if id and possible(id)]
    yield from (Enquiry(Register.ADDRESS, id) for id in found[:MOST])


def possible(her_id: str) -> bool:
    """Whether this can be a HER-id at all: what senders write there may be anything."""
    return re.fullmatch("[0-9]{1,12}", her_id) is not None


def named(looked: Iterable[Looked]) -> set[Enquiry]:
    """Who the GPs are that were told: their names stand in the Address Register."""
    told = (x.answer.her_id for x in looked if x.enquiry.register is Register.GP and x.answer)
    return {Enquiry(Register.ADDRESS, her_id) for her_id in told if her_id}
