"""Whether the hub can work: its store takes what is written. Asked by anybody, measured now and then."""

import asyncio
import time

from hub.errors import Unavailable
from hub.service import Hub

# How long what was found is told again: whoever asks without end costs the store no more.
KEPT_SECONDS = 5.0


class Pulse:
    """What the last write came to."""

    def __init__(self, hub: Hub, keep: float = KEPT_SECONDS) -> None:
        self._hub, self._keep = hub, keep
        self._measuring = asyncio.Lock()
        self._at = float("-inf")
        self._failed: Unavailable | None = None

    async def feel(self) -> None:
        """Write something, unless that was done a moment ago. Raises Unavailable when nothing can be written."""
        async with self._measuring:
            if time.monotonic() - self._at >= self._keep:
                self._failed = await self._tried()
                self._at = time.monotonic()
        if self._failed:
            raise Unavailable(str(self._failed)) from self._failed

    async def _tried(self) -> Unavailable | None:
        try:
            await self._hub.store.probe(self._hub.clock.now())
        except Unavailable as fault:
            return fault
        return None
