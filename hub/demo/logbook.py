"""What the senders did and what they were told: kept in a file as it happens, so that a day that was cut off can go on.

Every line is written before anything is done because of it, and the file is read back as it was written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from hub.demo.post import Post
from hub.demo.sending import Verdict


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """A day was begun."""

    seed: int
    digest: str


class Tried(msgspec.Struct, frozen=True, tag="tried"):
    """A delivery is about to be made; `id` is its own where a broker brings it."""

    key: str
    at: datetime
    id: str = ""


class Unsent(msgspec.Struct, frozen=True, tag="unsent"):
    """Nobody was there to take the delivery: nothing of it can have arrived."""

    key: str
    at: datetime


class Handed(msgspec.Struct, frozen=True, tag="handed"):
    """The broker has the delivery, and the hub will get it; what comes of it is not known yet."""

    key: str
    at: datetime
    id: str


class Got(msgspec.Struct, frozen=True, tag="got"):
    """The hub's answer to a delivery; `post` is the acknowledgement or error that came with it.

    What a broker brought is answered by a message that names its `id`, and has no status.
    """

    key: str
    at: datetime
    status: int
    outcome: str
    post: Post | None = None
    id: str = ""


class Fetched(msgspec.Struct, frozen=True, tag="fetched"):
    """A document from a mailbox."""

    at: datetime
    box: str
    number: int
    kind: str
    post: Post


class Again(msgspec.Struct, frozen=True, tag="again"):
    """A document that a partner has already came once more."""

    at: datetime
    box: str
    id: str


class Claiming(msgspec.Struct, frozen=True, tag="claiming"):
    """Somebody at play is about to take an item; a claim of anybody else's is left to them."""

    at: datetime
    item: str


class Strange(msgspec.Struct, frozen=True, tag="strange"):
    """Something that the hub should not have said."""

    at: datetime
    what: str


class Died(msgspec.Struct, frozen=True, tag="died"):
    """One of the hub's processes died."""

    at: datetime


class Cut(msgspec.Struct, frozen=True, tag="cut"):
    """A partner's connection to the broker ended by itself."""

    at: datetime


class Stood(msgspec.Struct, frozen=True, tag="stood"):
    """The day's clock stood here."""

    at: datetime


class Closed(msgspec.Struct, frozen=True, tag="closed"):
    """The day came to its end."""

    at: datetime
    adds_up: bool


Line = Opened | Tried | Unsent | Handed | Got | Fetched | Again | Claiming | Strange | Died | Cut | Stood | Closed


@dataclass(slots=True)
class Deliveries:
    """All that is known of one message's deliveries."""

    tried: int = 0
    unsent: int = 0
    handed: list[str] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)

    @property
    def made(self) -> int:
        """Deliveries that need not be made again: they were answered, or lie where they cannot be lost."""
        return max(len(self.got), len(self.handed))

    @property
    def silent(self) -> list[str]:
        """Deliveries that lie where they cannot be lost, and were not answered so far."""
        answered = {got.id for got in self.got}
        return [id for id in self.handed if id not in answered]

    @property
    def loose(self) -> int:
        """Deliveries that broke off: nobody at the sender knows whether they arrived."""
        return self.tried - self.unsent - len(self.got)

    @property
    def verdict(self) -> str:
        """What the hub thinks of the message: its first answer, or what it repeats of an answer that was lost."""
        for got in self.got:
            if got.outcome != Verdict.DUPLICATE:
                return got.outcome
            if got.post:
                return Verdict.ACCEPTED if got.post.status == "1" else Verdict.REJECTED
        return ""


class Logbook:
    """The lines so far, and what follows from them. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self.opened: Opened | None = None
        self.closed: Closed | None = None
        self.stood: datetime | None = None
        self.deliveries: dict[str, Deliveries] = {}
        self.keys: dict[str, str] = {}
        self.fetched: dict[tuple[str, int], Fetched] = {}
        self.again: list[Again] = []
        self.claimed: set[str] = set()
        self.strange: list[Strange] = []
        self.deaths = self.cuts = 0
        for line in _whole(path):
            self._fold(line)
        self._file = path.open("ab")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    def add(self, line: Line) -> None:
        """Write a line; when this returns, the operating system has it, whatever happens to this process."""
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()
        self._fold(line)

    def of(self, key: str) -> Deliveries:
        """A message's deliveries."""
        return self.deliveries.setdefault(key, Deliveries())

    def _fold(self, line: Line) -> None:
        match line:
            case Opened():
                self.opened = line
            case Tried(key, _, id):
                self.of(key).tried += 1
                self.keys[id] = key
            case Unsent(key):
                self.of(key).unsent += 1
            case Handed(key, _, id):
                self.of(key).handed.append(id)
            case Got(key):
                self.of(key).got.append(line)
            case Fetched(_, box, number):
                self.fetched.setdefault((box, number), line)
            case Again():
                self.again.append(line)
            case Claiming(_, item):
                self.claimed.add(item)
            case Strange():
                self.strange.append(line)
            case Died():
                self.deaths += 1
            case Cut():
                self.cuts += 1
            case Closed():
                self.closed = line
        self.stood = self.stood if isinstance(line, Opened) else line.at


def _whole(path: Path) -> Iterator[Line]:
    """The lines of a file; a last one that was cut off while it was written is taken away."""
    written = path.read_bytes() if path.exists() else b""
    whole = written[: written.rfind(b"\n") + 1]
    if whole != written:
        path.write_bytes(whole)
    for line in whole.splitlines():
        yield msgspec.json.decode(line, type=Line)
