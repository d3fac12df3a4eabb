"""What is written together, and what became of each part of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.change import Change
from hub.record import Relayed
from hub.transport import Label


@dataclass(frozen=True, slots=True)
class Writing:
    """One decision to write: its Change, when it was made, and its documents, written out.

    `documents` are in the order of `change.outgoing`, and so are `labels`: those of documents that go by the broker, or
    None. `raw` and `via` belong to an arrival. `conflict` makes what tells its sender, where the MsgId is another
    message's.
    With `until`, whoever writes it hands those documents to the broker by itself: nobody else gets them before then.
    """

    change: Change
    at: datetime
    raw: bytes = b""
    via: str = ""
    documents: tuple[bytes, ...] = ()
    labels: tuple[Label | None, ...] = ()
    conflict: "Callable[[], Writing] | None" = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """All of it is written. `claimed` are its documents that whoever wrote it is to hand to the broker."""

    claimed: tuple[Relayed, ...] = ()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The message was here before: nothing but a journal line is written. `first` is its first document."""

    verdict: str
    first: bytes | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """The MsgId was here before with other content: the new bytes are in quarantine."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """The item changed since it was read: nothing is written."""

    version: int


Written = Committed | Duplicate | Conflict | Outdated
