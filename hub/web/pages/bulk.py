"""The same done to several messages at once: each by its own version, and each tells what became of it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from hub import several
from hub.directory import InboxId
from hub.errors import BadRequest, IllegalMove, Stale
from hub.item import Action, ItemId
from hub.several import Done, Wish
from hub.web import wording
from hub.web.access import TheHub, Who
from hub.web.form import FORGED
from hub.web.language import N_
from hub.web.pages import folders, lists, page, undoing
from hub.web.pages.rows import Reader
from hub.web.several import ACTS, wanted

router = APIRouter()

# How the page says that it is done.
SAID = {"take": "taken", "read": "read", "hand_on": "handed"}
TOO_LATE = N_("It can no longer be taken back.")


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
    item: Annotated[list[str] | None, Form(max_length=several.MOST)] = None,
    to: Annotated[str, Form(max_length=64)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "/",
) -> Response:
    """Do it to each, then back to the list; where something was refused, a page says of each why."""
    home, now = page.local(next), hub.clock.now()
    if not item:
        return RedirectResponse(page.told(home, "none"), 303)
    if do not in ACTS:
        raise BadRequest(FORGED)
    act = wanted(do, InboxId(to), request.app.state.undo)
    if act.action is Action.HAND_ON and not to:
        raise BadRequest("to: choose to whom the messages are handed on")
    found = await several.act(hub, [wish(x) for x in dict.fromkeys(item)], act, who, now)
    until = f"{(now + act.undo).timestamp():.6f}"
    done = sum(not x.error for x in found)
    if done == len(found):
        return RedirectResponse(page.told(home, SAID[do], num=done, until=until), 303)
    reader = folders.reader_of(request, hub, who)
    words = lists.several(SAID[do], done, reader.language) if done else ""
    undo = await undoing.together(until, str(done), words, hub, who)
    return await _refused(request, reader, found, home, words, undo)


@router.post("/bulk/undo")
async def undo(
    request: Request,
    who: Who,
    hub: TheHub,
    until: Annotated[str, Form(max_length=30)] = "",
    num: Annotated[str, Form(max_length=5)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "/",
) -> Response:
    """Take back what the person just did to so many messages, then back to the list.

    Where somebody has done something to one of them since, that stays, and a page says so.
    """
    home, reader = page.local(next), folders.reader_of(request, hub, who)
    wishes = await several.undoable(hub, who, undoing.moment(until))
    if not wishes:
        return await _refused(request, reader, [], home, reader.language.gettext(TOO_LATE))
    found = await several.undo(hub, wishes, who, reader.now)
    done, since = sum(not x.error for x in found), max(min(lists.number(num), several.MOST) - len(found), 0)
    if done == len(found) and not since:
        return RedirectResponse(page.told(home, "undone"), 303)
    words = lists.several("back", done, reader.language) if done else ""
    return await _refused(request, reader, found, home, words, since=since)


def wish(written: str) -> Wish:
    """What a box of the form asks for. Raises BadRequest."""
    id, _, version = written.rpartition("~")
    if not id or not (version.isascii() and version.isdecimal()) or len(version) > 9:
        raise BadRequest(FORGED)
    return Wish(ItemId(id), int(version))


async def _refused(
    request: Request,
    reader: Reader,
    found: list[Done],
    home: str,
    words: str,
    undo: undoing.Offer | None = None,
    since: int = 0,
) -> Response:
    refused = [await _why(reader, x) for x in found if x.error]
    changed = wording.FAILURES["stale"]
    refused += [Refused("", "", reader.language.gettext(changed), "")] * since
    values = {"refused": refused, "words": words, "home": home, "undo": undo}
    return page.show(
        request, "bulk.html", values | {"places": await page.places(reader.hub, reader.who)}, reader.who, 409
    )


async def _why(reader: Reader, x: Done) -> Refused:
    """Why nothing was done, and who was first."""
    error, language = x.error, reader.language
    assert error is not None, "only these are refused"
    why = language.gettext(wording.FAILURES.get(error.code, wording.FAILURES["internal"]))
    # Whoever plans may hand on what they may not open: whose it is about they are not told.
    if x.item is None or not {x.item.inbox, x.item.home} & {*reader.who.inboxes}:
        return Refused("", "", why, "")
    patient = x.item.headline.patient or language.gettext(N_("No patient"))
    if isinstance(error, Stale | IllegalMove):
        history = await reader.hub.store.history(x.item.id)
        words = wording.standing(language, x.item, reader.hub.directory, history)
    else:
        words = wording.told(language, str(error))
    return Refused(patient, f"/items/{x.item.id}", why, words)
