"""One engine with the threads that use it: whoever asks is answered in time, whatever the database does."""

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction

from hub.errors import Unavailable, Unwritable
from hub.store import bound, engine, grouping, writing
from hub.store.batch import Writing, Written

# What may run on the event loop: so many decisions at the most, none of them with more bytes than this.
SMALL = 32
SMALL_BYTES = 200_000

# How much longer than its thread a caller waits: the thread knows better what came of it.
GRACE_SECONDS = 1.0

_NOTHING = "nothing was taken in, so try again"
_UNKNOWN = "it may or may not be written, so try again"

P = ParamSpec("P")
T = TypeVar("T")


class Side:
    """One engine with the threads that use it; a whole transaction crosses to a thread once.

    Whoever asks is told after `seconds` that the database is silent, and soon after that the thread is free again.
    """

    def __init__(self, made: Engine, threads: int, seconds: float) -> None:
        self.engine = made
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")
        self._seconds = seconds
        self._end = math.inf

    async def run(self, work: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the work in a transaction of its own. A cancelled caller does not stop it half-way."""
        return await self.within(self._seconds, work, *args, **kwargs)

    async def within(
        self, seconds: float, work: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same, where the answer is of use for so many seconds only."""
        until = time.monotonic() + seconds
        loop = asyncio.get_running_loop()
        doing = loop.run_in_executor(self._threads, self._bounded, until, lambda: self.here(work, *args, **kwargs))
        return await _answer(doing, seconds)

    def here(self, work: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the work in a transaction of its own, in this thread."""
        with _wrapped(_NOTHING), self.engine.connect() as c:
            return _whole(c.begin(), lambda: work(c, *args, **kwargs))

    def hurry(self, seconds: float) -> None:
        """The end is near: whatever is under way or still waits may take so long and no longer."""
        self._end = time.monotonic() + seconds

    async def close(self) -> None:
        """Wait for what is under way, then close every connection."""
        await asyncio.to_thread(self._threads.shutdown)
        self.engine.dispose()

    def _bounded(self, until: float, job: Callable[[], T]) -> T:
        """Do a job in this thread until then at the latest, and not at all when its time is over already."""
        with bound.lasting(lambda: min(until, self._end) - time.monotonic()):
            if bound.left() <= 0:
                raise Unavailable(f"the store had no time for this; {_NOTHING}") from TimeoutError()
            return job()


class Writer(Side):
    """The side that writes, one transaction at a time.

    A small one may run on the event loop, where the kind of database allows it. A large one, or one that finds the
    database locked by another process, goes to the thread, where it may wait.
    """

    def __init__(self, made: Engine, on_the_loop: bool, seconds: float) -> None:
        super().__init__(made, 1, seconds)
        self._on_the_loop = on_the_loop
        self._turn = asyncio.Lock()
        self._kept: Connection | None = None

    def here(self, work: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the work in a transaction of its own, in this thread, on a connection that is kept while all goes well."""
        with _wrapped(_NOTHING):
            c, transaction = self._begun()
            try:
                done = _whole(transaction, lambda: work(c, *args, **kwargs))
            except BaseException:
                c.close()
                raise
            self._kept = c
            return done

    def _begun(self) -> tuple[Connection, RootTransaction]:
        """A transaction, on the connection that was kept if the server still knows it."""
        kept, self._kept = self._kept, None
        if kept is not None:
            try:
                return kept, kept.begin()
            except engine.UNREACHABLE as fault:
                kept.close()
                if engine.locked(fault):
                    raise
        c = self.engine.connect()
        try:
            return c, c.begin()
        except BaseException:
            c.close()
            raise

    async def close(self) -> None:
        """Wait for what is under way, then close every connection."""
        async with self._turn:
            if self._kept is not None:
                self._kept.close()
                self._kept = None
        await super().close()

    async def within(
        self, seconds: float, work: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do the work in a transaction of its own, in the thread, when nobody else writes."""
        again = time.monotonic() + grouping.PATIENCE_SECONDS
        return await self._in_turn(seconds, again, lambda: self.here(work, *args, **kwargs))

    async def write(self, batch: Sequence[Writing], until: float) -> list[Written]:
        """Write a batch in a transaction of its own; `until` then (monotonic) it is tried again."""
        if self._on_the_loop and len(batch) <= SMALL and all(len(w.raw) <= SMALL_BYTES for w in batch):
            async with self._turn:
                try:
                    return self.here(writing.write, batch)
                except Unavailable as fault:
                    if not engine.locked(fault.__cause__):
                        raise
        return await self._in_turn(self._seconds, until, lambda: self.here(writing.write, batch))

    async def _in_turn(self, seconds: float, again: float, job: Callable[[], T]) -> T:
        """Do a job when it is its turn, tried `again` until then; the time it waits for its turn is its own too."""
        until = time.monotonic() + seconds
        loop = asyncio.get_running_loop()

        async def turn() -> T:
            async with self._turn:
                return await loop.run_in_executor(self._threads, self._bounded, until, partial(_patiently, again, job))

        return await _answer(asyncio.create_task(turn()), seconds)


async def _answer(doing: "asyncio.Future[T]", seconds: float) -> T:
    """What comes of it, in little more than so many seconds; it goes on without a caller that is cancelled."""
    doing.add_done_callback(_heard)
    try:
        async with asyncio.timeout(seconds + GRACE_SECONDS if math.isfinite(seconds) else None):
            return await asyncio.shield(doing)
    except TimeoutError as fault:
        raise Unavailable(f"the store is silent; {_UNKNOWN}") from fault


def _heard(doing: "asyncio.Future[T]") -> None:
    """Whoever asked may have left: then nobody else asks what came of it."""
    if not doing.cancelled():
        doing.exception()


def _patiently(again: float, job: Callable[[], T]) -> T:
    """Try again while another process writes: its transaction ends, and ours has not begun."""
    while True:
        try:
            return job()
        except Unavailable as fault:
            if not engine.locked(fault.__cause__) or time.monotonic() > again:
                raise


def _whole(transaction: RootTransaction, job: Callable[[], T]) -> T:
    """Do a job and commit it, or nothing of it; of a commit that failed nobody knows whether it is there."""
    with transaction:
        done = job()
        with _wrapped(_UNKNOWN):
            transaction.commit()
    return done


@contextmanager
def _wrapped(what: str) -> Iterator[None]:
    """A database's failure in our own words, with what came of it; its own words may quote what it was about."""
    try:
        yield
    except engine.UNREACHABLE as fault:
        kind = type(getattr(fault, "orig", None) or fault).__name__
        if engine.refused(fault):
            raise Unwritable(f"the store refused this ({kind})") from fault
        raise Unavailable(f"the store failed ({kind}); {what}") from fault
