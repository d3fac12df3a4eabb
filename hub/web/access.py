"""Who asks: people by session cookie or HTTP Basic, systems by key; nobody is anonymous."""

import asyncio
import base64
import binascii
import secrets
from collections import OrderedDict
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import Depends, Request

from hub.account import PersonAccount, SystemAccount
from hub.directory import Person
from hub.errors import NotSignedIn
from hub.service import Hub
from hub.web.guessing import Guesses

COOKIE = "sambud"

# How many sign-ins with Basic are remembered, so that not every call pays for Argon2.
REMEMBERED = 256

_hasher = PasswordHasher()


class Remembered:
    """Digests of credentials that were right a moment ago, salted anew in every process."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, str] = OrderedDict()

    def find(self, username: str, password: str, password_hash: str) -> bool:
        """Whether this sign-in was right before, and the account's password is still the same."""
        return self._known.get(self._digest(username, password)) == password_hash

    def keep(self, username: str, password: str, password_hash: str) -> None:
        """Remember a right sign-in; the oldest is forgotten when there are too many."""
        self._known[self._digest(username, password)] = password_hash
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _digest(self, username: str, password: str) -> bytes:
        return sha256(self._salt + username.encode() + b"\0" + password.encode()).digest()


async def hub_of(request: Request) -> Hub:
    """The hub behind this door; async, because FastAPI takes a thread for what is not."""
    hub: Hub = request.app.state.hub
    return hub


async def person(request: Request) -> Person:
    """The person who asks, by session cookie or HTTP Basic. Raises NotSignedIn or TooManyGuesses."""
    hub: Hub = request.app.state.hub
    if (token := request.cookies.get(COOKIE)) and (known := await _of_session(hub, token)):
        return known
    username, password = _basic(request)
    state = request.app.state
    account = await check(hub, username, password, state.guesses, state.remembered)
    return hub.directory.people[account.person]


async def person_if_any(request: Request) -> Person | None:
    """The person who asks, or None when nobody is signed in. Raises TooManyGuesses."""
    try:
        return await person(request)
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


async def check(
    hub: Hub, username: str, password: str, guesses: Guesses, remembered: Remembered | None = None
) -> PersonAccount:
    """The account whose username and password these are.

    Raises NotSignedIn, which does not say which is wrong, or TooManyGuesses.
    """
    name = username.strip().lower()
    account = hub.accounts.people.get(name)
    async with guesses.turn(name):
        if account and remembered and remembered.find(username, password, account.password_hash):
            return account
        clock = asyncio.get_running_loop().time
        guesses.heed(name, clock())
        # Argon2 takes its time on purpose; the loop must not wait for it.
        right = await asyncio.to_thread(_verify, _stored(hub, name), password)
        if account is None or not right:
            guesses.wrong(name, clock())
            raise NotSignedIn("username or password is wrong")
        guesses.right(name)
    if remembered:
        remembered.keep(username, password, account.password_hash)
    return account


async def begin(hub: Hub, account: PersonAccount, hours: int = 10) -> str:
    """Begin a session and return its token, for the cookie."""
    secret = secrets.token_urlsafe(32)
    token = f"{secret}.{_mark(secret, account)}"
    now = hub.clock.now()
    await hub.store.sign_in(token, account.person, now, now + timedelta(hours=hours))
    return token


async def end(hub: Hub, token: str) -> None:
    """End a session."""
    await hub.store.sign_out(token)


async def _of_session(hub: Hub, token: str) -> Person | None:
    """Whose session a token is, while it lasts and the account has the password that it began with."""
    known = await hub.store.person_of(token, hub.clock.now())
    secret, _, mark = token.partition(".")
    accounts = (a for a in hub.accounts.people.values() if a.person == known)
    if any(secrets.compare_digest(_mark(secret, a).encode(), mark.encode()) for a in accounts):
        return hub.directory.people.get(known) if known else None
    return None


def _mark(secret: str, account: PersonAccount) -> str:
    """What ties a session to an account and its password; the store keeps only a digest of the whole token."""
    return sha256(f"{secret} {account.username} {account.password_hash}".encode()).hexdigest()


def _stored(hub: Hub, name: str) -> str:
    """The hash to verify against; for an unknown name somebody's, always the same, so that its cost tells nothing."""
    people = hub.accounts.people
    if not people:
        return _nobodys_hash()
    if name in people:
        return people[name].password_hash
    chosen = int.from_bytes(sha256(name.encode(errors="replace")).digest()) % len(people)
    return sorted(a.password_hash for a in people.values())[chosen]


@cache
def _nobodys_hash() -> str:
    """What is verified when there is no account at all; made only then, because it takes a fifth of a second."""
    return _hasher.hash(secrets.token_hex(16))


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


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


Who = Annotated[Person, Depends(person)]
Visitor = Annotated[Person | None, Depends(person_if_any)]
System = Annotated[SystemAccount, Depends(system)]
TheHub = Annotated[Hub, Depends(hub_of)]
