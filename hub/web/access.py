"""Who asks: people by session cookie or HTTP Basic, systems by key; nobody is anonymous.

How somebody shows who they are is known to `accounts` alone. Here are their sessions: begun, locked when nobody did
anything for a while, unlocked by the same person, ended.
"""

import base64
import binascii
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import BackgroundTasks, Depends, Request

from hub import presence
from hub.account import SystemAccount
from hub.directory import Person, PersonId
from hub.errors import NotAllowed, NotSignedIn, Unavailable
from hub.record import Session
from hub.service import Hub
from hub.web import accounts
from hub.web.accounts import SignIn

COOKIE = "sambud"

# How many real seconds pass before it is written down again that somebody does something.
SEEN_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Sitting:
    """The session that a call came with; one that is not `open` is locked."""

    token: str
    session: Session
    open: bool


async def hub_of(request: Request) -> Hub:
    """The hub behind this door; async, because FastAPI takes a thread for what is not."""
    hub: Hub = request.app.state.hub
    return hub


async def person(request: Request) -> Person:
    """The person who asks, by session cookie or HTTP Basic, with the inboxes that they cover today.

    Raises NotSignedIn, also when the session is locked, TooManyGuesses, or what `from_here` does.
    """
    hub: Hub = request.app.state.hub
    found = request.state.sitting = await sitting(request)
    if found and found.open and (known := hub.directory.people.get(found.session.person)):
        await from_here(request)
        return _sighted(hub, known)
    username, password = _basic(request)
    state = request.app.state
    signed = await accounts.check(hub, username, password, state.guesses, state.remembered)
    return _sighted(hub, hub.directory.people[signed.person])


async def acting(request: Request, background: BackgroundTasks) -> Person:
    """The person who asks, as `person` says; what they do themselves keeps their session from being locked."""
    who = await person(request)
    found: Sitting | None = request.state.sitting
    hub: Hub = request.app.state.hub
    if found and _own_act(request) and _long_since(hub, found.session.seen_at, SEEN_SECONDS):
        # Beside the answer: a page must not wait for the store to be written.
        background.add_task(_noted, hub, found.token)
    return who


async def from_here(request: Request) -> None:
    """Refuse what a page of another site asks for in the person's name. Raises NotAllowed.

    The cookie is SameSite=Strict already; this holds for browsers and proxies that get that wrong, and for other hosts
    of the same site, which SameSite does not keep out.
    """
    if request.method in ("GET", "HEAD"):
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = site not in (None, "same-origin", "none")
    # Browsers send "null" for an origin they hide; then only Sec-Fetch-Site tells where the form came from.
    hidden = origin == "null" and site is not None
    if foreign or (origin and not hidden and not same_host(request, origin)):
        raise NotAllowed("this was asked for from a page of another site")


def same_host(request: Request, address: str) -> bool:
    """Whether an address is of the host that is asked; one that is none is of no host."""
    with suppress(ValueError):
        return urlsplit(address).netloc == request.headers.get("host")
    return False


async def person_if_any(request: Request, background: BackgroundTasks) -> Person | None:
    """The person who asks, or None when nobody is signed in. Raises TooManyGuesses."""
    try:
        return await acting(request, background)
    except NotSignedIn:
        return None


async def system(request: Request) -> SystemAccount:
    """The system that asks, by its key as a Bearer token. Raises NotSignedIn."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    hub: Hub = request.app.state.hub
    account = hub.accounts.systems.get(sha256(key.strip().encode()).hexdigest())
    if scheme.lower() != "bearer" or account is None:
        raise NotSignedIn("send the system's key: Authorization: Bearer KEY")
    return account


async def anybody(request: Request) -> Person | SystemAccount:
    """The person or the system that asks. Raises NotSignedIn or TooManyGuesses."""
    scheme = request.headers.get("authorization", "").partition(" ")[0]
    return await (system(request) if scheme.lower() == "bearer" else person(request))


async def sitting(request: Request) -> Sitting | None:
    """The session that a call came with, locked or not, while it lasts and the sign-in that it began with holds."""
    hub: Hub = request.app.state.hub
    token = request.cookies.get(COOKIE)
    session = await hub.store.session(token, hub.clock.now()) if token else None
    if not token or session is None or not any(_begun_with(token, x) for x in accounts.of(hub, session.person)):
        return None
    minutes: int = request.app.state.lock_minutes
    idle = minutes > 0 and _long_since(hub, session.seen_at, minutes * 60.0)
    return Sitting(token, session, not (session.locked or idle))


def left_by(request: Request) -> PersonId | None:
    """Who sat here before, by the cookie that they left, also when their session is over; None when nobody can say."""
    token = request.cookies.get(COOKIE, "")
    return next((x.person for x in accounts.all_of(request.app.state.hub) if _begun_with(token, x)), None)


async def begin(hub: Hub, signed: SignIn, hours: int = 10) -> str:
    """Begin a session and return its token, for the cookie."""
    secret = secrets.token_urlsafe(32)
    token = f"{secret}.{_mark(secret, signed)}"
    now = hub.clock.now()
    await hub.store.sign_in(token, signed.person, now, now + timedelta(hours=hours))
    return token


async def end(hub: Hub, token: str) -> None:
    """End a session."""
    await hub.store.sign_out(token)


async def _noted(hub: Hub, token: str) -> None:
    # Without it the session is locked a little early, which is no reason to fail.
    with suppress(Unavailable):
        await hub.store.active(token, hub.clock.now())


def _own_act(request: Request) -> bool:
    """Whether a person did this: opened a page or sent a form. What an open page fetches by itself is no act."""
    if request.url.path.startswith("/v1/") or request.url.path.endswith("/lines"):
        return False
    return request.headers.get("sec-fetch-dest", "document") == "document"


def _long_since(hub: Hub, seen_at: datetime | None, seconds: float) -> bool:
    """Whether so many real seconds have passed since then; also a rehearsal's clock is looked at by real people."""
    return seen_at is None or seen_at <= hub.clock.after(-seconds)


def _sighted(hub: Hub, known: Person) -> Person:
    """A person with the inboxes of the colleagues whom they cover today, after their own."""
    covered = presence.covered(known.id, hub.directory, hub.clock.now())
    return replace(known, inboxes=(*known.inboxes, *covered)) if covered else known


def _begun_with(token: str, signed: SignIn) -> bool:
    secret, _, mark = token.partition(".")
    return secrets.compare_digest(_mark(secret, signed).encode(), mark.encode())


def _mark(secret: str, signed: SignIn) -> str:
    """What ties a session to a sign-in; the store keeps only a digest of the whole token."""
    return sha256(f"{secret} {signed.name} {signed.bond}".encode()).hexdigest()


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise NotSignedIn("sign in, or send a username and password with HTTP Basic")
    try:
        username, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as fault:
        raise NotSignedIn("the Authorization header is not valid HTTP Basic") from fault
    if not colon:
        raise NotSignedIn("the Authorization header is not valid HTTP Basic")
    return username, password


Who = Annotated[Person, Depends(acting)]
Visitor = Annotated[Person | None, Depends(person_if_any)]
System = Annotated[SystemAccount, Depends(system)]
TheHub = Annotated[Hub, Depends(hub_of)]
