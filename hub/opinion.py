"""A colleague is asked for a second opinion: the item stays where it is, with its clock and whoever has it."""

from collections.abc import Collection
from datetime import datetime

from hub.change import Entry
from hub.directory import InboxId, Person
from hub.errors import BadRequest
from hub.item import Item
from hub.record import Opinion

# Characters of a question, and of an opinion.
LONGEST = 10_000


def ask(item: Item, to: InboxId, targets: Collection[InboxId], question: str, who: Person, now: datetime) -> Opinion:
    """The question, as it is to be kept. Raises BadRequest when it cannot be asked there, or not any more."""
    if not item.open:
        raise BadRequest("opinion: this message is ended, so there is nothing to ask about it")
    if to not in targets:
        raise BadRequest("opinion: that inbox cannot be asked; choose another one of the practice")
    _written(question, "opinion: write what you want to know")
    return Opinion(0, item.id, to, who.id, question.strip(), now)


def check(opinion: Opinion, item: Item, answer: str) -> None:
    """Raises BadRequest when a question is answered already, or needs no answer any more, or there is none."""
    if opinion.answered_at is not None:
        raise BadRequest("opinion: a colleague has answered this question already")
    if not item.open:
        raise BadRequest("opinion: this message is ended, so nobody waits for the opinion")
    _written(answer, "opinion: write what you think")


def entries(event: str, opinion: Opinion, item: Item, who: Person, now: datetime) -> tuple[Entry, ...]:
    """What the journal tells, in the inbox where the item lies and in the one that is asked; no word of either."""
    detail = {"to": opinion.inbox}
    inboxes = dict.fromkeys((item.inbox, opinion.inbox))
    return tuple(Entry(now, event, item.message, item.id, inbox, who.id, detail) for inbox in inboxes)


def _written(text: str, otherwise: str) -> None:
    if not text.strip():
        raise BadRequest(otherwise)
    if len(text) > LONGEST:
        raise BadRequest(f"opinion: at most {LONGEST} characters can be sent")
