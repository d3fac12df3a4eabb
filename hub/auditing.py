"""An auditor's look: what holds of all that is open is proved from the database, and what does not is mended.

Each mend is written at the version at which the item was read, so of any number of auditors one does it; and what
people or the watch changed meanwhile is left to the next look.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from hub import audit, deadline, lapsing, presence, reckoning, rehoming, watch
from hub.audit import Flaw
from hub.change import Change, Entry
from hub.clock import Clock
from hub.deadline import Deadline
from hub.directory import InboxId
from hub.errors import ReaderBroken, Unavailable
from hub.intake import Order
from hub.item import ItemId, State
from hub.message import Message
from hub.record import Audited, Lying, Stored
from hub.standing import STAYS
from hub.store import Committed, Store, Writing, auditing

log = structlog.get_logger()

# So many items are read together, and of one sort of trouble no more are counted or mended in a look: whatever is wrong
# with more than these is no accident, and somebody must see it first.
PORTION, MOST = 400, 500
# What should have been done so long ago was forgotten: the watch looks twice a second, and the relay four times.
LATE_SECONDS = 60.0
# How often something is looked at again that has more than one flaw, or that somebody changed just then.
TRIES = 4

Read = Callable[[Stored], Awaitable[Message]]


@dataclass(slots=True)
class Audit:
    """What came of a look: how many items were seen, what was found and still is so, and what was mended."""

    seen: int = 0
    found: Counter[Flaw] = field(default_factory=Counter)
    mended: Counter[Flaw] = field(default_factory=Counter)


async def glance(store: Store, clock: Clock) -> Counter[Flaw]:
    """What should have been done long ago and was not; however much is open, this costs a look at some indexes."""
    untried = await store.look(auditing.untried, clock.after(-LATE_SECONDS), MOST)
    return +Counter({Flaw.OVERDUE: await overdue(store, clock), Flaw.UNTRIED: untried})


async def overdue(store: Store, clock: Clock) -> int:
    """How many steps of ladders should have been taken long ago, at most so many as are counted. Raises Unavailable."""
    return await store.look(auditing.overdue, clock.after(-LATE_SECONDS), MOST)


async def whole(
    store: Store, order: Order, read: Read, now: datetime, before: datetime | None, version: int = 0
) -> Audit:
    """Look at all that is open, and mend what can be mended; `version` is the configuration that the order is of.

    Whoever watches moves what lies with nobody within a moment: here that counts when it was so `before` too, and not
    at all with None, where the directory may have been another one then.
    """
    looking = _Look(store, order, read, now, version, Audit())
    counts = await store.counts()
    await looking.items(counts)
    await looking.documents()
    if before is not None:
        await looking.places(counts, before)
    return looking.audit


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at everything, at one moment."""

    store: Store
    order: Order
    read: Read
    now: datetime
    version: int
    audit: Audit

    async def items(self, counts: Mapping[InboxId, Mapping[str, int]]) -> None:
        """Each open item and its clock, then the clocks of what has ended."""
        for inbox in counts:
            after: auditing.Place | None = None
            more = True
            while more:
                seen, after = await self.store.look(auditing.opened, inbox, after, PORTION)
                self.audit.seen += len(seen)
                for x in seen:
                    if audit.flaws(x, self.order.directory, self.now):
                        await self._mend(x.item.id)
                more = after is not None
        for question in (auditing.undated, auditing.running):
            for id in await self.store.look(question, PORTION):
                await self._mend(id)

    async def documents(self) -> None:
        """What people sent is to be acknowledged, and what is to go by the broker is tried or parked."""
        unexpected, stranded = await self.store.look(auditing.amiss, MOST)
        if unexpected:
            done = await self.store.mend(auditing.expect, self._telling(Flaw.UNEXPECTED), MOST)
            self._mended(Flaw.UNEXPECTED, done)
        if stranded:
            done = await self.store.mend(auditing.send, self._telling(Flaw.STRANDED), self.now, MOST)
            self._mended(Flaw.STRANDED, done)

    async def places(self, counts: Mapping[InboxId, Mapping[str, int]], before: datetime) -> None:
        """What lies where nobody is at work, now and before."""
        directory = self.order.directory
        unsettled = [id for id in counts if not self._settled(Lying(id), before)]
        for group in await self.store.lying(unsettled):
            if not self._settled(group, before):
                await self._move(group)
        for id, states in counts.items():
            home = directory.inboxes.get(id)
            if home and home.kind in STAYS and all(audit.deserted(home, directory, at) for at in (before, self.now)):
                self.audit.found[Flaw.UNATTENDED] += sum(states.values())

    def _settled(self, group: Lying, before: datetime) -> bool:
        return any(presence.settled(group, self.order.directory, at) for at in (self.now, before))

    async def _move(self, group: Lying) -> None:
        after = ItemId("")
        while items := await self.store.lying_so(group, after, PORTION):
            after = items[-1].id
            claims = await self.store.claimed([x.id for x in items]) if group.owner else {}
            for change in presence.moves(items, claims, self.order.directory, self.now):
                await self._write(audit.noted(change, change.items[0], Flaw.UNATTENDED, self.now), Flaw.UNATTENDED)

    async def _mend(self, id: ItemId) -> None:
        """Mend an item's flaws one after the other, each by what is there then."""
        for _ in range(TRIES):
            x = await self.store.look(auditing.one, id)
            found = audit.flaws(x, self.order.directory, self.now)
            if not found or (found[0] is Flaw.HOMELESS and await self.store.newest_version() != self.version):
                # By a configuration that others have and we do not have yet, its inbox may be there.
                return
            if self.audit.mended.total() >= MOST:
                break
            await self._write(await self._change(x, found[0]), found[0])
        self.audit.found.update(found)

    async def _write(self, change: Change, flaw: Flaw) -> None:
        """Write it, unless somebody else was quicker; it is looked at again in any case."""
        written = await self.store.mend(auditing.attach, Writing(change, self.now))
        if written == Committed():
            log.warning("audit.mended", item=change.items[0].id, flaw=flaw.value, because=audit.MENDED[flaw])
            self._mended(flaw, 1)

    async def _change(self, x: Audited, flaw: Flaw) -> Change:
        directory, now = self.order.directory, self.now
        match flaw:
            case Flaw.HOMELESS:
                practice = await rehoming.whose(x.item.inbox, self.store, directory, self.read)
                return audit.noted(presence.rehome(x.item, practice, directory, now), x.item, flaw, now)
            case Flaw.UNCLOCKED | Flaw.UNPAUSED | Flaw.AHEAD:
                return audit.attach(x, await self._fresh(x), flaw, now)
            case Flaw.PAUSED:
                return self._resumed(x)
            case Flaw.UNTOLD:
                return audit.tell(x, {n: self._whom(x, n) for n in audit.untold(x)}, now)
            case Flaw.RUNNING:
                return audit.stop(x, now)
            case _:
                return audit.straighten(x, flaw, now)

    def _resumed(self, x: Audited) -> Change:
        """The clock goes on with what was left of it, and whoever has the item keeps it."""
        assert x.deadline is not None, "a clock is paused"
        waits = replace(x.item, state=State.WAITING)
        hours = reckoning.hours_of(x.item, x.deadline, self.order.directory)
        change = reckoning.resume(waits, x.deadline, hours, "audit", self.now)
        return audit.noted(replace(change, items=(x.item,)), x.item, Flaw.PAUSED, self.now)

    def _whom(self, x: Audited, step: int) -> tuple[InboxId, ...]:
        """Whom a step tells; where that is nobody, the pile."""
        assert x.deadline is not None, "steps are a clock's"
        directory = self.order.directory
        pile = directory.pile(watch.practice(x.item, directory)).id
        return watch.told(deadline.on(x.deadline, step).coming.tell, x.item, directory) or (pile,)

    async def _fresh(self, x: Audited) -> Deadline:
        """The clock that an item would have had when it came, or now if it comes only later, by what is in force."""
        stored = await self.store.stored(x.item.id)
        assert stored is not None, "nothing takes an item away"
        inbox, ladders = x.item.home or x.item.inbox, self.order.ladders
        hours, came = self.order.directory.hours(inbox), min(stored.received_at, self.now)
        try:
            c = lapsing.circumstances(stored, await self.read(stored), self.order)
        except (Unavailable, ReaderBroken):
            log.warning("message.unread", item=x.item.id)
            c = None
        if c is not None:
            return deadline.of(x.item.id, c, ladders, hours, came, self.order.basis(inbox), inbox)
        # Nobody knows any more what it was: the ladder for all that no other is for.
        last = [ladder for ladder in ladders if not ladder.urgent and not ladder.follow_up][-1]
        return deadline.first(x.item.id, last, "", hours, came, inbox=inbox, basis=self.order.basis(inbox))

    def _telling(self, flaw: Flaw) -> auditing.Telling:
        told = {"flaw": flaw.value, "because": audit.MENDED[flaw]}

        def tell(document: str, item: ItemId | None) -> Entry:
            return Entry(self.now, "audit.mended", item=item, who="audit", detail={**told, "document": document})

        return tell

    def _mended(self, flaw: Flaw, count: int) -> None:
        if count:
            self.audit.mended[flaw] += count
