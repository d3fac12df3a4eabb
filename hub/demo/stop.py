"""The signals by which somebody ends the demo."""

import asyncio
import signal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """Waits for the first signal; further ones do not hurry the end, in which a server is stopped and data are removed.

    Once `resting` is set, a signal breaks nothing off: the day is done.
    """

    def __init__(self) -> None:
        self.number = 0
        self.resting = False
        self.told = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._hear, number)

    def _hear(self, number: int) -> None:
        self.number = self.number or number
        self.told.set()
