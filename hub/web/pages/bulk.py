"""The same done to several messages at once: each by its own version, and each tells what became of it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from hub.desk import Act
from hub.directory import InboxId
from hub.errors import BadRequest, HubError, IllegalMove, Stale
from hub.item import Action, Item, ItemId, Outcome, Purpose
from hub.web import wording
from hub.web.access import TheHub, Who
from hub.web.form import FORGED
from hub.web.language import N_
from hub.web.pages import folders, lists, page
from hub.web.pages.rows import Reader

router = APIRouter()

# As many as a page of a list has.
MOST = lists.LINES

# What each button does, and how the page says that it is done.
DOES = {
    "take": (Act(Action.CLAIM), "taken"),
    "read": (Act(Action.CLOSE, outcome=Outcome.READ), "read"),
    "hand_on": (Act(Action.HAND_ON), "handed"),
}
# What waits for an answer is not done by having been read.
TO_ANSWER = N_("Somebody must act on this message: open it, and answer or close it there.")


@dataclass(frozen=True, slots=True)
class Refused:
    """A message to which nothing was done: whose it is about, the way to it, and why, as it stands now."""

    patient: str
    path: str
    why: str
    words: str


@router.post("/bulk")
async def bulk(
    request: Request,
    who: Who,
    hub: TheHub,
    do: Annotated[str, Form(max_length=20)] = "",
    item: Annotated[list[str] | None, Form(max_length=MOST)] = None,
    to: Annotated[str, Form(max_length=64)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "/",
) -> Response:
    """Do it to each, then back to the list; where something was refused, a page says of each why."""
    home = page.local(next)
    if not item:
        return RedirectResponse(page.told(home, "none"), 303)
    act, said = _act(do, to)
    reader = folders.reader_of(request, hub, who)
    refused = [x for x in [await _one(reader, written, act) for written in dict.fromkeys(item)] if x]
    done = len(dict.fromkeys(item)) - len(refused)
    if not refused:
        return RedirectResponse(page.told(home, said, num=done), 303)
    words = lists.several(said, done, reader.language) if done else ""
    values = {"places": await page.places(hub, who), "words": words, "refused": refused, "home": home}
    return page.show(request, "bulk.html", values, who, 409)


def _act(do: str, to: str) -> tuple[Act, str]:
    """What a button asks for. Raises BadRequest."""
    if do not in DOES:
        raise BadRequest(FORGED)
    act, said = DOES[do]
    if act.action is Action.HAND_ON:
        if not to:
            raise BadRequest("to: choose to whom the messages are handed on")
        return Act(Action.HAND_ON, to=InboxId(to)), said
    return act, said


async def _one(reader: Reader, written: str, act: Act) -> Refused | None:
    """Do it to one message; None when it is done."""
    hub, who = reader.hub, reader.who
    id, _, version = written.rpartition("~")
    if not id or not version.isdecimal() or len(version) > 9:
        raise BadRequest(FORGED)
    stored = await hub.store.stored(ItemId(id))
    seen = stored.item if stored and {stored.item.inbox, stored.item.home} & {*who.inboxes} else None
    if seen and act.action is Action.CLOSE and seen.purpose is Purpose.ACTION:
        return _refused(reader, seen, id, reader.language.gettext(TO_ANSWER), "")
    try:
        await hub.act(ItemId(id), act, int(version), who, hub.clock.now())
    except HubError as error:
        return await _why(reader, error, seen, id)
    return None


async def _why(reader: Reader, error: HubError, seen: Item | None, id: str) -> Refused:
    """Why nothing was done, and who was first."""
    language = reader.language
    why = language.gettext(wording.FAILURES.get(error.code, wording.FAILURES["internal"]))
    if not (seen and isinstance(error, Stale | IllegalMove)):
        return _refused(reader, seen, id, why, "" if seen is None else wording.told(language, str(error)))
    now = await reader.hub.store.stored(seen.id)
    history = await reader.hub.store.history(seen.id)
    words = wording.standing(language, now.item if now else seen, reader.hub.directory, history)
    return _refused(reader, seen, id, why, words)


def _refused(reader: Reader, seen: Item | None, id: str, why: str, words: str) -> Refused:
    nobody = reader.language.gettext(N_("No patient"))
    return Refused((seen.headline.patient or nobody) if seen else "", f"/items/{id}" if seen else "", why, words)
