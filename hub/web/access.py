"""Who asks: people by session cookie or HTTP Basic, systems by key; nobody is anonymous."""

import asyncio
import base64
import binascii
import secrets
from collections import OrderedDict
from datetime import timedelta
from hashlib import sha256
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import Depends, Request

from hub.account import SystemAccount
from hub.directory import Person
from hub.errors import NotSignedIn
from hub.service import Hub

COOKIE = "sambud"

# How many sign-ins with Basic are remembered, so that not every call pays for Argon2.
REMEMBERED = 256

_hasher = PasswordHasher()
# Verified when nobody has the name, so that an answer's time does not tell which names exist.
_NOBODY = _hasher.hash(secrets.token_hex(16))


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
    """The person who asks, by session cookie or HTTP Basic. Raises NotSignedIn."""
    hub: Hub = request.app.state.hub
    if token := request.cookies.get(COOKIE):
        known = await hub.store.person_of(token, hub.clock.now())
        if known is not None and known in hub.directory.people:
            return hub.directory.people[known]
    username, password = _basic(request)
    return await check(hub, username, password, request.app.state.remembered)


async def system(request: Request) -> SystemAccount:
    """The system that asks, by its key as a Bearer token. Raises NotSignedIn."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    hub: Hub = request.app.state.hub
    account = hub.accounts.systems.get(sha256(key.strip().encode()).hexdigest())
    if scheme.lower() != "bearer" or account is None:
        raise NotSignedIn("send the system's key: Authorization: Bearer KEY")
    return account


async def check(hub: Hub, username: str, password: str, remembered: Remembered | None = None) -> Person:
    """The person whose username and password these are. Raises NotSignedIn, which does not say which is wrong."""
    account = hub.accounts.people.get(username.strip().lower())
    stored = account.password_hash if account else _NOBODY
    if account is None or not (remembered and remembered.find(username, password, stored)):
        # Argon2 takes its time on purpose; the loop must not wait for it.
        right = await asyncio.to_thread(_verify, stored, password)
        if account is None or not right:
            raise NotSignedIn("username or password is wrong")
        if remembered:
            remembered.keep(username, password, stored)
    return hub.directory.people[account.person]


async def begin(hub: Hub, who: Person, hours: int = 10) -> str:
    """Begin a session and return its token, for the cookie."""
    token = secrets.token_urlsafe(32)
    now = hub.clock.now()
    await hub.store.sign_in(token, who.id, now, now + timedelta(hours=hours))
    return token


async def end(hub: Hub, token: str) -> None:
    """End a session."""
    await hub.store.sign_out(token)


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
System = Annotated[SystemAccount, Depends(system)]
TheHub = Annotated[Hub, Depends(hub_of)]
