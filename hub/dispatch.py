"""What goes out beside the inboxes: counts, ids of ours, times and a kind. There is no place in it for a patient."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from hub import message
from hub.directory import InboxId
from hub.item import ItemId
from hub.traffic import Unusual

# So many items of a line are named, the others are counted.
NAMED = 100

# An item's id as `item.identify` makes it, and an inbox's as the registry takes it: no words, and no national identity
# number either.
_ITEM = re.compile(r"[0-9a-f]{20}")
_INBOX = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# What a finding of `hub status` is about: a sort of process, a queue, the broker.
_ABOUT = re.compile(r"([a-z][a-z0-9_-]*|[0-9]{1,10}_(async|error|dl))?")
_HER_ID = re.compile(r"[0-9]{1,10}")
_KINDS = frozenset(message.Kind)


class Way(StrEnum):
    """By what somebody is told beside their inbox; deadline.WAYS has the same."""

    MAIL = "mail"  # to a person, or an address of the inbox
    WEBHOOK = "webhook"  # to a system, signed
    ALERTMANAGER = "alertmanager"  # that something of an inbox is late, until nothing is


class Kind(StrEnum):
    """What an inbox was told."""

    WARNED = "warned"  # the deadline is near
    LATE = "late"  # the deadline has passed
    EXPECTED = "reply_expected"  # whoever sent it was asked, and is to have replied soon
    MISSING = "reply_missing"  # they have not, and the time for it has passed
    ALERT = "alert"  # something to see at the item, as that a partner did not take what was sent
    BROKEN = "broken"  # the hub itself does not do some of its work, which is what it is about
    MENDED = "mended"  # it does that work again
    PRESSING = "pressing"  # more is due within the hour than those who are here can do
    SILENT = "partner_silent"  # much less comes from a partner than usual
    FLOOD = "partner_flood"  # far more does


# What is near its time, and what is past it.
NEAR, PAST = frozenset({Kind.WARNED, Kind.EXPECTED}), frozenset({Kind.LATE, Kind.MISSING})

# What lines have in common that are told as one.
Sort = tuple[str | bool, ...]
# A way and who is there: an address, a webhook's name, or an inbox.
Target = tuple[Way, str]


@dataclass(frozen=True, slots=True)
class Untold:
    """Something that an inbox was told and nobody beside it yet; `through` are the ways that its ladder asks for.

    `open` is whether anybody still has something to do about the item.
    """

    number: int
    inbox: InboxId
    item: ItemId
    round: int
    step: int
    kind: Kind
    due: datetime
    late: bool = False
    urgent: bool = False
    open: bool = True
    through: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A name that no other has."""
        # Of an alert its number is: an item may have several.
        return f"{self.inbox} {self.item} {self.kind} {self.round} {self.step}"


@dataclass(frozen=True, slots=True)
class Line:
    """So many items of one inbox of which the same is told; `first_due` is in the practice's wall time.

    It was told `delayed` when the hub itself was too late. `name` is what the inbox is called in centre.toml. Of what
    is broken in the hub itself, `about` says which work it is, and it was so from `first_due`. `traffic` is what is
    strange about what a partner sends, in numbers, with its HER-id and what partners.toml calls it.

    Raises ValueError when an id is anything but an id: whatever else stood there could be about somebody.
    """

    inbox: InboxId
    name: str
    kind: Kind
    urgent: bool
    delayed: bool
    count: int
    items: tuple[ItemId, ...]
    first_due: datetime
    about: str = ""
    traffic: Unusual | None = None

    def __post_init__(self) -> None:
        if not _INBOX.fullmatch(self.inbox) or not all(map(_ITEM.fullmatch, self.items)):
            raise ValueError("only the ids of inboxes and items may be told")
        if not _ABOUT.fullmatch(self.about):
            raise ValueError("only sorts of processes and names of queues may be told")
        if self.traffic and not (_HER_ID.fullmatch(self.traffic.sender) and self.traffic.kind in _KINDS):
            raise ValueError("only HER-ids and kinds of messages may be told")

    @property
    def sort(self) -> Sort:
        """Lines of the same sort are one."""
        partner = (self.traffic.sender, self.traffic.kind) if self.traffic else ()
        return self.inbox, self.kind, self.urgent, self.delayed, self.about, *partner

    @classmethod
    def together(cls, lines: Sequence["Line"]) -> "Line":
        """What some lines of the same sort tell; the same item twice is one, as far as they are named."""
        if len(lines) == 1:
            return lines[0]
        items = tuple(dict.fromkeys(id for line in lines for id in line.items))
        count = sum(line.count - len(line.items) for line in lines) + len(items)
        return replace(lines[-1], count=count, items=items[:NAMED], first_due=min(line.first_due for line in lines))


