"""The API's acts on several items at once: taken, handed on, marked as read, and taken back."""

from collections.abc import Collection
from datetime import timedelta
from typing import Annotated, Literal, Self

from fastapi import APIRouter
from pydantic import Field, StrictInt, model_validator

from hub import several
from hub.desk import Act
from hub.directory import InboxId
from hub.errors import HubError, Stale, Unavailable
from hub.item import Action, ItemId, Outcome
from hub.several import MOST, Done, Wish
from hub.web.access import TheHub, Who
from hub.web.api import MOST_UNDO_SECONDS, Shape, Wanted

router = APIRouter(prefix="/v1")

# What is done to each; only what needs no words of its own can be done to several.
ACTS = {
    "take": Act(Action.CLAIM),
    "read": Act(Action.CLOSE, outcome=Outcome.READ),
    "hand_on": Act(Action.HAND_ON),
}


class WishIn(Wanted):
    """An item, and the version that the caller has seen."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    version: Annotated[int, Field(ge=1)]

    def wish(self) -> Wish:
        """The same as the hub knows it."""
        return Wish(ItemId(self.id), self.version)


class SeveralIn(Wanted):
    """What is done to which items: taken, marked as read, handed on `to` an inbox, or what was just done taken back.

    With `undo_seconds` it can be taken back so long: `undo`, with the versions that the answer tells.
    """

    do: Literal["take", "read", "hand_on", "undo"]
    items: Annotated[list[WishIn], Field(min_length=1, max_length=MOST)]
    to: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    undo_seconds: Annotated[StrictInt, Field(ge=0, le=MOST_UNDO_SECONDS)] = 0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.do == "hand_on") != (self.to is not None):
            raise ValueError("to: say to which inbox they are handed on, and only then")
        return self


class OneOut(Shape):
    """What became of an item: done or moved; stale, as somebody was first (`by`, `event`); refused, or unknown.

    Where the store could not be used any more it is unavailable: look whether it was done, and try again.
    The rest is how it is now; nothing where it is none that the caller may do this to.
    """

    id: str
    outcome: Literal["done", "moved", "stale", "refused", "unknown", "unavailable"]
    detail: str
    version: int | None
    inbox: str | None
    owner: str | None
    state: str | None
    by: str | None
    event: str | None


class DoneOut(Shape):
    """What became of each, in the order in which they were asked for."""

    items: list[OneOut]

    @classmethod
    def of(cls, well: Literal["done", "moved"], found: Collection[Done]) -> "DoneOut":
        """The answer; `well` is what it is called when it was done."""
        return cls(items=[_one(well, x) for x in found])


@router.post("/items/several")
async def do(body: SeveralIn, who: Who, hub: TheHub) -> DoneOut:
    """Do the same to several items, each by itself and by its version; the answer says of each what became of it.

    The same call again does nothing twice: what was done has another version since.
    """
    wishes, now = [x.wish() for x in body.items], hub.clock.now()
    if body.do == "undo":
        return DoneOut.of("done", await several.undo(hub, wishes, who, now))
    act = wanted(body.do, InboxId(body.to or ""), timedelta(seconds=body.undo_seconds))
    return DoneOut.of("done", await several.act(hub, wishes, act, who, now))


def wanted(do: str, to: InboxId, undo: timedelta) -> Act:
    """The act that is done to each, which can be taken back so long."""
    act = ACTS[do]
    return Act(act.action, outcome=act.outcome, to=to if act.action is Action.HAND_ON else None, undo=undo)


def _one(well: Literal["done", "moved"], x: Done) -> OneOut:
    return OneOut(
        id=x.wish.id,
        outcome=_outcome(x.error, x) if x.error else well,
        detail=str(x.error) if x.error else "",
        version=x.item.version if x.item else None,
        inbox=x.item.inbox if x.item else None,
        owner=x.item.owner if x.item else None,
        state=x.item.state.value if x.item else None,
        by=x.last.who if x.last and x.item else None,
        event=x.last.event if x.last and x.item else None,
    )


def _outcome(error: HubError, x: Done) -> Literal["stale", "refused", "unknown", "unavailable"]:
    if isinstance(error, Unavailable):
        return "unavailable"
    return "unknown" if x.item is None else "stale" if isinstance(error, Stale) else "refused"
