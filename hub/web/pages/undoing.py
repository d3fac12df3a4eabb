"""What a person just did, told on the page that it leads to, with the way to take it back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Request

from hub import acting, several
from hub.directory import Person
from hub.errors import BadRequest
from hub.item import ItemId
from hub.service import Hub
from hub.web import language
from hub.web.form import FORGED
from hub.web.language import N_
from hub.web.pages import lists

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
    "item.unsent": N_("It is taken back. If files were attached, attach them again."),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be taken back for so many real seconds still: in words, and what a form sends to where."""

    path: str
    fields: Mapping[str, str]
    words: str
    seconds: float


def told(done: str) -> str:
    """What was done, in English, by what an address says of it; nothing of what it cannot be."""
    return DONE.get(f"item.{done}") or DONE.get(f"deadline.{done}") or ""


async def offered(request: Request, hub: Hub, who: Person) -> Offer | None:
    """What a page's address tells of, as long as this person can take it back."""
    asked, reads = request.query_params, language.of(request)
    until, id = asked.get("until", ""), ItemId(asked.get("item", ""))
    if until and not id:
        num = asked.get("num", "")
        return await together(until, num, lists.done(asked.get("done", ""), num, reads), hub, who)
    taken = await acting.undoable(hub.store, id, who, hub.clock.now()) if id else None
    if taken is None:
        return None
    words = reads.gettext(said) if (said := DONE.get(taken.undo.event)) else ""
    return Offer(f"/items/{id}/undo", {"version": str(taken.version)}, words, _left(hub, taken.undo.until))


async def together(until: str, num: str, words: str, hub: Hub, who: Person) -> Offer | None:
    """What a person did to so many messages, as long as they can take it back of some."""
    moment = _moment(until)
    if moment is None or moment <= hub.clock.now() or not await several.undoable(hub, who, moment):
        return None
    return Offer("/bulk/undo", {"until": until, "num": num}, words, _left(hub, moment))


def moment(until: str) -> datetime:
    """Until when something can be taken back, as a form says. Raises BadRequest."""
    if (found := _moment(until)) is None:
        raise BadRequest(FORGED)
    return found


def _moment(until: str) -> datetime | None:
    if not re.fullmatch(r"[0-9]{1,11}\.[0-9]{6}", until):
        return None
    seconds, microseconds = map(int, until.split("."))
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)


def _left(hub: Hub, until: datetime) -> float:
    return round(hub.clock.seconds_until(until), 1)
