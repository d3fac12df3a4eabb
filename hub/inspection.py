"""What the hub would do with a message, told without doing it: `hub check` and `hub explain`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub import intake
from hub.change import Acknowledgement
from hub.deadline import Deadline
from hub.directory import Inbox, InboxId
from hub.errors import BadRequest
from hub.intake import Order
from hub.item import Item
from hub.message import Envelope, Fault, Message, Reading, Receipt, Refusal, Unreadable
from hub.settings import Wire
from hub.wire import Readers


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sender would be told. `word` is accepted, rejected or unreadable; exit codes follow it."""

    word: str
    faults: tuple[Fault, ...] = ()
    envelope: Envelope | None = None
    kind: str = ""

    @property
    def code(self) -> str:
        """The acknowledgement's first error code, or "" when there is none."""
        return self.faults[0].code if self.faults else ""

    @property
    def exit_code(self) -> int:
        """0 accepted, 1 rejected, 2 unreadable."""
        return ("accepted", "rejected", "unreadable").index(self.word)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a message would go, why, and when it would be due."""

    item: Item
    inbox: Inbox
    copies: tuple[InboxId, ...]
    deadline: Deadline


async def read(files: Sequence[bytes], limits: Wire) -> list[Reading]:
    """Read files in a disposable reader, as the hub itself does."""
    memory = limits.memory_mb * 2**20
    async with Readers(count=1, limit=limits.limit_bytes, memory=memory, seconds=limits.seconds) as readers:
        return await readers.read(files)


def verdict(reading: Reading, order: Order | None, now: datetime) -> Verdict:
    """Judge a reading by the standard's rules, and by who is who when `order` is given."""
    match reading:
        case Unreadable(faults):
            return Verdict("unreadable", faults)
        case Receipt():
            return Verdict("accepted", kind="acknowledgement")
        case Refusal(envelope, faults) if order is None:
            return Verdict("rejected", faults, envelope, envelope.type.value)
        case Message() if order is None:
            return Verdict("accepted", (), reading.envelope, reading.kind.value)
    assert order is not None
    change = intake.judge(reading, order, now)
    kind = reading.kind.value if isinstance(reading, Message) else reading.envelope.type.value
    if change.quarantined:
        return Verdict("unreadable", change.quarantined.faults, reading.envelope, kind)
    faults = next((o.document.faults for o in change.outgoing if isinstance(o.document, Acknowledgement)), ())
    return Verdict("rejected" if faults else "accepted", faults, reading.envelope, kind)


def explain(reading: Reading, order: Order, now: datetime) -> Explanation:
    """Route a message and set its clock, as if it arrived now.

    Raises BadRequest when it would not be accepted; `hub check` says why.
    """
    found = verdict(reading, order, now)
    if not isinstance(reading, Message) or found.word != "accepted":
        raise BadRequest(f"the message would be {found.word}, so it lies in no inbox; `hub check` says why")
    change = intake.judge(reading, order, now)
    item, *copies = change.items
    return Explanation(item, order.directory.inboxes[item.inbox], tuple(c.inbox for c in copies), change.deadlines[0])
