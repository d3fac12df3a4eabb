"""What the store answered a moment ago, for whoever asks the same: many pages look at once when something happens."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Any, TypeVar

# A page looks 0.3 s after it was opened, or after an event, at the earliest (static/live.js): what is younger than
# this has heard of all that the page knows of.
LASTING = 0.2

T = TypeVar("T")


class Answers:
    """Each question is asked once in so many seconds, and while it is being asked; with 0 always anew."""

    def __init__(self, lasting: float = LASTING) -> None:
        self._lasting = lasting
        self._held: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}

    async def ask(self, question: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question, asked by `ask`, or when somebody asked it last. Raises what asking raised.

        `question` says all that the answer depends on, but for the time and what is stored.
        """
        if not self._lasting:
            return await ask()
        now = monotonic()
        since, asking = self._held.get(question, (-self._lasting, None))
        if asking is None or now - since >= self._lasting:
            self._held = {x: held for x, held in self._held.items() if now - held[0] < self._lasting}
            asking = asyncio.ensure_future(_awaited(ask))
            self._held[question] = now, asking
        found: T = await asyncio.shield(asking)
        return found


async def _awaited(ask: Callable[[], Awaitable[T]]) -> T:
    return await ask()


# For what must know of what its reader did just before.
ANEW = Answers(0)
