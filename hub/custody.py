"""Who had an item, and for how long: told by its history alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.directory import InboxId, PersonId
from hub.record import Told

# What puts an item into an inbox, what lets a person go of it, and what ends it.
_PLACED = {"message.accepted", "item.copied", "item.covered", "item.handed_back", "item.handed_on", "item.rehomed"}
_LET_GO = {"item.released", "item.freed"}
_ENDED = {"item.answered", "item.closed", "item.returned", "item.withdrawn"}


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
        return Holding(line.inbox, None, line.at, None)
    if last is None or line.event in _ENDED:
        return None
    if line.event == "item.claimed":
        return Holding(last.inbox, PersonId(line.who), line.at, None)
    return Holding(last.inbox, None, line.at, None) if line.event in _LET_GO and last.person else last
