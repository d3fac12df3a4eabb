"""How somebody wants the pages: kept in a cookie of this browser, also without scripts."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from hub.web import choices
from hub.web.access import TheHub, Who
from hub.web.pages import page, signing

router = APIRouter()

Field = Annotated[str, Form()]


@router.get("/settings")
async def settings(request: Request, who: Who, hub: TheHub, saved: Annotated[bool, Query()] = False) -> Response:
    """The page of settings."""
    return page.show(request, "settings.html", {"places": await page.places(hub, who), "saved": saved}, who)


@router.post("/settings")
async def save(
    request: Request,
    who: Who,
    theme: Field = "",
    density: Field = "",
    keys: Field = "off",
    sound: Field = "off",
    desktop: Field = "off",
) -> Response:
    """Keep what was chosen, and show it. A switch that is off is not in a form."""
    said = {"theme": theme, "density": density, "keys": keys, "sound": sound, "desktop": desktop}
    response = RedirectResponse("/settings?saved=1", 303)
    signing.keep(request, response, choices.COOKIE, choices.of(said).written())
    return response
