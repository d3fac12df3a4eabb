"""Views: lists that a person comes back to, under names of their own."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from hub.web import language, viewing
from hub.web.access import TheHub, Who
from hub.web.pages import lists, page

router = APIRouter()


@router.get("/views")
async def views(request: Request, who: Who, hub: TheHub, done: str = "") -> Response:
    """All that the person saved, each to be opened or deleted."""
    values = {"places": await page.places(hub, who), "done": lists.done(done, "", language.of(request))}
    return page.show(request, "views.html", values, who)


@router.post("/views")
async def save(
    who: Who,
    hub: TheHub,
    name: Annotated[str, Form(max_length=viewing.NAME)] = "",
    query: Annotated[str, Form(max_length=viewing.QUERY)] = "",
) -> Response:
    """Save a list under a name; one that had the name is replaced."""
    await viewing.save(hub, who, name, query)
    return RedirectResponse(page.told(query, "saved"), 303)


@router.post("/views/delete")
async def delete(who: Who, hub: TheHub, name: Annotated[str, Form(max_length=viewing.NAME)] = "") -> Response:
    """Forget a list; also when it was forgotten before."""
    await hub.store.lists.delete_view(who.id, name)
    return RedirectResponse(page.told("/views", "deleted"), 303)
