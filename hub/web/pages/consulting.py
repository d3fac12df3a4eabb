"""What colleagues ask each other about a message, as a page shows it."""

from dataclasses import dataclass
from datetime import datetime

from hub import consulting, desk
from hub.calendar import Hours
from hub.directory import Directory, InboxId, Person
from hub.item import Item
from hub.record import Opinion
from hub.service import Hub
from hub.web import wording
from hub.web.language import Language


@dataclass(frozen=True, slots=True)
class Shown:
    """A question to an inbox and its answer, if there is one; `mine` when the reader can answer it."""

    id: int
    path: str
    patient: str
    inbox: str
    asked: str
    question: str
    answered: str
    answer: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, in which language, by which clock."""

    directory: Directory
    who: Person
    language: Language
    hours: Hours
    now: datetime

    def shown(self, x: Opinion, item: Item) -> Shown:
        """A question in words."""
        inbox = self.directory.inboxes.get(x.inbox)
        answered = self.by(x.answered_by or "", x.answered_at) if x.answered_at else ""
        return Shown(
            id=x.number,
            path=f"/items/{item.id}",
            patient=item.headline.patient,
            inbox=inbox.name if inbox else x.inbox,
            asked=self.by(x.asked_by, x.asked_at),
            question=x.question,
            answered=answered,
            answer=x.answer or "",
            mine=not answered and item.open and x.inbox in self.who.inboxes,
        )

    def by(self, person: str, at: datetime) -> str:
        """Who it was, and when."""
        return f"{wording.name(self.directory, person)}, {self.language.moment(at, self.hours, self.now)}"

    def targets(self, item: Item) -> list[tuple[InboxId, str]]:
        """Whom a person can ask about an item: people by their names, then teams."""
        found = desk.targets(item, self.directory).values()
        return [(x.id, x.name) for x in sorted(found, key=lambda x: (x.owner is None, x.name.casefold()))]


async def about(hub: Hub, item: Item, reader: Reader) -> list[Shown]:
    """What was asked about an item that is shown."""
    return [reader.shown(x, item) for x in await consulting.about(hub, item.id, reader.who)]
