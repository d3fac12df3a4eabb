"""Listening to what comes: it is counted, held against what is usual, and told once when a partner falls silent."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from hub import bulletin, calendar, expecting
from hub.calendar import Hours
from hub.change import Entry
from hub.directory import Directory, InboxId, InboxKind, Partner
from hub.expecting import Book, Days, Expected
from hub.message import HerId
from hub.store import Store
from hub.traffic import Strange, Unusual

# So many messages are counted in one transaction: others write meanwhile.
TOGETHER = 2_000
# For how long what was counted before today is remembered.
KEPT = timedelta(hours=1)

# What the journal calls each, when it comes and when it has ended.
EVENTS = {Strange.SILENT: "partner.silent", Strange.FLOOD: "partner.flood"}
HEARD, ENDED = "partner.heard", "partner.usual"


@dataclass(frozen=True, slots=True)
class Found:
    """What one look came to: how many messages were counted, what was told, and what ended."""

    counted: int = 0
    told: tuple[Unusual, ...] = ()
    ended: tuple[Unusual, ...] = ()


@dataclass(slots=True)
class Memory:
    """What was counted before a day, kept for an hour: it changes only while somebody is still counting."""

    day: date | None = None
    until: datetime | None = None
    before: Book = field(default_factory=dict)

    async def recall(self, store: Store, hours: Hours, now: datetime) -> Book:
        """All that was counted in the weeks that are learned from, the days before today as they were known."""
        today = hours.local(now).date()
        begins = calendar.at(hours, today, time.min)
        if self.day != today or self.until is None or now >= self.until:
            counted = [x for x in await store.partners.counted(expecting.since(now)) if x.hour < begins]
            self.before = await asyncio.to_thread(expecting.book, counted, hours)
            self.day, self.until = today, now + KEPT
        new = expecting.book(await store.partners.counted(begins), hours)
        return {key: {**self.before.get(key, {}), **new.get(key, {})} for key in {*self.before, *new}}


async def look(store: Store, directory: Directory, now: datetime, memory: Memory | None = None) -> Found:
    """Count what came, and tell what is unusual and what is so no more; any number may look. Raises Unavailable."""
    counted = await count(store, directory)
    found = await heard(store, directory, now, memory)
    hours, today = practices(directory), practices(directory)[0].local(now).date()
    over = [x for x in await store.partners.unusual() if expecting.over(x, _days(found, x), hours, now)]
    ended = [x for x in over if await store.partners.end(x, _ending(x, _days(found, x), today, directory, now), now)]
    # Where many partners send, others must not wait for it.
    strange = await asyncio.to_thread(expecting.judge, found, names(directory), hours, now)
    told = [x for x in strange if await _tell(x, store, directory, now)]
    return Found(counted, tuple(told), tuple(ended))


async def _tell(x: Unusual, store: Store, directory: Directory, now: datetime) -> bool:
    dispatches = bulletin.strange(x, tuple(concerned(x, directory)), directory, now)
    return await store.partners.tell(x, entries(x, EVENTS[x.what], directory, now), dispatches)


async def count(store: Store, directory: Directory) -> int:
    """Count all messages that nobody has counted yet; returns how many they were.

    Each is its partner's, also where that is known by its service alone.
    """

    def whose(sender: str, service: str) -> str:
        partner = directory.partner_of(HerId(sender), HerId(service))
        return partner.her_id if partner else sender

    counted = 0
    while more := await store.partners.count(TOGETHER, whose):
        counted += more
    return counted


async def expected(store: Store, directory: Directory, now: datetime) -> list[Expected]:
    """How every partner's traffic stands now, as far as it is counted."""
    found = await heard(store, directory, now)
    return expecting.expected(found, names(directory), practices(directory), now)


async def heard(store: Store, directory: Directory, now: datetime, memory: Memory | None = None) -> Book:
    """What was counted in the weeks that are learned from."""
    return await (memory or Memory()).recall(store, practices(directory)[0], now)


async def forget(store: Store, now: datetime) -> int:
    """Let go of counts that nobody compares any more."""
    return await store.partners.forget(expecting.since(now))


def practices(directory: Directory) -> Sequence[Hours]:
    """The hours of every practice; the first one's zone is that of the site's days."""
    return [practice.hours for practice in directory.practices.values()]


def names(directory: Directory) -> Mapping[str, str]:
    """What senders are called, by the keys of their messages."""
    return {partner.her_id: partner.name for partner in directory.partners.values()}


def senders(partner: Partner) -> frozenset[str]:
    """The keys under which a partner's messages may stand: its own and its services'."""
    return frozenset((partner.her_id, *partner.services))


def entries(x: Unusual, event: str, directory: Directory, now: datetime) -> list[Entry]:
    """A line of the journal for each coordinator whom it concerns; ids and numbers only."""
    detail = {
        "partner": x.sender,
        "kind": x.kind,
        "usual": f"{x.usual.low}-{x.usual.high}",
        "by": f"{time(x.hour % 24):%H:%M}",
        "came": str(x.came),
        "days": str(x.usual.days),
        "day": x.day.isoformat(),
    }
    return [Entry(now, event, inbox=inbox, who="watch", detail=detail) for inbox in concerned(x, directory)]


def concerned(x: Unusual, directory: Directory) -> Iterator[InboxId]:
    """The coordinators of the practices that have an agreement with a partner, or of all where none has."""
    her_id = HerId(x.sender)
    agreed = [p for p in directory.practices if directory.agreed(p, her_id, her_id, x.day)]
    for practice in agreed or directory.practices:
        if inbox := directory.first(InboxKind.COORDINATOR, practice):
            yield inbox.id


def _ending(x: Unusual, days: Days, today: date, directory: Directory, now: datetime) -> list[Entry]:
    return entries(x, HEARD if expecting.heard(x, days, today) else ENDED, directory, now)


def _days(found: Book, x: Unusual) -> Days:
    return found.get((x.sender, x.kind), {})
