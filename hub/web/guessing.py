"""Who guesses passwords: names with so many wrong ones in a row that they must wait."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import ClassVar
from weakref import WeakValueDictionary

from hub.errors import HubError

# So many wrong passwords in a row, and then so many real seconds before the next one is looked at.
TRIES = 5
WAIT_SECONDS = 30.0

# As many names are counted; the one that was tried longest ago is forgotten first.
NAMES = 10_000


class TooManyGuesses(HubError):
    """The name was given too many wrong passwords in a row."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "too-many-guesses"
    title: ClassVar[str] = "Too many wrong passwords; wait a little"


class Guesses:
    """Counts wrong passwords in a row by name, whether or not somebody has that name."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[bytes, tuple[int, float]] = OrderedDict()
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """One try at a time for a name, so that a hundred at once are counted like a hundred in a row."""
        key = _key(name)
        lock = self._turns.get(key) or self._turns.setdefault(key, asyncio.Lock())
        async with lock:
            yield

    def heed(self, name: str, now: float) -> None:
        """Refuse a name that must wait; `now` is in seconds. Raises TooManyGuesses."""
        tries, last = self._wrong.get(_key(name), (0, now))
        if tries >= TRIES and now - last < WAIT_SECONDS:
            raise TooManyGuesses(f"wait {WAIT_SECONDS:.0f} seconds, then try again")

    def wrong(self, name: str, now: float) -> None:
        """A wrong password was given."""
        key = _key(name)
        tries, _ = self._wrong.pop(key, (0, now))
        self._wrong[key] = (tries + 1, now)
        while len(self._wrong) > NAMES:
            self._wrong.popitem(last=False)

    def right(self, name: str) -> None:
        """The right password was given: the row is broken."""
        self._wrong.pop(_key(name), None)


def _key(name: str) -> bytes:
    """A name of any length as few bytes."""
    return sha256(name.encode(errors="replace")).digest()
