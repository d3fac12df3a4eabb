"""The hub: a message arrives, a person acts, time passes. The one place where the parts meet."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from hub import (
    acting,
    auditing,
    covering,
    enclosure,
    enquiry,
    following,
    informing,
    intake,
    lapsing,
    opening,
    presence,
    pressure,
    rehoming,
    sender,
    settling,
    shipping,
    tracing,
    undoing,
    wire,
)
from hub.account import Accounts, SystemAccount
from hub.auditing import Audit
from hub.change import Change, Once
from hub.clock import Clock
from hub.deadline import Deadline
from hub.desk import Act
from hub.directory import Directory, Inbox, InboxId, Person, Practice
from hub.enquiry import Looked, Registered
from hub.errors import BadRequest, NotAllowed, ReaderBroken, Stale, Unavailable, Unknown
from hub.following import InForce
from hub.intake import Order
from hub.item import Action, Item, ItemId
from hub.message import (
    Attachment,
    Fault,
    HerId,
    Message,
    Reading,
    Unreadable,
    plain_message_id,
)
from hub.outcome import Outcome
from hub.readers import readers_of
from hub.record import Asked, Relayed, Stored
from hub.registry import Configuration
from hub.settings import Settings
from hub.store import Committed, Outdated, Store, Writing, Written, relaying
from hub.store import undoing as undone
from hub.transport import Condition, Label, Origin

log = structlog.get_logger()


# So many clocks lapse in one transaction: others wait for their turn meanwhile.
LAPSING = 100


@dataclass(frozen=True, slots=True)
class Delivery:
    """Bytes that somebody handed in; `origin` is what a broker told about them."""

    raw: bytes
    account: SystemAccount
    origin: Origin | None = None


_NOWHERE = Origin()

# What the name of whoever handed something in begins with, where a broker brought it.
BROKER = acting.BROKER


_PARKED = Fault(
    "X99",
    "The hub failed on this message several times; it is kept, and somebody looks at it",
    "Huben feilet flere ganger på denne meldingen; den er tatt vare på, og noen ser på den",
)

# A batch that was read and judged, and is not committed yet.
Prepared = Sequence[Writing]


@dataclass(frozen=True, slots=True)
class Opened:
    """An item as a person opens it: with its message, its clock and its history's beginning."""

    item: Item
    deadline: Deadline | None
    message: Message
    received_at: datetime
    # What a register was asked about whom nobody here knows, and what it said.
    looked: tuple[Looked, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of each delivery of a batch, and the documents that the caller is to hand to the broker."""

    outcomes: list[Outcome]
    claimed: list[Relayed]


class Hub:
    """All that the doors and the loops may ask for. Make one with `open_hub`."""

    def __init__(
        self, order: Order, accounts: Accounts, store: Store, readers: wire.Readers, clock: Clock, grace: timedelta
    ) -> None:
        self.order = order
        self.accounts = accounts
        self.store = store
        self.clock = clock
        self.readers = readers
        self._grace = grace
        self._bell, self._stuck = asyncio.Event(), lapsing.Stuck()
        # Whose the inboxes were that have left the directory since the start.
        self._left: dict[InboxId, HerId] = {}
        # Which configuration is in force here; and whether it is a new one, for whoever watches.
        self.version, self.renewed = 0, asyncio.Event()
        self.keep_months: int | None = None
        # Whether anything goes by a broker here.
        self.broker = False

    @property
    def directory(self) -> Directory:
        """Who is who."""
        return self.order.directory

    def renew(self, found: InForce, order: Order) -> None:
        """Decide by another configuration from now on; what lies open is moved by whoever watches."""
        left = self.directory.inboxes.keys() - order.directory.inboxes.keys()
        self._left |= {id: self.directory.inboxes[id].practice for id in left}
        self.order, self.accounts, self.version = order, found.configuration.accounts, found.number
        self.renewed.set()
        self.ring()

    async def receive(self, batch: Sequence[Delivery], now: datetime) -> list[Outcome]:
        """Take a batch in: when this returns, every delivery is committed, and its outcome can be told."""
        return (await self.settle(await self.prepare(batch, now))).outcomes

    async def prepare(self, batch: Sequence[Delivery], now: datetime, until: datetime | None = None) -> Prepared:
        """The first half of `receive`: read and judge. Nothing has happened yet.

        With `until`, the caller hands what goes out by the broker to it by itself, and before then.
        """
        readings = await self.readers.read([d.raw for d in batch])
        known = await self._answered(readings)
        judged = ((r, self._judged(d, r, known, now)) for d, r in zip(batch, readings, strict=True))
        changes = [informing.received(change, r, self.order, now) for r, change in judged]
        return [self._writing(d, c, now, until) for d, c in zip(batch, changes, strict=True)]

    async def explain(self, raw: bytes) -> Mapping[Fault, wire.Allowed]:
        """What the schemas allow where the form of a message is wrong, by its faults; nothing else happens."""
        return await self.readers.explain(raw)

    async def settle(self, writings: Prepared) -> Settled:
        """The second half of `receive`: commit, and say what came of each."""
        written = await self._commit(writings)
        outcomes = [settling.outcome(w, x) for w, x in zip(writings, written, strict=True)]
        log.info("messages.received", **settling.counted(outcomes))
        return Settled(outcomes, [x for w in written if isinstance(w, Committed) for x in w.claimed])

    async def park(self, delivery: Delivery, now: datetime) -> bool:
        """Put a delivery aside that could not be taken in however often it was tried; its sender is told.

        False when it was taken in after all, and only those died who were to say so: then nothing happens.
        """
        if await self.store.here(delivery.raw):
            log.warning("message.here")
            return False
        held = intake.quarantine("parked", (_PARKED,), None, now)
        change = intake.bounce(held, delivery.origin, Condition.INTERNAL_ERROR, "", now) if delivery.origin else held
        await self._commit([self._writing(delivery, change, now)])
        log.error("message.parked", via=delivery.account.name)
        return True

    async def act(self, id: ItemId, act: Act, version: int, who: Person, now: datetime) -> Item:
        """Do what a person asks, if nobody changed the item since `version`; returns it as it is now.

        Raises Unknown, NotAllowed, Stale, IllegalMove or BadRequest; then nothing has happened.
        """
        stored = await self._stored(id, who, act.action is Action.HAND_ON)
        if stored.item.version != version:
            raise await self._stale(id, stored.item.version)
        act = replace(act, files=enclosure.checked(act.files))
        change = await acting.change(stored, act, who, self.order, self._message, now)
        # An answer may have files of many megabytes, so it is not written on the event loop.
        documents = await asyncio.to_thread(lambda: tuple(wire.write(o.document) for o in change.outgoing))
        labels = self._labels(change, await acting.carried(stored, change, self.directory, self.store, self.broker))
        writing = Writing(change, now, documents=documents, labels=labels)
        (written,) = await self._commit([writing])
        if isinstance(written, Outdated):
            raise await self._stale(id, written.version)
        log.info("item.acted", item=id, action=act.action.value, who=who.id)
        return await self._now(id)

    async def undo(self, id: ItemId, version: int, who: Person, now: datetime, once: Once | None = None) -> Item:
        """Take back what a person just did, if it made this version and nobody has changed the item since.

        Raises Unknown, NotAllowed, Stale or BadRequest; then nothing has happened.
        """
        taken = await self.store.look(undone.found, id)
        # Whoever handed an item on takes it back although they may not open it.
        mine = taken is not None and taken.undo.person == who.id
        seen = taken.version if taken and mine else (await self._stored(id, who)).item.version
        if seen != version:
            raise await self._stale(id, seen)
        (written,) = await self._commit([Writing(undoing.undo(taken, version, who, now, once), now)])
        if isinstance(written, Outdated):
            left = BadRequest("undo: what was sent has left already, so it cannot be taken back")
            raise left if written.version == version else await self._stale(id, written.version)
        log.info("item.undone", item=id, who=who.id)
        return await self._now(id)

    async def _now(self, id: ItemId) -> Item:
        """An item as it is now, for whoever acted on it: they may not see it any more."""
        stored = await self.store.stored(id)
        assert stored is not None, "nothing takes an item away"
        return stored.item

    async def tick(self, now: datetime, limit: int = LAPSING) -> int:
        """Let the clocks that have come lapse, each by one step, and give up what no partner has acknowledged.

        Returns how many there were.
        """
        changes = await lapsing.due(self.store, self.order, self._read, self._grace, now, limit, self._stuck)
        if not changes:
            return 0
        written = await self._stuck.apart([await self._of_time(change, now) for change in changes], self._commit)
        log.info("deadlines.lapsed", due=len(changes), done=sum(isinstance(w, Committed) for w in written))
        return len(written)

    async def reckon(self, now: datetime) -> int:
        """Set the clocks of open items by the ladders, agreements and hours in force; returns how many changed.

        Whoever watches does it at its start, and whenever another configuration was put in.
        """
        moved = 0
        async for changes in lapsing.anew(self.store, self.order, self._message, now):
            written = await self._commit([Writing(change, now) for change in changes])
            moved += sum(isinstance(w, Committed) for w in written)
        if moved:
            log.info("deadlines.reckoned", items=moved)
        return moved

    async def audit(self, now: datetime, before: datetime | None = None) -> Audit:
        """Look at all that is open, and mend what does not hold (docs/auditor.md)."""
        return await auditing.whole(self.store, self.order, self._message, now, before, self.version)

    async def open(self, id: ItemId, who: Person) -> Opened:
        """An item with its message, read anew from its bytes. Raises Unknown or NotAllowed."""
        stored = await self._stored(id, who, reading=True)
        message = await self._message(stored)
        looked = await self._looked(message, stored.item) if self.order.registers else ()
        return Opened(stored.item, stored.deadline, message, stored.received_at, looked)

    async def original(self, id: ItemId, who: Person) -> bytes:
        """The bytes of an item's message, as they came. Raises Unknown, NotAllowed or Unavailable."""
        return acting.kept(await self._stored(id, who, reading=True))

    async def file(self, id: ItemId, place: int, who: Person) -> tuple[Attachment, bytes]:
        """An attachment of an item's message by its place from 0. Raises Unknown, NotAllowed or Unavailable."""
        stored = await self._stored(id, who, reading=True)
        attachments = (await self._message(stored)).attachments
        if not 0 <= place < len(attachments):
            raise Unknown(f"the message of item {id!r} has no attachment {place}")
        found = attachments[place]
        if not found.length:
            raise Unavailable("this attachment can only be had in the original message")
        encoded = acting.kept(stored)[found.start : found.start + found.length]
        return found, await asyncio.to_thread(b64decode, encoded)

    async def forget(self, now: datetime) -> int:
        """Let go of the bytes of messages that are older than the site keeps them; returns of how many months."""
        if self.keep_months is None:
            return 0
        months = now.year * 12 + now.month - 1 - self.keep_months
        gone = await self.store.forget(now.replace(year=months // 12, month=months % 12 + 1, day=1))
        if gone:
            log.info("messages.forgotten", months=gone)
        return gone

    async def heed(self, alert: int, who: Person, now: datetime, once: Once | None = None) -> None:
        """A person has seen an alert of an inbox of theirs. Raises Unknown when there is none such to see."""
        if not await self.store.seen(alert, who.inboxes, who.id, now, once):
            raise Unknown(f"there is no alert {alert} to see")
        self.ring()

    def inbox(self, id: InboxId, who: Person) -> Inbox:
        """An inbox that a person may see. Raises Unknown or NotAllowed."""
        if id not in self.directory.inboxes:
            raise Unknown(f"there is no inbox {id!r}")
        if id not in who.inboxes:
            raise NotAllowed(f"{who.id} does not belong to the inbox {id!r}")
        return self.directory.inboxes[id]

    async def changed(self, seconds: float) -> None:
        """Wait until something was committed here, at most so many real seconds."""
        bell = self._bell
        try:
            async with asyncio.timeout(seconds):
                await bell.wait()
        except TimeoutError:
            return

    def ring(self) -> None:
        """Wake everybody who waits in `changed`."""
        rung, self._bell = self._bell, asyncio.Event()
        rung.set()

    async def _commit(self, writings: Sequence[Writing]) -> list[Written]:
        written = await self.store.commit(writings)
        self.ring()
        return written

    async def _answered(self, readings: Sequence[Reading]) -> Mapping[str, Asked]:
        """The items from which we sent what some of these answer; most messages refer to nothing."""
        refers = referred(readings)
        return await self.store.answered(refers) if refers else {}

    def _writing(self, delivery: Delivery, change: Change, now: datetime, until: datetime | None = None) -> Writing:
        documents = tuple(wire.write(o.document) for o in change.outgoing)
        # What is replayed from quarantine has no origin any more, but came by the broker all the same.
        carried = delivery.origin is not None or delivery.account.name.startswith(BROKER)
        labels = self._labels(change, carried, delivery.origin or _NOWHERE)
        arrived, origin = change.arrival, delivery.origin
        told = partial(settling.conflicting, arrived, origin, now) if arrived and origin else None
        return Writing(change, now, delivery.raw, delivery.account.name, documents, labels, told, until)

    def _labels(self, change: Change, carried: bool, origin: Origin = _NOWHERE) -> tuple[Label | None, ...]:
        """How each document goes by the broker, or None for those that are fetched from a mailbox."""
        directory, id, to = self.directory, origin.id, origin.to_her_id
        return tuple(shipping.label(out, directory, carried, id, to) for out in change.outgoing)

    def _judged(self, delivery: Delivery, reading: Reading, known: Mapping[str, Asked], now: datetime) -> Change:
        if delivery.origin is not None:
            return intake.judge(reading, self.order, now, known, delivery.origin)
        if isinstance(reading, Unreadable):
            return intake.judge(reading, self.order, now, known)
        if fault := sender.foreign(delivery.account, reading, self.directory):
            return intake.quarantine("sender", (fault,), reading.key, now)
        return intake.judge(reading, self.order, now, known)

    async def _of_time(self, change: Change, now: datetime) -> Writing:
        """What time brings, to be written; few steps tell a partner anything, and whatever they tell they tell once."""
        if change.outgoing:
            known = await self.store.look(relaying.known, [x.document.id for x in change.outgoing])
            change = replace(change, outgoing=tuple(x for x in change.outgoing if x.document.id not in known))
        if not change.outgoing:
            return Writing(change, now)
        stored = await self.store.stored(change.items[0].id)
        carried = stored is not None and stored.via.startswith(BROKER)
        documents = tuple(wire.write(o.document) for o in change.outgoing)
        return Writing(change, now, documents=documents, labels=self._labels(change, carried))

    async def _read(self, id: ItemId) -> Message | None:
        """An item's message, or None when it cannot be read (any more)."""
        try:
            stored = await self.store.stored(id)
            return await self._message(stored) if stored else None
        except (Unavailable, ReaderBroken):
            log.warning("message.unread", item=id)
            return None

    async def _looked(self, m: Message, item: Item) -> tuple[Looked, ...]:
        inbox = self.directory.inboxes.get(item.inbox)
        asked = tuple(enquiry.about(m, self.directory, inbox.practice)) if inbox else ()
        found = await self.store.looked(asked)
        named = await self.store.looked(enquiry.named(found.values()))
        return (*(found[x] for x in asked if x in found), *named.values())

    async def _stored(self, id: ItemId, who: Person, handing: bool = False, reading: bool = False) -> Stored:
        stored = await self.store.stored(id)
        if stored is None:
            raise Unknown(f"there is no item {id!r}")
        # Whoever plans may hand on what others may open.
        planned = handing and self.directory.plans(who, stored.item.inbox)
        asked = reading and await opening.asked(stored.item, self.store, who)
        if not (planned or asked or await opening.allowed(stored.item, self.store, who, self.clock.now())):
            raise NotAllowed(f"{who.id} does not belong to the inbox {stored.item.inbox!r}")
        return stored

    async def _stale(self, id: ItemId, version: int) -> Stale:
        first = acting.first(await self.store.history(id), self.directory)
        return Stale(f"someone changed the item; it is now at version {version}", version, first)

    async def _message(self, stored: Stored) -> Message:
        (reading,) = await self.readers.read([acting.kept(stored)], stored=True)
        # What this version's rules would refuse now was accepted once; the message itself is all there.
        if not isinstance(reading, Message):
            raise Unavailable(f"the message of item {stored.item.id!r} cannot be read right now")
        return reading

    async def cover(self, now: datetime) -> int:
        """Hand what lies with somebody away to who covers, and home when they are back; returns how many items moved.

        Whoever watches does it now and then, and it is to be done whenever another directory was put in.
        """
        moved, missed, tries = 0, 1, covering.TRIES
        while missed and tries:
            portions = covering.moves(self.store, self.directory, now)
            written = [w async for x in portions for w in await self._commit([Writing(change, now) for change in x])]
            missed = sum(not isinstance(w, Committed) for w in written)
            moved, tries = moved + len(written) - missed, tries - 1
        if moved:
            log.info("items.covered", items=moved)
        return moved

    async def press(self, now: datetime) -> int:
        """Say where more is due soon than can be done; returns of how many inboxes nobody had said it in this hour."""
        told = await pressure.told(self.store, self.directory, now)
        if told:
            self.ring()
        return len(told)

    async def trace(self, patient: str, told: Registered, now: datetime) -> int:
        """A register told who a patient's GP is: what lies in a pile for want of that goes there; returns how many."""
        piles = {self.directory.pile(practice).id for practice in self.directory.practices}
        items = await self.store.about(patient, piles)
        changes = [change for x in items if (change := tracing.trace(x, told, self.directory, now))]
        written = await self._commit([Writing(change, now) for change in changes]) if changes else []
        return sum(isinstance(w, Committed) for w in written)

    async def rehome(self, now: datetime) -> int:
        """Give open items whose inbox has left the directory to the coordinator; returns how many there were."""
        gone = [inbox for inbox in await self.store.counts() if inbox not in self.directory.inboxes]
        moved = 0
        for inbox in gone:
            practice = await self._whose(inbox)
            while lines := await self.store.lines(inbox, limit=64):
                changes = [presence.rehome(line.item, practice, self.directory, now) for line in lines]
                await self._commit([Writing(change, now) for change in changes])
                moved += len(lines)
            log.warning("items.rehomed", inbox=inbox, items=moved)
        return moved

    async def _whose(self, inbox: InboxId) -> Practice:
        """The practice of an inbox that has left the directory."""
        known = self.directory.practices.get(self._left.get(inbox, HerId("")))
        return known or await rehoming.whose(inbox, self.store, self.directory, self._message)


@asynccontextmanager
async def open_hub(
    settings: Settings,
    configuration: Configuration | None = None,
    readers: wire.Readers | None = None,
    reading: bool = True,
) -> AsyncIterator[Hub]:
    """Put the parts together, and take them apart in reverse; a part that is given is used, and stays open.

    Without `reading` no reader process is started before a message has to be read after all.
    Raises BadConfiguration when a file, the database or the schemas are not as they must be.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(following.opened(settings, configuration))
        # The readers start in their own processes meanwhile.
        loading = asyncio.create_task(following.in_force(store, settings.folder, given=configuration))
        if readers is None:
            starting = readers_of(settings.wire, settings.acceptance, settings.signatures, lazy=not reading)
            readers = await stack.enter_async_context(starting)
        found = await loading
        order = following.order(found.configuration, settings)
        grace = timedelta(seconds=settings.watch.grace_seconds)
        hub = Hub(order, found.configuration.accounts, store, readers, settings.running_clock(), grace)
        hub.version, hub.broker = found.number, bool(settings.broker.urls)
        hub.keep_months = settings.database.keep_months
        if reading:
            await hub.rehome(hub.clock.now())
        beside = [
            asyncio.create_task(store.listen(hub.ring), name="listen"),
            asyncio.create_task(following.follow(store, found, settings, hub.renew), name="follow"),
        ]
        try:
            yield hub
        finally:
            for each in beside:
                each.cancel()
            await asyncio.gather(*beside, return_exceptions=True)


def referred(readings: Iterable[Reading]) -> set[str]:
    """The MsgIds that messages answer or follow, which may be ours."""
    talks = (r.conversation for r in readings if isinstance(r, Message) and r.conversation)
    return {plain_message_id(id) for talk in talks for id in talk.ids}
