"""One campaign: portions published one after the other as the relay does, episodes in between, then the audit."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hub import broker
from hub.broker import Connection, Sent, connection
from hub.errors import Unavailable
from tests import builders
from tests.chaos.link import link
from tests.publishes import audit, episodes, truth
from tests.publishes.episodes import Episode, Field
from tests.publishes.mix import Attempt, Mix
from tests.publishes.truth import Found
from tests.servers.rabbitmq import Node
from workers.relay import PORTION

NOW = builders.TUESDAY
HEARTBEAT, PATIENCE = connection.HEARTBEAT_SECONDS, connection.CALL_SECONDS
# With heartbeats every second the library gives up a line that is stuck before a publish is.
FAST = 1
# During an episode portions are of any size from this one, with pauses, or it would eat up the whole campaign.
SMALLEST, PAUSE_SECONDS = 16, 0.05
# Whoever has heard nothing for so long after its time is up never will.
NEVER_SECONDS = 20.0
# Until a connection is tried again.
AGAIN_SECONDS = 0.1
# Room is made in the full queue beside one portion of so many.
ROOM = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """How much at least in which order of chance, with an episode after every so many.

    It goes on until there was an episode of each kind. `patience` is how long a publish waits during an episode.
    Without `fresh` ids a MsgId serves as AMQP id.
    """

    count: int
    seed: int
    every: int
    kinds: Sequence[Episode] = episodes.ALL
    patience: float = PATIENCE
    fresh: bool = True


@dataclass(slots=True)
class Result:
    """What was done, what the broker has of it, and what is wrong."""

    attempts: list[Attempt] = field(default_factory=list)
    found: Found = field(default_factory=Counter)
    episodes: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    # Wrong words that were planted, and whether the audit found them.
    plants: dict[str, bool] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def overlooked(self) -> list[str]:
        """The plants that the audit did not find."""
        return [plant for plant, caught in self.plants.items() if not caught]


async def play(node: Node, plan: Plan) -> Result:
    """Publish it all, see what the broker has, and compare."""
    done = Result()
    await truth.prepare(node.url)
    async with link("broker", node.port) as line:
        try:
            await _Relay(plan, Field(node, line, random.Random(plan.seed), plan.patience), done).run()
        finally:
            connection.CALL_SECONDS, connection.HEARTBEAT_SECONDS = PATIENCE, HEARTBEAT
    await truth.drain(node.url, done.found)
    done.plants = audit.plants(done.attempts, done.found)
    done.wrong = audit.check(done.attempts, done.found)
    return done


class _Relay:
    """Publishes over one line after the other: a new one when the last was of no use, and after each episode."""

    def __init__(self, plan: Plan, place: Field, done: Result) -> None:
        self._plan, self._place, self._done = plan, place, done
        self._mix = Mix(place.chance, plan.fresh)
        self._coming = _shuffled(plan.kinds, place.chance)
        # The episode that is on or comes next; one that is on casts its shadow until a line is made after its end.
        self._episode = next(self._coming, None)
        self._on: asyncio.Task[None] | None = None
        self._at = plan.every // 2

    async def run(self) -> None:
        """Publish until it is enough and no episode is on."""
        while not self._enough:
            try:
                async with self._line() as line:
                    while not self._enough and not self._over(line):
                        await self._portion(line)
            except Unavailable:
                await asyncio.sleep(AGAIN_SECONDS)
        if self._on is not None:
            await self._on

    @property
    def _left(self) -> int:
        return max(0, self._plan.count - len(self._done.attempts))

    @property
    def _enough(self) -> bool:
        return not self._left and len(self._done.episodes) >= len(self._plan.kinds)

    @property
    def _due(self) -> bool:
        return self._episode is not None and self._on is None and len(self._done.attempts) >= self._at

    @property
    def _ended(self) -> bool:
        return self._on is not None and self._on.done()

    @property
    def _heartbeat(self) -> int:
        """How often the line must beat: fast where the library is to give it up."""
        stuck = self._episode is episodes.stick and (self._due or self._on is not None) and not self._ended
        return FAST if stuck else HEARTBEAT

    def _over(self, line: Connection) -> bool:
        """Whether this line is of no more use."""
        return line.closed.is_set() or self._ended or connection.HEARTBEAT_SECONDS != self._heartbeat

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Connection]:
        """A new line; with the first one after its end an episode is over. Raises Unavailable."""
        ended, connection.HEARTBEAT_SECONDS = self._ended, self._heartbeat
        url = f"amqp://guest:guest@127.0.0.1:{self._place.line.port}/"
        async with broker.connected([url], "campaign") as line:
            self._done.connections += 1
            if ended and self._on is not None:
                await self._on
                self._on, self._episode = None, next(self._coming, None)
                connection.CALL_SECONDS = PATIENCE
            yield line

    async def _portion(self, line: Connection) -> None:
        """Publish so many at once, and write down what was said of each."""
        if self._due:
            self._begin()
        chance = self._place.chance
        calm = self._on is None
        portion = self._mix.portion(min(self._left or SMALLEST, PORTION if calm else chance.randint(SMALLEST, PORTION)))
        for x in portion:
            x.episode = "" if calm or self._episode is None else self._episode.__name__
        await asyncio.gather(_published(line, portion), self._room(calm and chance.random() * ROOM < 1))
        self._done.attempts += portion
        if any(x.verdict is Sent.UNKNOWN for x in portion):
            # As the relay: what comes after goes over a new one.
            line.closed.set()
        if not calm:
            await asyncio.sleep(PAUSE_SECONDS)

    def _begin(self) -> None:
        assert self._episode is not None
        connection.CALL_SECONDS = self._plan.patience
        self._on = asyncio.create_task(self._episode(self._place))
        self._done.episodes[self._episode.__name__] += 1
        self._at += self._plan.every

    async def _room(self, wanted: bool) -> None:
        if wanted:
            await truth.make_room(self._place.node.url, self._done.found)


async def _published(line: Connection, portion: Sequence[Attempt]) -> None:
    """Publish all at once; of whichever never ends nothing was said."""
    tasks = [asyncio.create_task(_publish(line, x)) for x in portion]
    _, never = await asyncio.wait(tasks, timeout=connection.CALL_SECONDS + NEVER_SECONDS)
    for task in never:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _publish(line: Connection, x: Attempt) -> None:
    begun = time.monotonic()
    x.verdict = await line.publish(x.label, x.body, x.amqp_id, "", NOW)
    x.seconds = time.monotonic() - begun


def _shuffled(kinds: Sequence[Episode], chance: random.Random) -> Iterator[Episode]:
    """All of them in one order of chance after the other, without end."""
    while kinds:
        yield from chance.sample(kinds, len(kinds))
