"""The store: one transaction for a batch of Changes, and the questions one may ask."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection

from hub.change import Once
from hub.deadline import Deadline
from hub.directory import InboxId, PersonId
from hub.enquiry import Enquiry, Looked, Registered
from hub.errors import Unavailable
from hub.item import Item, ItemId
from hub.record import (
    Asked,
    Came,
    Dead,
    Kept,
    Line,
    Load,
    Lying,
    Parked,
    Posted,
    Raised,
    Relayed,
    Returns,
    Sent,
    Session,
    Stored,
    Told,
    Version,
    Worker,
)
from hub.store import (
    engine,
    enquiring,
    fitness,
    listing,
    liveness,
    lying,
    marking,
    once,
    partition,
    quarantining,
    reading,
    relaying,
    signing,
    trials,
    versioning,
)
from hub.store.batch import Writing, Written
from hub.store.dispatching import Dispatches
from hub.store.grouping import Grouping
from hub.store.lists import Lists
from hub.store.onlookers import Onlookers
from hub.store.partners import Partners
from hub.store.side import Side, Writer

# So many pieces of what was cut out of messages are let go together: others write meanwhile.
PORTION = 250

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """A database that is open. Use it as an async context manager.

    Raises BadConfiguration on entry when the database cannot be opened, is not at this version's tables, or would not
    keep what it commits; and Unavailable when its server is away.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        at = engine.address(url)
        kind = engine.of(at.get_backend_name())
        self._at, self._kind = at, kind
        self._writer = Writer(kind.writer(at), kind.ON_THE_LOOP, kind.WRITE_SECONDS)
        self._readers = Side(kind.readers(at), kind.READERS, kind.READ_SECONDS)
        # What needs no order among processes is done beside whoever writes decisions, where the database can.
        shared = kind.SHARERS and Side(kind.sharers(at), kind.SHARERS, kind.WRITE_SECONDS)
        self._sharer: Side = shared or self._writer
        self._grouping = Grouping(self._writer.write)
        self.dispatches = Dispatches(self._writer, self._sharer, self._readers)
        self.partners = Partners(self._readers, self._sharer, self._writer)
        self.lists = Lists(self._readers, self._sharer, self._writer)
        self.onlookers = Onlookers(self._readers, self._sharer)

    async def __aenter__(self) -> Self:
        if not engine.there(self._url):
            # Only `hub migrate` makes one; a file that asking left behind would hide that the address was wrong.
            raise fitness.wrong_tables(self._url, "is not there")
        try:
            await self._readers.run(fitness.at_revision, self._url)
            await self._sharer.run(fitness.durable)
        except Unavailable as fault:
            await self.close()
            # A server that is away comes back; a file that cannot be opened is named wrongly.
            if self._kind.away(fault.__cause__):
                raise
            raise engine.unreachable(self._url, fault.__cause__ or fault) from fault
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Wait for commits under way, but not long for a server that is silent; then close every connection."""
        for side in (self._readers, self._sharer, self._writer):
            side.hurry(self._kind.CLOSE_SECONDS)
        await self._grouping.close()
        await self._readers.close()
        if self._sharer is not self._writer:
            await self._sharer.close()
        await self._writer.close()

    async def prepare(self, now: datetime) -> None:
        """Make the months that come, so that no message has to; any number of processes may do so at once."""
        if await self._readers.run(partition.missing, now):
            await self._sharer.run(partition.ahead, now)

    async def forget(self, before: datetime) -> int:
        """Let go of the bytes of old messages, by whole months; returns of how many months.

        Each month and each portion is a transaction of its own: others write in between, and what is not done when a
        process ends is done by the next who forgets. Raises Unavailable when somebody reads messages' bytes just now.
        """
        gone = 0
        for month in await self._readers.run(partition.old, before):
            gone += await self._writer.run(partition.drop, month)
        while places := await self._readers.run(partition.orphans, before, PORTION):
            await self._writer.run(partition.clear, places)
        await self.lists.forget(PORTION)
        return gone

    async def listen(self, ring: Callable[[], None]) -> None:
        """Ring whenever another process has written something, as far as the database tells; until cancelled."""
        if found := self._kind.listen(self._at):
            await found(ring)

    async def commit(self, batch: Sequence[Writing]) -> list[Written]:
        """Write a batch in one transaction: when this returns, all of it is on disk.

        Batches that wait at the same time share a transaction. A cancelled caller does not stop it half-way.
        Raises Unavailable when nothing could be written.
        """
        return await self._grouping.write(batch)

    async def confirm(self, box: str, owners: Collection[str] | None, ids: Collection[int], now: datetime) -> int:
        """The partner has these documents: they leave its mailbox. Returns how many left."""
        return await self._writer.run(reading.confirmed, box, owners, ids, now)

    async def sign_in(self, token: str, person: PersonId, now: datetime, expires_at: datetime) -> None:
        """Keep a sign-in; only the token's digest is stored."""
        await self._writer.run(signing.begin, _digest(token), person, now, expires_at)

    async def sign_out(self, token: str) -> None:
        """End a sign-in."""
        await self._writer.run(signing.end, _digest(token))

    async def session(self, token: str, now: datetime) -> Session | None:
        """The session of a token, while it lasts."""
        return await self._readers.run(signing.found, _digest(token), now)

    async def active(self, token: str, now: datetime) -> None:
        """Whoever is signed in did something."""
        await self._sharer.run(signing.seen, _digest(token), now)

    async def lock(self, token: str) -> None:
        """Lock a session until it is unlocked."""
        await self._writer.run(signing.lock, _digest(token))

    async def unlock(self, token: str, now: datetime) -> bool:
        """Unlock a session; false when it is gone."""
        return await self._writer.run(signing.unlock, _digest(token), now)

    async def lines(
        self, inbox: InboxId, closed: bool = False, after: tuple[str, str] | None = None, limit: int = 100
    ) -> list[Line]:
        """Items of an inbox: open ones, the first due first, or ended ones, the last due first."""
        return await self._readers.run(listing.of_inbox, inbox, closed, after, limit)

    async def stored(self, id: ItemId) -> Stored | None:
        """One item with its clock and its message's bytes, or None."""
        return await self._readers.run(reading.stored, id)

    async def siblings(self, id: ItemId) -> list[Item]:
        """The other items of an item's message."""
        return await self._readers.run(reading.siblings, id)

    async def traffic(self, since: datetime, after: int = 0, limit: int = 200) -> list[Came]:
        """Messages that came since then, after a number, with their bytes."""
        return await self._readers.run(reading.traffic, since, after, limit)

    async def told(self, id: ItemId) -> frozenset[InboxId]:
        """The inboxes that a ladder has told about an item."""
        return await self._readers.run(reading.told, id)

    async def due(self, now: datetime, limit: int) -> list[tuple[Item, Deadline]]:
        """The running clocks that have come, the longest overdue first."""
        return await self._readers.run(reading.due, now, limit)

    async def clocks_by_others(self, bases: Collection[str], limit: int) -> list[Stored]:
        """Open items whose clock was computed from none of these."""
        return await self._readers.run(reading.clocks_by_others, bases, limit)

    async def rebase(self, ids: Collection[ItemId], basis: str) -> None:
        """These clocks are what this makes of them."""
        if ids:
            await self._writer.run(reading.rebase, ids, basis)

    async def next_due(self) -> datetime | None:
        """When the next clock comes or the next document is given up, or None when nothing is waited for."""
        return await self._readers.run(reading.next_due)

    async def unacknowledged(self, now: datetime, limit: int) -> list[tuple[Sent, Item]]:
        """What we sent and no partner acknowledged in time, with its item."""
        return await self._readers.run(reading.unacknowledged, now, limit)

    async def sent(self, id: ItemId) -> list[Sent]:
        """What was sent about an item, in order, with what the partners said of it."""
        return await self._readers.run(reading.sent, id)

    async def answered(self, ids: Collection[str]) -> dict[str, Asked]:
        """Which of these MsgIds are documents of ours, each with the item that it was sent from."""
        return await self._readers.run(reading.answered, ids)

    async def alerts(self, inbox: InboxId, limit: int = 100) -> list[Raised]:
        """What an inbox has not seen yet, the newest first."""
        return await self._readers.run(reading.alerts, inbox, limit)

    async def seen(
        self, id: int, inboxes: Collection[InboxId], who: PersonId, now: datetime, asked: Once | None = None
    ) -> bool:
        """Somebody has seen an alert of one of their inboxes; false when there was none to see."""
        return bool(await self._writer.run(once.under, asked, now, reading.seen, id, inboxes, who, now))

    async def counts(self) -> dict[InboxId, dict[str, int]]:
        """How many open items each inbox has in each state."""
        return await self._readers.run(reading.counts)

    async def lying(self, away: Collection[InboxId]) -> list[Lying]:
        """How items lie that may have to move: open in these inboxes, away from home, or taken by somebody."""
        return await self._readers.run(lying.groups, away)

    async def lying_so(self, group: Lying, after: ItemId, limit: int) -> list[Item]:
        """Open items that lie so, by their ids after one."""
        return await self._readers.run(lying.members, group, after, limit)

    async def claimed(self, ids: Collection[ItemId]) -> dict[ItemId, datetime]:
        """When each of some items was taken, the last time."""
        return await self._readers.run(lying.claimed, ids)

    async def notices(self, inbox: InboxId, limit: int = 100) -> list[tuple[Line, int, datetime, bool]]:
        """Open items an inbox was told about by a ladder."""
        return await self._readers.run(reading.notices, inbox, limit)

    async def mailbox(
        self,
        box: str,
        owners: Collection[str] | None = None,
        after: int = 0,
        limit: int = 100,
        now: datetime | None = None,
    ) -> list[Posted]:
        """What waits in a mailbox for the parties that may have it, in the order it was sent.

        With `now` without what can still be taken back.
        """
        return await self._readers.run(reading.mailbox, box, owners, after, limit, now)

    async def held(self, after: int = 0, limit: int = 100, ended: bool = True) -> list[Kept]:
        """What lies in quarantine, from the oldest; without `ended` only what nobody has replayed or discarded."""
        return await self._readers.run(reading.held, after, limit, ended)

    async def dead(self, limit: int = 1000) -> list[Dead]:
        """What could not be handled and nobody has ended: so many from quarantine, and so many parked documents."""
        return await self._readers.run(quarantining.dead, limit)

    async def dead_count(self) -> tuple[int, int]:
        """How many of each there are: in quarantine, and parked."""
        return await self._readers.run(quarantining.count)

    async def dead_one(self, id: str) -> Dead | None:
        """A row of quarantine (q12), ended or not, or a parked document (o7)."""
        return await self._readers.run(quarantining.one, id)

    async def dead_raw(self, id: str) -> bytes | None:
        """The bytes of either."""
        return await self._readers.run(quarantining.raw, id)

    async def held_again(self, number: int) -> int | None:
        """The row of quarantine that stands for an earlier one with the same bytes."""
        return await self._readers.run(quarantining.again, number)

    async def end_held(self, numbers: Collection[int], how: str, who: str, why: str, now: datetime) -> int:
        """End rows of quarantine, replayed or discarded; returns how many nobody had ended before."""
        return await self._writer.run(quarantining.end, numbers, how, who, why, now)

    async def loads(self, now: datetime) -> list[Load]:
        """The open items of each inbox in each state, and how many of them are late."""
        return await self._readers.run(reading.loads, now)

    async def verdicts(self, after: int = 0, limit: int = 100_000) -> tuple[int, dict[str, int]]:
        """How many of the messages after a number had which verdict, at most so many, and the last one's number."""
        return await self._readers.run(reading.verdicts, after, limit)

    async def history(self, id: ItemId) -> list[Told]:
        """All that happened to an item."""
        return await self._readers.run(reading.history, id)

    async def relay(self, now: datetime, until: datetime, limit: int) -> list[Relayed]:
        """Claim documents for the broker; nobody else gets them before `until`."""
        return await self._sharer.run(relaying.claim, now, until, limit)

    async def relayed(self, done: Sequence[Relayed], now: datetime) -> None:
        """The broker has these."""
        await self._sharer.run(relaying.sent, done, now)

    async def put_off(self, failed: Sequence[tuple[Relayed, str, datetime | None]], now: datetime) -> None:
        """The broker does not have these: each with why, and when it is tried again or None to park it."""
        await self._writer.run(relaying.put_off, failed, now)

    async def waiting(self, now: datetime) -> tuple[int, datetime | None]:
        """How many documents wait for the broker, and since when the oldest does."""
        return await self._readers.run(relaying.waiting, now)

    async def parked(self, limit: int = 1000) -> list[Parked]:
        """Documents that were given up, the oldest first."""
        return await self._readers.run(relaying.parked, limit)

    async def unpark(self, ids: Collection[int], who: str, now: datetime) -> int:
        """Try documents that were given up again from the beginning; returns how many there were."""
        return await self._writer.run(relaying.again, ids, who, now)

    async def discard_parked(self, ids: Collection[int], who: str, why: str, now: datetime) -> int:
        """Give documents up for good; returns how many there were."""
        return await self._writer.run(relaying.discard, ids, who, why, now)

    async def here(self, raw: bytes) -> bool:
        """Whether a message with these bytes was ever taken in or held. Every message is looked at: rarely asked."""
        return await self._readers.run(reading.here, sha256(raw).digest())

    async def trials(self, digests: Collection[bytes]) -> dict[bytes, int]:
        """How often the handling of deliveries that came back has begun."""
        return await self._readers.run(trials.counted, digests)

    async def begin_trials(self, digests: Collection[bytes], now: datetime) -> dict[bytes, int]:
        """Count one more beginning of handling for deliveries that came back; returns how many each has had."""
        return await self._sharer.run(trials.begin, digests, now)

    async def end_trials(self, digests: Collection[bytes], now: datetime) -> None:
        """These deliveries are done."""
        await self._sharer.run(trials.end, digests, now)

    async def beat(self, worker: Worker) -> None:
        """A process lives."""
        await self._sharer.within(self._kind.BEAT_SECONDS, liveness.beat, worker)

    async def leave(self, name: str) -> None:
        """A process ended in order."""
        await self._sharer.within(self._kind.BEAT_SECONDS, liveness.leave, name)

    async def probe(self, now: datetime) -> None:
        """Write something to the disk that leaves nothing behind. Raises Unavailable when nothing can be written."""
        await self._sharer.within(self._kind.BEAT_SECONDS, liveness.probe, now)

    async def newest_version(self) -> int:
        """The number of the configuration in force; 0 when none was ever loaded."""
        return await self._readers.run(versioning.newest)

    async def version_in_force(self) -> Version | None:
        """The configuration that was loaded last, or None."""
        return await self._readers.run(versioning.in_force)

    async def versions(self, limit: int = 100) -> list[Version]:
        """The last configurations that were loaded, the one in force first."""
        return await self._readers.run(versioning.versions, limit)

    async def version(self, number: int) -> Version | None:
        """One configuration that was loaded, or None."""
        return await self._readers.run(versioning.version, number)

    async def contents(self, digests: Collection[str]) -> dict[str, bytes]:
        """What files of configurations hold, by their digests."""
        return await self._readers.run(versioning.contents, digests)

    async def put_version(self, version: Version, contents: Mapping[str, bytes]) -> bool:
        """Put a configuration in force; `contents` has what its files hold, by their digests.

        False when another one was put in force meanwhile: its number must be the next one. Raises Unavailable.
        """
        packed = await asyncio.to_thread(lambda: {digest: versioning.pack(x) for digest, x in contents.items()})
        return await self._writer.run(versioning.add, version, packed)

    async def claim_enquiries(self, now: datetime, until: datetime, limit: int) -> list[Looked]:
        """Questions to the registers that are due; nobody else gets them before `until`."""
        return await self._sharer.run(enquiring.claim, now, until, limit)

    async def ask(self, wanted: Collection[Enquiry], at: datetime) -> None:
        """Have the registers asked."""
        if wanted:
            await self._sharer.run(enquiring.add, dict.fromkeys(wanted, at))

    async def answer_enquiry(self, x: Looked, told: Registered, at: datetime) -> None:
        """A register has answered, and what comes of it is done."""
        await self._sharer.run(enquiring.answer, x, told, at)

    async def end_enquiry(self, x: Looked, at: datetime) -> None:
        """What comes of an answer that was here before is done."""
        await self._sharer.run(enquiring.done, x, at)

    async def put_off_enquiry(self, asked: Enquiry, fault: str, until: datetime | None) -> None:
        """A register could not be asked, and is tried again then; with None only when somebody wants to know anew."""
        await self._sharer.run(enquiring.put_off, asked, fault, until)

    async def looked(self, wanted: Collection[Enquiry]) -> dict[Enquiry, Looked]:
        """How questions to the registers stand; those that nobody asked are left out."""
        return await self._readers.run(enquiring.looked, wanted)

    async def enquiries(self) -> tuple[int, datetime | None, str]:
        """How many were asked in vain, since when the first of them was, and why the last one was."""
        return await self._readers.run(enquiring.waiting)

    async def last_via(self, sender: str) -> str | None:
        """By what the last message of a sender came, or None when it has sent none."""
        return await self._readers.run(reading.last_via, sender)

    async def about(self, patient: str, inboxes: Collection[InboxId]) -> list[Item]:
        """What lies open about a patient in some inboxes."""
        return await self._readers.run(enquiring.items, patient, inboxes)

    async def workers(self) -> list[Worker]:
        """Every process that was heard of lately."""
        return await self._readers.run(liveness.all)

    async def returned(self, since: datetime) -> list[Returns]:
        """How many messages were returned since then, by party and reason."""
        return await self._readers.run(reading.returned, since)

    async def journal(self, after: int, inboxes: Collection[InboxId], limit: int = 500) -> list[Told]:
        """The journal's lines about some inboxes after a number."""
        return await self._readers.run(reading.journal_after, after, inboxes, limit)

    async def due_by(self, inboxes: Collection[InboxId], moments: Sequence[datetime]) -> dict[InboxId, tuple[int, ...]]:
        """How many open items of each inbox are due by each of these moments, of those that wait for nobody."""
        return await self._readers.run(reading.due_by, inboxes, moments)

    async def mark(self, name: str, number: int) -> bool:
        """Put a mark forward; false when it stands there already, or somebody else put it there."""
        return await self._writer.run(marking.put, name, number)

    async def newest(self) -> int:
        """The number of the journal's last line."""
        return await self._readers.run(reading.newest)

    async def look(self, question: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a question of this package says that few ask, as those of an auditor."""
        return await self._readers.run(question, *args, **kwargs)

    async def mend(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what few do, in the order of decisions."""
        return await self._writer.run(work, *args, **kwargs)

    async def note(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Write what needs no order: whoever freezes in the midst of a decision does not hold it up."""
        return await self._sharer.run(work, *args, **kwargs)

    async def tally(self) -> dict[str, dict[str, int]]:
        """Counts that prove that nothing was lost."""
        return await self._readers.run(reading.tally)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
