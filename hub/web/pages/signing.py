"""Who sits here, and in which language: sign-in, sign-out, the choice of language, and the front door."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from hub.account import PersonAccount
from hub.errors import NotAllowed, NotSignedIn
from hub.service import Hub
from hub.web import access, language
from hub.web.access import TheHub, Who
from hub.web.guessing import TooManyGuesses
from hub.web.language import LANGUAGES, N_
from hub.web.pages import page

router = APIRouter()

# A choice of language outlives the session: shared PCs keep it for a year.
YEAR = 365 * 24 * 3600

Field = Annotated[str, Form()]

# Why a sign-in was refused.
WRONG = N_("The username or the password is wrong.")
WAIT = N_("Too many wrong passwords for this username. Wait half a minute and try again.")


@router.get("/")
async def front(who: Who) -> Response:
    """To the person's first inbox."""
    if not who.inboxes:
        raise NotAllowed(f"{who.id} belongs to no inbox")
    return RedirectResponse(page.inbox_path(who.inboxes[0]), 303)


@router.get("/sign-in")
async def sign_in_form(request: Request, next: Annotated[str, Query()] = "/") -> Response:
    """The sign-in form."""
    return form(request, next)


@router.post("/sign-in")
async def sign_in(
    request: Request, hub: TheHub, username: Field = "", password: Field = "", next: Field = "/"
) -> Response:
    """Begin a session, and on to the page that was asked for."""
    try:
        account = await access.check(hub, username, password, request.app.state.guesses)
    except (NotSignedIn, TooManyGuesses) as error:
        return form(request, next, username, error)
    return await begun(request, hub, account, RedirectResponse(page.local(next), 303))


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


def form(
    request: Request,
    next: str,
    username: str = "",
    error: NotSignedIn | TooManyGuesses | None = None,
    kept: Mapping[str, str] | None = None,
) -> Response:
    """The sign-in form; with `kept` it carries along what stood in an item's form, and goes back to that item."""
    wrong = (WAIT if isinstance(error, TooManyGuesses) else WRONG) if error else ""
    values = {"next": page.local(next), "username": username, "wrong": wrong, "kept": kept or {}}
    return page.show(request, "sign_in.html", values, status=error.status if error else 401 if kept else 200)


async def begun(request: Request, hub: Hub, account: PersonAccount, response: Response) -> Response:
    """The response, with the cookie of a new session."""
    token = await access.begin(hub, account, request.app.state.session_hours)
    # Without an age the cookie goes when the browser closes, which is what a shared PC needs.
    response.set_cookie(access.COOKIE, token, httponly=True, samesite="strict", secure=_secure(request))
    return response


def _secure(request: Request) -> bool:
    configured: bool = request.app.state.secure_cookies
    return configured or request.url.scheme == "https"