@dataclass(frozen=True, slots=True)
class Content:
    """All that one message tells: what is urgent first, then what is late."""

    lines: tuple[Line, ...]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "Content":
        """Lines of the same sort put together, however many."""
        sorts: dict[Sort, list[Line]] = {}
        for line in lines:
            sorts.setdefault(line.sort, []).append(line)
        found = map(Line.together, sorts.values())
        told = cls(tuple(sorted(found, key=lambda x: (not x.urgent, x.kind, x.inbox, x.delayed))))
        return told._latest()

    def _latest(self) -> "Content":
        """What is late by now is no longer near its deadline."""
        late = {(x.inbox, id) for x in self.lines if x.kind in PAST for id in x.items}
        lines: list[Line] = []
        for x in self.lines:
            past = {id for inbox, id in late if inbox == x.inbox} if x.kind in NEAR else set()
            lines += Content((x,)).without(past).lines if past else (x,)
        return Content(tuple(lines))

    def without(self, gone: Collection[ItemId]) -> "Content":
        """The same without some items, of those that are named."""
        lines = []
        for line in self.lines:
            left = tuple(id for id in line.items if id not in gone)
            if count := line.count - len(line.items) + len(left):
                lines.append(replace(line, items=left, count=count))
        return Content(tuple(lines))

    @property
    def items(self) -> frozenset[ItemId]:
        """The items that are named."""
        return frozenset(id for line in self.lines for id in line.items)

    @property
    def count(self) -> int:
        """How many things are told."""
        return sum(self.counted.values())

    @property
    def counted(self) -> dict[Kind, int]:
        """How many of each kind; who works in two inboxes that were told of the same item is told of one."""
        found = {}
        for kind in Kind:
            lines = [line for line in self.lines if line.kind is kind]
            named = {id for line in lines for id in line.items}
            if count := len(named) + sum(line.count - len(line.items) for line in lines):
                found[kind] = count
        return found

    @property
    def urgent(self) -> bool:
        """Whether something of it is."""
        return any(line.urgent for line in self.lines)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One message to one target, to go when it is time; with a `row` it is what waits there already, with more in it.

    `key` follows from what it was made for: the same notices to the same target have the same.
    """

    key: str
    way: Way
    target: str
    content: Content
    at: datetime
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a target: what waits to go (`row` and the rest), and when something `went` to it last.

    `running` is an alert that is raised and not over yet.
    """

    row: int | None = None
    key: str = ""
    content: Content = Content(())
    at: datetime | None = None
    went: datetime | None = None
    running: bool = False


NOTHING = Standing()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A dispatch that somebody has in hand until then; `attempts` counts this one too."""

    row: int
    key: str
    way: Way
    target: str
    content: Content
    created: datetime
    attempts: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many open items that an inbox was told of are late, and since when the first of them is."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What could not be told: given up, or tried in vain `since` then; where it was to go, and why it did not."""

    given_up: int = 0
    waiting: int = 0
    since: datetime | None = None
    to: str = ""
    why: str = ""


NO_UNDELIVERED = Undelivered()


def key(way: Way, target: str, told: Iterable[Untold]) -> str:
    """The name of a dispatch: the same things told to the same target by the same way have no other."""
    parts = "\n".join((way, target, *sorted(x.key for x in told)))
    return f"{way}-{sha256(parts.encode()).hexdigest()[:32]}"
