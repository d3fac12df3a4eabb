"""An inbox as a list: what went wrong, what others could not do in time, what is due first, and what is done."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from hub import presence, pressure
from hub.directory import PLANNING, Inbox, InboxId, Person
from hub.errors import Unknown
from hub.selection import Filters, Folder, Selection
from hub.service import Hub
from hub.web import language
from hub.web.access import TheHub, Who
from hub.web.answers import ANEW, Answers
from hub.web.pages import lists, page, undoing
from hub.web.pages.asking import After, Asked, Ended, Narrowed, New
from hub.web.pages.rows import Alert, Gap, Notice, Reader

router = APIRouter()


@router.get("/inboxes/{id}")
async def inbox(
    request: Request,
    id: str,
    who: Who,
    hub: TheHub,
    filters: Narrowed,
    ended: Ended = False,
    after: After = None,
    done: str = "",
    num: str = "",
) -> Response:
    """The page of an inbox."""
    asked = _asked(hub.inbox(InboxId(id), who), who, filters, ended, after)
    reader = _reader(request, hub, who, asked)
    beside = await page.places(hub, who)
    values = await _values(asked, reader, beside) | await lists.around(asked, reader, beside)
    told = {"done": lists.done(done, num, reader.language), "undo": await undoing.offered(request, hub, who)}
    return page.show(request, "inbox.html", values | told, who)


@router.get("/inboxes/{id}/lines")
async def lines(
    request: Request,
    id: str,
    who: Who,
    hub: TheHub,
    filters: Narrowed,
    ended: Ended = False,
    after: After = None,
    new: New = 0,
) -> Response:
    """Only the lists of an inbox, for a page that stands open."""
    asked = _asked(hub.inbox(InboxId(id), who), who, filters, ended, after, new)
    answers: Answers = request.app.state.answers
    reader = _reader(request, hub, who, asked, answers)
    values = await _values(asked, reader, await page.places(hub, who, answers))
    return page.show(request, "fragment.html", values, who)


@router.post("/alerts/{id}/seen")
async def seen(
    id: Annotated[int, Path(ge=1, le=2**62)],
    who: Who,
    hub: TheHub,
    inbox: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """The person has seen an alert; back to where they were, also when somebody else was first."""
    home = page.local(next) if next else page.inbox_path(InboxId(inbox)) if inbox in who.inboxes else "/"
    try:
        await hub.heed(id, who, hub.clock.now())
    except Unknown:
        return RedirectResponse(home, 303)
    return RedirectResponse(page.told(home, "seen") if home != "/" else home, 303)


def _asked(inbox: Inbox, who: Person, filters: Filters, ended: bool, after: str | None, new: int = 0) -> Asked:
    selection = Selection(Folder.ARCHIVE if ended else Folder.GROUP, (inbox.id,), who.id, filters)
    return Asked(page.inbox_path(inbox.id), inbox.name, selection, inbox.id, True, after, new)


def _reader(request: Request, hub: Hub, who: Person, asked: Asked, answers: Answers = ANEW) -> Reader:
    inbox = hub.directory.inboxes[asked.selection.inboxes[0]]
    hours = hub.directory.practices[inbox.practice].hours
    return Reader(hub, who, language.of(request), hours, hub.clock.now(), answers)


async def _values(asked: Asked, reader: Reader, beside: page.Beside) -> dict[str, Any]:
    found = await lists.values(asked, reader, beside)
    inbox = reader.hub.directory.inboxes[asked.selection.inboxes[0]]
    if asked.ended or not asked.first:
        return found
    return found | {
        "alerts": await _alerts(reader, inbox),
        "notices": await _notices(reader, inbox),
        "pressing": await _pressing(reader, inbox),
        "gaps": _gaps(reader, inbox),
    }


async def _alerts(reader: Reader, inbox: Inbox) -> Sequence[Alert]:
    store = reader.hub.store
    found = await reader.answers.ask(("alerts", inbox.id), lambda: store.alerts(inbox.id, lists.ALERTS))
    return [reader.alert(x) for x in found]


async def _notices(reader: Reader, inbox: Inbox) -> Sequence[Notice]:
    """Each item elsewhere once, the newest notice first; the inbox's own items stand in its list."""
    store, newest = reader.hub.store, dict[str, Notice]()
    found = await reader.answers.ask(("notices", inbox.id), lambda: store.notices(inbox.id, lists.NOTICES))
    for line, _, at, late in found:
        if line.item.inbox != inbox.id and line.item.id not in newest:
            newest[line.item.id] = reader.notice(line, at, late)
    return list(newest.values())


async def _pressing(reader: Reader, inbox: Inbox) -> Sequence[str]:
    """Where more is due soon than those who are here can do: for those who plan all of it, for others their own."""
    hub, practices = reader.hub, {inbox.practice}
    found = await reader.answers.ask(
        ("pressing", inbox.practice), lambda: pressure.found(hub.store, hub.directory, reader.now, practices)
    )
    return [reader.pressing(x) for x in found if inbox.kind in PLANNING or x.inbox == inbox.id]


def _gaps(reader: Reader, inbox: Inbox) -> Sequence[Gap]:
    """For those who plan who is here: where nobody covers in the coming days."""
    if inbox.kind not in PLANNING:
        return []
    alike: dict[tuple[str, tuple[str, ...]], list[presence.Gap]] = {}
    for gap in presence.coming(reader.hub.directory, reader.now, practices={inbox.practice}):
        alike.setdefault((gap.words, gap.path), []).append(gap)
    return [reader.gap(*what, gaps) for what, gaps in alike.items()]
