"""Who sits here, and in which language: sign-in, sign-out, the lock, the choice of language, and the front door."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from hub.errors import NotAllowed, NotSignedIn
from hub.service import Hub
from hub.web import access, accounts, language
from hub.web.access import TheHub, Who
from hub.web.accounts import SignIn
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
    """The sign-in form; on a locked computer it says whose session is locked."""
    name, locked = await _locked(request)
    return form(request, next, name, locked=locked)


@router.post("/sign-in")
async def sign_in(
    request: Request, hub: TheHub, username: Field = "", password: Field = "", next: Field = "/"
) -> Response:
    """Begin a session, or unlock it, and on to the page that was asked for; what somebody else saw is not shown."""
    try:
        signed = await accounts.check(hub, username, password, request.app.state.guesses)
    except (NotSignedIn, TooManyGuesses) as error:
        return form(request, next, username, error)
    same = access.left_by(request) in (None, signed.person)
    return await begun(request, hub, signed, RedirectResponse(page.local(next) if same else "/", 303))


@router.post("/sign-out")
async def sign_out(request: Request, hub: TheHub) -> Response:
    """End the session."""
    if token := request.cookies.get(access.COOKIE):
        await access.end(hub, token)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(access.COOKIE, httponly=True, samesite="strict", secure=_secure(request))
    return response


@router.post("/lock")
async def lock(request: Request, hub: TheHub, next: Field = "/") -> Response:
    """Lock the session: nothing is seen or done in it before the same person's password unlocks it."""
    if found := await access.sitting(request):
        await hub.store.lock(found.token)
    return RedirectResponse(f"/sign-in?next={quote(page.local(next), safe='/')}", 303)


@router.get("/here")
async def still(who: Who) -> Response:
    """Who is signed in, for a page whose stream was refused or that has none; else the way to the sign-in."""
    return Response(status_code=204, headers={"Sambud-Person": who.id})


@router.post("/here")
async def here(request: Request, who: Who, hub: TheHub) -> Response:
    """What an open page tells for whoever writes or points there: they are here, though they send nothing."""
    await hub.store.active(request.cookies.get(access.COOKIE, ""), hub.clock.now())
    return Response(status_code=204)


@router.post("/language")
async def choose(request: Request, code: Annotated[str, Form(alias="language")] = "", next: Field = "/") -> Response:
    """Keep the choice of language, and back to the page."""
    response = RedirectResponse(page.local(next), 303)
    if code in LANGUAGES:
        keep(request, response, language.COOKIE, code)
    return response


def keep(request: Request, response: Response, name: str, value: str) -> None:
    """Keep a choice in this browser for a year."""
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="lax", secure=_secure(request))


def form(
    request: Request,
    next: str,
    username: str = "",
    error: NotSignedIn | TooManyGuesses | None = None,
    kept: Mapping[str, str] | None = None,
    locked: str = "",
) -> Response:
    """The sign-in form; with `kept` it carries along what stood in an item's form, and goes back to that item.

    `locked` is the name of whoever is expected back.
    """
    wrong = (WAIT if isinstance(error, TooManyGuesses) else WRONG) if error else ""
    values = {"next": page.local(next), "username": username, "wrong": wrong, "kept": kept or {}, "locked": locked}
    return page.show(request, "sign_in.html", values, status=error.status if error else 401 if kept else 200)


async def begun(request: Request, hub: Hub, signed: SignIn, response: Response) -> Response:
    """The response, with the session unlocked if it was theirs, else with the cookie of a new one."""
    if found := await access.sitting(request):
        if found.session.person == signed.person and await hub.store.unlock(found.token, hub.clock.now()):
            return response
        await access.end(hub, found.token)
    token = await access.begin(hub, signed, request.app.state.session_hours)
    # Without an age the cookie goes when the browser closes, which is what a shared PC needs.
    response.set_cookie(access.COOKIE, token, httponly=True, samesite="strict", secure=_secure(request))
    return response


async def _locked(request: Request) -> tuple[str, str]:
    """By which name whoever locked this computer signs in, and what they are called."""
    found = await access.sitting(request)
    if found is None or found.open:
        return "", ""
    hub: Hub = request.app.state.hub
    person = hub.directory.people.get(found.session.person)
    return next((x.name for x in accounts.of(hub, found.session.person)), ""), person.name if person else ""


def _secure(request: Request) -> bool:
    configured: bool = request.app.state.secure_cookies
    return configured or request.url.scheme == "https"
