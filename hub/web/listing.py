"""The REST door's lists: folders over all of the caller's inboxes, search, and saved views."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from hub import searching
from hub.errors import BadRequest, Unknown
from hub.record import Listed
from hub.selection import Folder, Selection
from hub.web import cursor, viewing
from hub.web.access import TheHub, Who
from hub.web.api import ItemOut, Limit, Page, Shape, Wanted
from hub.web.api import item_out as shown
from hub.web.pages import folders, page
from hub.web.pages.asking import Narrowed, Written

router = APIRouter(prefix="/v1")


class FolderOut(Shape):
    """A folder with how many it has; what ended is not counted."""

    folder: Folder
    count: int | None


class FoundOut(Shape):
    """Items that were found, the newest message first; give `next` as `after` to look further back, until it is null.

    A page may have few or none of the caller's although there is more to look at.
    """

    items: list[ItemOut]
    next: int | None


class ViewOut(Shape):
    """A saved list: the path and query of its page."""

    name: str
    query: str


class ViewIn(Wanted):
    """The path and query of a list's page, as /folders/new?urgent=1."""

    query: Annotated[str, Field(min_length=1, max_length=viewing.QUERY)]


Name = Annotated[str, Path(min_length=1, max_length=viewing.NAME)]


@router.get("/folders")
async def every_folder(who: Who, hub: TheHub) -> list[FolderOut]:
    """The folders over all of the caller's inboxes with their counts."""
    counts = await hub.store.lists.counts(page.seen(hub, who), who.id)
    return [FolderOut(folder=x, count=counts.get(x)) for x in Folder]


@router.get("/folders/{folder}/items")
async def folder_items(
    folder: Folder,
    who: Who,
    hub: TheHub,
    filters: Narrowed,
    inbox: Written = "",
    after: str | None = None,
    limit: Limit = 100,
) -> Page:
    """Items of a folder by due time, narrowed by filters; the alerts of deviations are at each inbox's alerts."""
    if folder is Folder.DEVIATIONS:
        raise BadRequest("folder: what lies in deviations are alerts: GET /v1/inboxes/{inbox}/alerts")
    selection = Selection(folder, folders.narrowed(hub, who, inbox), who.id, filters)
    return _page(await hub.store.lists.listing(selection, cursor.read(after), limit, hub.clock.now()))


@router.get("/search")
async def search(
    who: Who,
    hub: TheHub,
    q: Annotated[str, Query(min_length=1, max_length=200, description="Words that must all be there")],
    after: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Limit = 50,
) -> FoundOut:
    """Items in the caller's inboxes by patient, sender, MsgId and text, the newest message first."""
    found = await searching.find(hub, who, q, after, limit)
    return FoundOut(items=[shown(x) for x in found.lines], next=found.following)


@router.get("/views")
async def views(who: Who, hub: TheHub) -> list[ViewOut]:
    """The caller's saved views by name."""
    return [ViewOut(name=name, query=query) for name, query in (await hub.store.lists.views(who.id)).items()]


@router.put("/views/{name}")
async def save_view(name: Name, body: ViewIn, who: Who, hub: TheHub) -> ViewOut:
    """Save a list under a name; one that had the name is replaced."""
    return ViewOut(name=await viewing.save(hub, who, name, body.query), query=body.query)


@router.delete("/views/{name}", status_code=204)
async def delete_view(name: Name, who: Who, hub: TheHub) -> Response:
    """Forget a view; 404 when there is none of that name."""
    if not await hub.store.lists.delete_view(who.id, name):
        raise Unknown(f"there is no view {name!r}")
    return Response(status_code=204)


def _page(found: Listed) -> Page:
    return Page(items=[shown(x) for x in found.lines], next="~".join(found.following) if found.following else None)
