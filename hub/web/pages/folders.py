"""Folders: the same list over all of a person's inboxes, for what is to be done next."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from hub.directory import InboxId, Person
from hub.errors import NotAllowed
from hub.selection import Filters, Folder, Selection
from hub.service import Hub
from hub.web import language, wording
from hub.web.access import TheHub, Who
from hub.web.answers import Answers
from hub.web.pages import lists, page, undoing
from hub.web.pages.asking import After, Asked, Narrowed, New, Written
from hub.web.pages.rows import Reader

router = APIRouter()


@router.get("/folders/{folder}")
async def folder(
    request: Request,
    folder: Folder,
    who: Who,
    hub: TheHub,
    filters: Narrowed,
    inbox: Written = "",
    after: After = None,
    done: str = "",
    num: str = "",
) -> Response:
    """The page of a folder."""
    reader = reader_of(request, hub, who)
    asked = _asked(folder, reader, filters, inbox, after)
    beside = await page.places(hub, who)
    values = await _values(asked, reader, beside) | await lists.around(asked, reader, beside)
    told = {"done": lists.done(done, num, reader.language), "undo": await undoing.offered(request, hub, who)}
    return page.show(request, "inbox.html", values | told, who)


@router.get("/folders/{folder}/lines")
async def lines(
    request: Request,
    folder: Folder,
    who: Who,
    hub: TheHub,
    filters: Narrowed,
    inbox: Written = "",
    after: After = None,
    new: New = 0,
) -> Response:
    """Only the lists of a folder, for a page that stands open."""
    answers: Answers = request.app.state.answers
    reader = replace(reader_of(request, hub, who), answers=answers)
    asked = _asked(folder, reader, filters, inbox, after, new)
    values = await _values(asked, reader, await page.places(hub, who, answers))
    return page.show(request, "fragment.html", values, who)


def reader_of(request: Request, hub: Hub, who: Person) -> Reader:
    """Who reads over several inboxes, by the clock of their own practice."""
    return Reader(hub, who, language.of(request), hub.directory.practices[who.practice].hours, hub.clock.now())


def narrowed(hub: Hub, who: Person, inbox: str) -> tuple[InboxId, ...]:
    """The inboxes that a folder is over: all that the person sees, or the one that is named. Raises NotAllowed."""
    mine = page.seen(hub, who)
    if inbox and inbox not in mine:
        raise NotAllowed(f"{who.id} does not belong to the inbox {inbox!r}")
    return (InboxId(inbox),) if inbox else mine


def _asked(folder: Folder, reader: Reader, filters: Filters, inbox: str, after: str | None, new: int = 0) -> Asked:
    selection = Selection(folder, narrowed(reader.hub, reader.who, inbox), reader.who.id, filters)
    name, one = reader.language.gettext(wording.FOLDERS[folder]), InboxId(inbox) if inbox else None
    return Asked(f"/folders/{folder.value}", name, selection, one, False, after, new)


async def _values(asked: Asked, reader: Reader, beside: page.Beside) -> dict[str, Any]:
    found = await lists.values(asked, reader, beside)
    if asked.selection.folder is not Folder.DEVIATIONS:
        return found
    before = int(asked.after) if asked.after and asked.after.isdecimal() and len(asked.after) < 19 else None
    raised = await reader.hub.store.lists.deviations(asked.selection.inboxes, before, lists.LINES)
    following = asked.path(after=str(raised[-1].id)) if len(raised) == lists.LINES else ""
    return found | {"alerts": [reader.alert(x) for x in raised], "following": following}
