"""Who sits here, and in which language: sign-in, sign-out, the choice of language, and the front door."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from hub.errors import NotAllowed, NotSignedIn
from hub.web import access, language
from hub.web.access import TheHub, Who
from hub.web.language import LANGUAGES
from hub.web.pages import page

router = APIRouter()

# A choice of language outlives the session: shared PCs keep it for a year.
YEAR = 365 * 24 * 3600

Field = Annotated[str, Form()]


@router.get("/")
async def front(who: Who) -> Response:
    """To the person's first inbox."""
    if not who.inboxes:
        raise NotAllowed(f"{who.id} belongs to no inbox")
    return RedirectResponse(page.inbox_path(who.inboxes[0]), 303)


@router.get("/sign-in")
async def sign_in_form(request: Request, next: Annotated[str, Query()] = "/") -> Response:
    """The sign-in form."""
    return page.show(request, "sign_in.html", {"next": page.local(next), "username": "", "wrong": False})


@router.post("/sign-in")
async def sign_in(
    request: Request, hub: TheHub, username: Field = "", password: Field = "", next: Field = "/"
) -> Response:
    """Begin a session, and on to the page that was asked for."""
    try:
        who = await access.check(hub, username, password)
    except NotSignedIn:
        again = {"next": page.local(next), "username": username, "wrong": True}
        return page.show(request, "sign_in.html", again, status=401)
    token = await access.begin(hub, who, request.app.state.session_hours)
    response = RedirectResponse(page.local(next), 303)
    # Without an age the cookie goes when the browser closes, which is what a shared PC needs.
    response.set_cookie(access.COOKIE, token, httponly=True, samesite="strict", secure=_secure(request))
    return response


@router.post("/sign-out")
async def sign_out(request: Request, hub: TheHub) -> Response:
    """End the session."""
    if token := request.cookies.get(access.COOKIE):
        await access.end(hub, token)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(access.COOKIE, httponly=True, samesite="strict", secure=_secure(request))
    return response


@router.post("/language")
async def choose(request: Request, code: Annotated[str, Form(alias="language")] = "", next: Field = "/") -> Response:
    """Keep the choice of language, and back to the page."""
    response = RedirectResponse(page.local(next), 303)
    if code in LANGUAGES:
        response.set_cookie(language.COOKIE, code, max_age=YEAR, httponly=True, samesite="lax", secure=_secure(request))
    return response


def _secure(request: Request) -> bool:
    configured: bool = request.app.state.secure_cookies
    return configured or request.url.scheme == "https"
