"""Who is this? The seam for sign-in: the one module that knows that people have local accounts.

`access` keeps sessions and asks here for two things only. A sign-in with OpenID Connect is put here, in the place of
usernames and passwords, and nothing else changes. It must give

- a `SignIn` when the provider has answered: the `person` as the directory names them (from a claim that identifies a
  professional, such as the HPR number), the `name` by which they sign in again, and a `bond`;
- `of`: the sign-ins of a person that hold at this moment. A session lasts only as long as the sign-in that it began
  with is among them. The bond of a local account is its password; the provider's would be its session id (`sid`), so
  that a log-out there (back-channel) ends the sessions here.

The sign-in page (pages/signing.py) then sends people to the provider instead of showing two fields, and unlocking asks
the provider for the same person anew (`prompt=login`). HTTP Basic for people's programs goes away with the passwords.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.account import PersonAccount
from hub.directory import PersonId
from hub.errors import NotSignedIn
from hub.service import Hub
from hub.web.guessing import Guesses

# How many sign-ins with Basic are remembered, so that not every call pays for Argon2.
REMEMBERED = 256

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who has shown who they are; `bond` is secret, and another one when this sign-in holds no longer."""

    person: PersonId
    name: str
    bond: str = field(repr=False)


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


async def check(
    hub: Hub, username: str, password: str, guesses: Guesses, remembered: Remembered | None = None
) -> SignIn:
    """Whose username and password these are.

    Raises NotSignedIn, which does not say which is wrong, or TooManyGuesses.
    """
    name = username.strip().lower()
    account = hub.accounts.people.get(name)
    async with guesses.turn(name):
        if account and remembered and remembered.find(username, password, account.password_hash):
            return _sign_in(account)
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
    return _sign_in(account)


def of(hub: Hub, person: PersonId) -> Iterator[SignIn]:
    """The sign-ins of a person that hold now."""
    return (x for x in all_of(hub) if x.person == person)


def all_of(hub: Hub) -> Iterator[SignIn]:
    """Every sign-in that holds now."""
    return map(_sign_in, hub.accounts.people.values())


def _sign_in(account: PersonAccount) -> SignIn:
    return SignIn(account.person, account.username, account.password_hash)


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


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
