"""Who had an item, and for how long: told by its history alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.directory import InboxId, PersonId
from hub.record import Told

# What puts an item into an inbox, what lets a person go of it, and what ends it.
_PLACED = {
    "message.accepted",
    "item.copied",
    "item.covered",
    "item.handed_back",
    "item.handed_on",
    "item.rehomed",
    "item.traced",
}
_LET_GO = {"item.released", "item.freed"}
_ENDED = {"item.answered", "item.closed", "item.returned", "item.withdrawn"}

# How long whoever was writing about what left their inbox by itself may finish: a little longer than a session lasts.
FINISHING = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Holding:
    """An inbox had it, or somebody there had taken it, from `since` until then; None while it goes on."""

    inbox: InboxId
    person: PersonId | None
    since: datetime
    until: datetime | None

    def lasted(self, now: datetime) -> timedelta:
        """How long, up to now."""
        return (self.until or now) - self.since


def holdings(history: Iterable[Told]) -> tuple[Holding, ...]:
    """Each stretch of time in which the same inbox and person had the item, in order."""
    return tuple(_holdings(history))


def parted(history: Iterable[Told], now: datetime) -> frozenset[InboxId]:
    """The inboxes that an item has left by itself just now, since nobody has handed it on: there they may finish."""
    left: set[InboxId] = set()
    for line in history:
        if line.event == "item.handed_on":
            left.clear()
        elif line.event == "item.left" and line.who == "watch" and line.inbox and now - line.at < FINISHING:
            left.add(line.inbox)
    return frozenset(left)


def _holdings(history: Iterable[Told]) -> Iterator[Holding]:
    last: Holding | None = None
    for line in history:
        following = _after(last, line)
        if following is last:
            continue
        if last is not None and line.at > last.since:
            yield replace(last, until=line.at)
        last = following
    if last is not None:
        yield last


def _after(last: Holding | None, line: Told) -> Holding | None:
    if line.event in _PLACED and line.inbox is not None:
        # Whoever plans may give it to somebody at once.
        given = PersonId(line.detail["person"]) if line.event == "item.handed_on" and "person" in line.detail else None
        return Holding(line.inbox, given, line.at, None)
    if line.event == "item.undone" and line.inbox is not None:
        # What was taken back is as it was before, and with whom.
        person = PersonId(line.detail["owner"]) if "owner" in line.detail else None
        same = last is not None and (last.inbox, last.person) == (line.inbox, person)
        return last if same else Holding(line.inbox, person, line.at, None)
    if last is None or line.event in _ENDED:
        return None
    if line.event == "item.claimed":
        return Holding(last.inbox, PersonId(line.who), line.at, None)
    return Holding(last.inbox, None, line.at, None) if line.event in _LET_GO and last.person else last
