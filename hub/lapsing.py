"""What time brings: clocks that have come, and clocks that were computed from something that holds no longer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from time import monotonic

import structlog

from hub import informing, intake, reckoning, route, watch
from hub.change import Change
from hub.deadline import Deadline
from hub.errors import ReaderBroken, Unavailable, Unwritable
from hub.intake import Order
from hub.item import Item, ItemId, Purpose
from hub.message import Message
from hub.record import Stored
from hub.route import Circumstances
from hub.store import Store, Writing, Written

log = structlog.get_logger()

# So many items are set anew together: others write in between.
PORTION = 32
# So long an item is left alone whose step the store refused.
ALONE_SECONDS = 60.0

Read = Callable[[Stored], Awaitable[Message]]
# An item's message, or None when it cannot be read (any more).
Find = Callable[[ItemId], Awaitable[Message | None]]


class Stuck:
    """Items whose step the store refused: each is left alone for a while, and holds up no other."""

    def __init__(self) -> None:
        self._until: dict[ItemId, float] = {}

    def now(self) -> frozenset[ItemId]:
        """Those that are left alone now."""
        self._until = {id: until for id, until in self._until.items() if until > monotonic()}
        return frozenset(self._until)

    async def apart(
        self, writings: Sequence[Writing], commit: Callable[[Sequence[Writing]], Awaitable[list[Written]]]
    ) -> list[Written]:
        """Commit together, or each by itself where one of them cannot be written; what is written is returned."""
        try:
            return await commit(writings)
        except Unwritable:
            found: list[Written] = []
        for each in writings:
            try:
                found += await commit([each])
            except Unwritable as fault:
                id = next((x.item for x in each.change.entries if x.item), ItemId(""))
                self._until[id] = monotonic() + ALONE_SECONDS
                log.error("deadline.unwritable", item=id, exc_info=fault)
        return found


async def due(
    store: Store, order: Order, find: Find, grace: timedelta, now: datetime, limit: int, stuck: Stuck | None = None
) -> list[Change]:
    """What happens now: each clock that has come takes a step, and what no partner acknowledged is given up."""
    alone = stuck.now() if stuck else frozenset()
    coming = [(item, d) for item, d in await store.due(now, limit + len(alone)) if item.id not in alone]
    lapsed = [await _lapsed(item, d, order, find, grace, now) for item, d in coming]
    late = await store.unacknowledged(now, limit + len(alone))
    missing = [watch.give_up(sent, item, order.directory, now) for sent, item in late if item.id not in alone]
    return [*lapsed, *missing]


async def _lapsed(item: Item, d: Deadline, order: Order, find: Find, grace: timedelta, now: datetime) -> Change:
    if d.replied_at and d.paused:
        return reckoning.resume(item, d, reckoning.hours_of(item, d, order.directory), "watch", now)
    change = watch.lapse(item, d, order.directory, grace, now)
    if informing.wants(item, d, order.directory, now) and (message := await find(item.id)):
        return informing.delayed(change, item, message, order.directory, now)
    return change


async def anew(store: Store, order: Order, read: Read, now: datetime) -> AsyncIterator[list[Change]]:
    """The clocks that ladders, agreements or hours which hold no longer were read for, as they are to be.

    Whoever asks for the next portion has written the one before. Where nothing changed this costs one question.
    """
    while found := await store.clocks_by_others(set(order.bases.values()), PORTION):
        changes = [(x.item, await _again(x, order, read, now)) for x in found]
        yield [change for _, change in changes if change]
        # What stays as it was is computed by what is in force now all the same.
        same = [item for item, change in changes if change is None]
        for basis, items in groupby(sorted(same, key=lambda x: order.basis(x.inbox)), lambda x: order.basis(x.inbox)):
            await store.rebase([x.id for x in items], basis)


async def _again(stored: Stored, order: Order, read: Read, now: datetime) -> Change | None:
    item, d = stored.item, stored.deadline
    assert d is not None, "it was found by its clock"
    hours = reckoning.hours_of(item, d, order.directory)
    try:
        c = circumstances(stored, await read(stored), order)
    except (Unavailable, ReaderBroken):
        log.warning("message.unread", item=item.id)
        c = None
    return reckoning.again(item, d, c, order.ladders, hours, order.basis(item.inbox), now)


def circumstances(stored: Stored, m: Message, order: Order) -> Circumstances | None:
    """What the ladders ask about a message at the item's practice, as on the day when it came."""
    directory = order.directory
    inbox = directory.inboxes.get(stored.item.home or stored.item.inbox)
    if inbox is None:
        return None
    id, ours = inbox.practice, intake.recipients(m.envelope, directory)
    service = next((x.service for x in ours if x.practice.her_id == id), None)
    day = directory.practices[id].hours.local(stored.received_at).date()
    c = route.circumstances(m, directory, route.listed(m, directory, id), id, service, day)
    return replace(c, information=stored.item.purpose is not Purpose.ACTION)
