"""What a person just did, told on the page that it leads to, with the way to take it back."""

from dataclasses import dataclass

from fastapi import Request

from hub import acting
from hub.directory import Person
from hub.item import ItemId
from hub.service import Hub
from hub.web.language import N_

# What is told of an act, by what it was; `done` in an address has it without "item.".
DONE = {
    "item.claimed": N_("You have taken this message."),
    "item.released": N_("The message is given back."),
    "item.answered": N_("The answer is on its way to the sender."),
    "item.waiting": N_("The question is on its way to the sender."),
    "item.forwarded": N_("The message is passed on."),
    "item.closed": N_("The message is closed."),
    "item.returned": N_("The message is on its way back to the sender."),
    "item.handed_on": N_("The message is handed on."),
    "deadline.moved": N_("The message is marked as urgent."),
    "item.asked": N_("A colleague is asked. The message stays here."),
    "item.undone": N_("It is taken back."),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that can be taken back: of which item, which version it made, and for how many real seconds still."""

    item: ItemId
    version: int
    words: str
    seconds: float


def told(done: str) -> str:
    """What was done, in English, by what an address says of it; nothing of what it cannot be."""
    return DONE.get(f"item.{done}") or DONE.get(f"deadline.{done}") or ""


async def offered(request: Request, hub: Hub, who: Person) -> Offer | None:
    """The act that a page's address tells of, as long as this person can take it back."""
    asked = request.query_params.get("item", "")
    taken = await acting.undoable(hub.store, ItemId(asked), who, hub.clock.now()) if asked else None
    if taken is None:
        return None
    left = hub.clock.seconds_until(taken.undo.until)
    return Offer(ItemId(asked), taken.version, DONE.get(taken.undo.event, ""), round(left, 1))
