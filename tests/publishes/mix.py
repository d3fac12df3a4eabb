"""What is published: attempts of every kind, mixed by a seed, in portions as the relay's."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from hub.broker import Sent
from hub.transport import Label, inbound
from tests import builders

# Queues that are there, one that takes no more, and addresses that lead nowhere.
PARTNERS = ("81001", "81002", "81003", "81004")
QUEUES = tuple(inbound(one) for one in PARTNERS)
FULL_QUEUE = "81005_full"
NOWHERE = ("81006_async", "nobody_async", "81001_asyncx")
# How much fits into the full one before it refuses, give or take what was under way.
FITS = 16


class Kind(StrEnum):
    """What an attempt is, as far as it is known beforehand."""

    ROUTABLE = "routable"  # a queue takes it
    UNROUTABLE = "unroutable"  # its address leads nowhere
    FULL = "full queue"  # its queue takes it or refuses it
    ROUTABLE_TWIN = "routable, MsgId in flight twice"  # beside another attempt of the same message
    UNROUTABLE_TWIN = "unroutable, MsgId in flight twice"  # beside one that a queue takes


# What may come of each when the broker is well.
RIGHT = {
    Kind.ROUTABLE: {Sent.CONFIRMED},
    Kind.UNROUTABLE: {Sent.UNROUTABLE},
    Kind.FULL: {Sent.CONFIRMED, Sent.REFUSED},
    Kind.ROUTABLE_TWIN: {Sent.CONFIRMED},
    Kind.UNROUTABLE_TWIN: {Sent.UNROUTABLE},
}
# How often each is drawn; twins come as two, of which the first is always routable.
_WEIGHTS = {Kind.ROUTABLE: 50, Kind.UNROUTABLE: 15, Kind.FULL: 15, Kind.ROUTABLE_TWIN: 10, Kind.UNROUTABLE_TWIN: 10}
_TWINS = (Kind.ROUTABLE_TWIN, Kind.UNROUTABLE_TWIN)


@dataclass(slots=True, eq=False)
class Attempt:
    """One publish, and what was said of it: by which verdict, after how long, and what befell the broker meanwhile."""

    kind: Kind
    queue: str
    msg_id: str
    amqp_id: str
    length: int
    verdict: Sent | None = None
    seconds: float = 0.0
    episode: str = ""

    @property
    def label(self) -> Label:
        """An acknowledgement, as the relay publishes it."""
        told = {"X-MessageInfo-Type": "APPREC", "X-MessageInfo-MsgId": self.msg_id}
        return Label("APPREC", builders.OURS, PARTNERS[0], self.queue, "theirs", told=told)

    @property
    def body(self) -> bytes:
        """Some bytes, which name the message."""
        return f"<AppRec>{self.msg_id}</AppRec>".encode().ljust(self.length)


@dataclass(slots=True)
class Mix:
    """Draws attempts. Each has an AMQP id of its own, unless `fresh` is taken away to see what comes of that."""

    chance: random.Random
    fresh: bool = True

    def portion(self, size: int) -> list[Attempt]:
        """So many attempts; twins are never parted."""
        portion: list[Attempt] = []
        while len(portion) < size:
            (kind,) = self.chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
            found = self._message(kind)
            portion += found if len(portion) + len(found) <= size else ()
        self.chance.shuffle(portion)
        return portion

    def _message(self, kind: Kind) -> Sequence[Attempt]:
        """The attempts of one message."""
        msg_id = self._id()
        kinds = (Kind.ROUTABLE_TWIN, kind) if kind in _TWINS else (kind,)
        return [Attempt(k, self._queue(k), msg_id, self._amqp_id(msg_id), self._length()) for k in kinds]

    def _amqp_id(self, msg_id: str) -> str:
        return self._id() if self.fresh else msg_id

    def _id(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def _queue(self, kind: Kind) -> str:
        if kind is Kind.FULL:
            return FULL_QUEUE
        return self.chance.choice(QUEUES if Sent.CONFIRMED in RIGHT[kind] else NOWHERE)

    def _length(self) -> int:
        """Most are short; one of fifty is long, some of those longer than a frame."""
        return self.chance.randint(1_000, 200_000) if self.chance.random() < 0.02 else self.chance.randint(50, 500)
