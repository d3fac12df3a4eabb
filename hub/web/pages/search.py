"""Search over all inboxes of a person: by patient, sender, MsgId and text, the newest first."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from hub import searching
from hub.web.access import TheHub, Who
from hub.web.pages import folders, page
from hub.web.pages.asking import Written

router = APIRouter()

# As many as one page shows.
LINES = 50


@router.get("/search")
async def search(
    request: Request, who: Who, hub: TheHub, q: Written = "", after: Annotated[int | None, Query(ge=1, le=2**62)] = None
) -> Response:
    """What was found; the page of a question says how to ask."""
    reader = folders.reader_of(request, hub, who)
    found = await searching.find(hub, who, q, after, LINES)
    values = {
        "places": await page.places(hub, who),
        "asking": q,
        "asked": searching.askable(q),
        "rows": await reader.rows(found.lines),
        "following": found.following,
        "after": after,
        "several": len(page.seen(hub, who)) > 1,
        "behind": await hub.store.lists.behind(),
        "printed": reader.language.stamp(reader.now, reader.hours),
    }
    return page.show(request, "search.html", values, who)
