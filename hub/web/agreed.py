"""What is agreed with the sender of an item today, as programs get it."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from hub import report
from hub.agreement import Agreement
from hub.directory import Directory
from hub.item import Item
from hub.message import Party


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AgreedPartyOut(_Shape):
    """One of the two parties."""

    her_id: str
    name: str


class AgreedContactOut(_Shape):
    """Whom to ask about the agreement."""

    text: str
    phone: str


class AgreedTaskOut(_Shape):
    """Who does what."""

    who: str
    what: str


class AgreementOut(_Shape):
    """A valid agreement between us and the sender; `deadlines` has the ladder for each kind of message it promises."""

    name: str
    topic: str
    topic_names: dict[str, str]
    ours: AgreedPartyOut
    partner: AgreedPartyOut
    valid_from: date
    valid_to: date | None
    language: str | None
    deadlines: dict[str, str]
    contact: AgreedContactOut | None
    tasks: list[AgreedTaskOut]


def valid(directory: Directory, item: Item, sender: Party, now: datetime) -> tuple[Agreement, ...]:
    """The agreements of the practice where an item lies with its sender that hold today, in the order of the topics."""
    inbox = directory.inboxes.get(item.inbox)
    if inbox is None:
        return ()
    today = directory.practices[inbox.practice].hours.local(now).date()
    return directory.agreed(inbox.practice, sender.level_1, sender.level_2, today)


def out(directory: Directory, item: Item, sender: Party, now: datetime) -> list[AgreementOut]:
    """The same for programs."""
    return [AgreementOut.model_validate(report.agreement(a, directory)) for a in valid(directory, item, sender, now)]
