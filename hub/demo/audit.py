"""Does it add up? What the senders sent and were told, against what the hub has: every difference is named.

The two sides come from different places: the senders' from their own log, the hub's from its database.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hub.demo.figures import RECEIPT
from hub.demo.ledger import HubSide
from hub.demo.logbook import Fetched, Got, Logbook
from hub.demo.sending import NAMED, Sending, Verdict

# What a delivery that a broker brought has for a status, and what lies in quarantine.
BROKERED = 0
HELD = (Verdict.QUARANTINED, Verdict.CONFLICT)


@dataclass(frozen=True, slots=True)
class Played:
    """The day as it was played: what was to be sent, what the senders know, what the hub has, and a broker still."""

    sendings: tuple[Sending, ...]
    book: Logbook
    hub: HubSide
    left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sums:
    """Deliveries by what became of them; `broken` are those of which a sender does not know it."""

    accepted: int
    rejected: int
    duplicates: int
    quarantined: int
    broken: int = 0

    @property
    def received(self) -> int:
        """All of them."""
        return self.accepted + self.rejected + self.duplicates + self.quarantined


def differences(p: Played) -> tuple[tuple[str, ...], ...]:
    """Everything that does not add up, by the check that found it; nothing when it does."""
    found = (tuple(check(p)) for check in CHECKS)
    return tuple(each for each in found if each)


def sums(p: Played) -> Sums:
    """As the hub counts. What is a repetition of a receipt and not of a message, only its sender can tell."""
    receipts = sum(g.outcome == Verdict.DUPLICATE for g in _got(p, receipts=True))
    return Sums(
        accepted=p.hub.count("messages", "accepted"),
        rejected=p.hub.count("messages", "rejected"),
        duplicates=p.hub.count("events", "message.duplicate") - receipts,
        quarantined=p.hub.count("quarantine", "held"),
    )


def told(p: Played) -> Sums:
    """As the senders were told, delivery by delivery."""
    outcomes = Counter(g.outcome for g in _got(p, receipts=False))
    return Sums(
        accepted=outcomes[Verdict.ACCEPTED],
        rejected=outcomes[Verdict.REJECTED],
        duplicates=outcomes[Verdict.DUPLICATE],
        quarantined=outcomes[Verdict.QUARANTINED] + outcomes[Verdict.CONFLICT],
        broken=sum(d.loose for key, d in p.book.deliveries.items() if not key.startswith(RECEIPT)),
    )


def _whole(p: Played) -> Iterator[str]:
    """Everything was sent, and answered as often as it was sent."""
    for s in p.sendings:
        got = len(p.book.of(s.key).got)
        if got < len(s.times):
            yield f"{s.key}: {len(s.times)} deliveries were planned, {got} were answered"
    known = {s.key for s in p.sendings}
    for key in p.book.deliveries:
        if key not in known and not key.startswith(RECEIPT):
            yield f"{key}: was sent without being in the script"


def _verdicts(p: Played) -> Iterator[str]:
    """Each message got the verdict and code that it should, and each repetition was seen to be one."""
    for s in p.sendings:
        found = p.book.of(s.key)
        if found.got and found.verdict != s.expected.verdict:
            yield f"{_name(s)}: should be {s.expected.verdict}, was {found.verdict or 'nothing'}"
            continue
        codes = {g.post.codes[:1] for g in found.got if g.post}
        if s.expected.code and codes - {(s.expected.code,)}:
            was = _named(c for x in codes for c in x)
            yield f"{s.key}: should be {s.expected.verdict} with {s.expected.code}, was with {was}"
        for status in {g.status for g in found.got} - {s.expected.status, BROKERED}:
            yield f"{s.key}: should be answered with {s.expected.status}, was with {status}"
        fresh = sum(g.outcome != Verdict.DUPLICATE for g in found.got)
        if s.expected.verdict in NAMED and fresh > 1:
            yield f"{s.key}: was taken in {fresh} times, and only once may a message be"


def _accepted(p: Played) -> Iterator[str]:
    """Each message that a sender was told is accepted lies in exactly one inbox, and nothing else does."""
    told = {s.msg_id for s in p.sendings if p.book.of(s.key).verdict == Verdict.ACCEPTED}
    placed = Counter(x.msg_id for x in p.hub.pieces if not x.copy)
    for msg_id in sorted(told - set(placed)):
        yield f"MsgId {msg_id}: its sender was told that it is accepted, and it lies in no inbox"
    for msg_id in sorted(set(placed) - told):
        yield f"MsgId {msg_id}: lies in an inbox, and no sender of the demo was told so"
    for msg_id, n in sorted(placed.items()):
        if n > 1:
            yield f"MsgId {msg_id}: lies in {n} inboxes to be acted on"
    yield from _same("messages accepted", len(told), p.hub.count("messages", "accepted"))
    if lost := p.hub.count("lost", "accepted without an item"):
        yield f"{lost} accepted messages have no item"


def _items(p: Played) -> Iterator[str]:
    """The inboxes hold what the journal says was put there."""
    copies = sum(x.copy for x in p.hub.pieces)
    yield from _same(
        "copies for information", copies, p.hub.count("events", "item.copied"), "in inboxes", "in the journal"
    )
    yield from _same("items", len(p.hub.pieces), sum(p.hub.tally.get("items", {}).values()), "in the journal", "stored")


def _rejected(p: Played) -> Iterator[str]:
    told = sum(p.book.of(s.key).verdict == Verdict.REJECTED for s in p.sendings)
    yield from _same("messages rejected", told, p.hub.count("messages", "rejected"))


def _repeated(p: Played) -> Iterator[str]:
    """A delivery that broke off may have been a repetition that arrived: so many more are possible, and no others."""
    told = sum(g.outcome == Verdict.DUPLICATE for r in (False, True) for g in _got(p, receipts=r))
    named = [p.book.of(s.key) for s in p.sendings if s.expected.verdict in NAMED]
    receipts = [d for key, d in p.book.deliveries.items() if key.startswith(RECEIPT)]
    hidden = sum(bool(d.got) and all(g.outcome == Verdict.DUPLICATE for g in d.got) for d in (*named, *receipts))
    more = sum(d.loose for d in (*named, *receipts)) - hidden
    yield from _within("duplicates", told, more, p.hub.count("events", "message.duplicate"))


def _held(p: Played) -> Iterator[str]:
    told = sum(g.outcome in HELD for g in _got(p, receipts=False))
    more = sum(p.book.of(s.key).loose for s in p.sendings if s.expected.verdict not in NAMED)
    yield from _within("deliveries in quarantine", told, more, p.hub.count("quarantine", "held"))


def _acknowledged(p: Played) -> Iterator[str]:
    """Exactly one acknowledgement for each message and receiver, that says what the sender was told at the door."""
    by = _by_about(p, "apprec")
    for s in p.sendings:
        found = by.pop(s.msg_id, []) if s.msg_id else []
        if len(found) != s.expected.acknowledgements:
            yield f"{_name(s)}: {s.expected.acknowledgements} acknowledgements are due, {len(found)} came"
        status = "1" if s.expected.verdict is Verdict.ACCEPTED else "2"
        if found and {f.post.status for f in found} != {status}:
            yield f"{_name(s)}: the acknowledgement says otherwise than the door"
        ids = {f.post.id for f in found}
        said = {g.post.id for g in p.book.of(s.key).got if g.post and g.outcome not in HELD}
        if len(ids) != len(found) or not said <= ids:
            yield f"{_name(s)}: the acknowledgement at the door is not the one in the mailbox"
    for msg_id, found in by.items():
        yield f"MsgId {msg_id}: {len(found)} acknowledgements came for what nobody sent"
    yield from _same(
        "acknowledgements", _kinds(p)["apprec"], p.hub.count("outbox", "apprec"), "fetched", "in the outbox"
    )


def _answered(p: Played) -> Iterator[str]:
    """Each answered message got its one answer, after its acknowledgement; and no other message got any."""
    by = _by_about(p, "answer")
    acknowledged = _by_about(p, "apprec")
    answered = {x.msg_id for x in p.hub.pieces if x.how == "answered"}
    for msg_id in sorted(answered | set(by)):
        found = by.get(msg_id, [])
        if len(found) != (msg_id in answered):
            yield f"MsgId {msg_id}: {int(msg_id in answered)} answer was given, {len(found)} came"
        if found and min(f.number for f in found) < max((f.number for f in acknowledged.get(msg_id, [])), default=0):
            yield f"MsgId {msg_id}: the answer came before the acknowledgement"
    yield from _same("answers", _kinds(p)["answer"], p.hub.count("outbox", "answer"), "fetched", "in the outbox")


def _receipts(p: Played) -> Iterator[str]:
    """Each answer got a receipt, which the hub has noted."""
    sent = {key for key, d in p.book.deliveries.items() if key.startswith(RECEIPT) and d.got}
    yield from _same("receipts for answers", len(sent), p.hub.count("messages", "noted"))
    for f in p.book.fetched.values():
        if f.kind == "answer" and RECEIPT + f.post.id not in sent:
            yield f"MsgId {f.post.about}: its answer got no receipt"
    for key in sorted(sent):
        right = {(204, "noted"), (BROKERED, "noted"), (200, Verdict.DUPLICATE)}
        for status, outcome in sorted({(g.status, g.outcome) for g in p.book.of(key).got} - right):
            yield f"{key}: should be noted, was answered {status} {outcome}"


def _told_off(p: Played) -> Iterator[str]:
    """Where a broker is between, each delivery in quarantine is told once in an error queue, and no other is."""
    for about, found in _by_about(p, "error").items():
        key = p.book.keys.get(about)
        held = [g for g in p.book.of(key).got if g.id == about and g.outcome in HELD] if key else []
        if len(held) != len(found):
            yield f"{key or about}: {len(found)} errors came, {len(held)} for a delivery that is held"
    yield from _same("errors", _kinds(p)["error"], p.hub.count("outbox", "error"), "fetched", "in the outbox")


def _once(p: Played) -> Iterator[str]:
    """Nothing comes twice, but where a process or a connection ended that may have had it in hand."""
    if p.book.again and not (p.book.deaths or p.book.cuts):
        yield from (f"{each.id} came to {each.box} once more" for each in p.book.again)


def _emptied(p: Played) -> Iterator[str]:
    """Nothing is left in a queue, and nothing among the dead letters."""
    for name, n in p.left.items():
        yield f"{n} messages still lie in the queue {name}"


def _heeded(p: Played) -> Iterator[str]:
    """No clock was overlooked: every step of a ladder that has come was told."""
    for msg_id in sorted(p.hub.ladders.overdue):
        yield f"MsgId {msg_id}: a step of its ladder should have come and did not"


def _strange(p: Played) -> Iterator[str]:
    for s in p.book.strange:
        yield f"unexpected: {s.what}"


CHECKS: tuple[Callable[[Played], Iterator[str]], ...] = (
    _whole,
    _verdicts,
    _accepted,
    _items,
    _rejected,
    _repeated,
    _held,
    _acknowledged,
    _answered,
    _receipts,
    _told_off,
    _once,
    _emptied,
    _heeded,
    _strange,
)


def _same(what: str, one: int, other: int, here: str = "by the senders", there: str = "by the hub") -> Iterator[str]:
    if one != other:
        yield f"{what}: {one} {here}, {other} {there}"


def _within(what: str, told: int, more: int, hub: int) -> Iterator[str]:
    if not told <= hub <= told + more:
        possible = f" ({more} more broke off and may have arrived)" if more else ""
        yield f"{what}: {told} by the senders{possible}, {hub} by the hub"


def _got(p: Played, receipts: bool) -> Iterator[Got]:
    return (g for key, d in p.book.deliveries.items() if key.startswith(RECEIPT) is receipts for g in d.got)


def _by_about(p: Played, kind: str) -> dict[str, list[Fetched]]:
    by: dict[str, list[Fetched]] = {}
    for f in p.book.fetched.values():
        if f.kind == kind:
            by.setdefault(f.post.about, []).append(f)
    return by


def _kinds(p: Played) -> Counter[str]:
    return Counter(f.kind for f in p.book.fetched.values())


def _name(s: Sending) -> str:
    return f"{s.key} (MsgId {s.msg_id or 'none'})"


def _named(codes: Iterable[str]) -> str:
    return ", ".join(sorted(set(codes))) or "no code"
