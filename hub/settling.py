"""What came of the deliveries of a batch once it was committed."""

from collections.abc import Sequence
from datetime import datetime

from hub import intake
from hub.change import Acknowledgement, Arrival, Change, Returned, conflict
from hub.outcome import Accepted, Held, Noted, Outcome, Rejected, Repeated
from hub.store import Conflict, Duplicate, Writing, Written
from hub.transport import Condition, Origin


def outcome(writing: Writing, written: Written) -> Outcome:
    """What whoever handed a delivery in is told, by what was written of it."""
    change = writing.change
    if change.quarantined:
        return Held(change.quarantined.why, change.quarantined.faults)
    assert change.arrival is not None, "what arrives is kept or held"
    key, verdict = change.arrival.key, change.arrival.verdict
    match written:
        case Conflict():
            return Held("conflict", conflict(key).faults)
        case Duplicate(_, first):
            return Repeated(key, first)
    if verdict == "noted":
        return Noted(key)
    # The answer to a call is the first receiver's verdict; the others' lie in the mailbox.
    document = change.outgoing[0].document
    rejected = isinstance(document, Acknowledgement) and document.faults
    return Rejected(key, writing.documents[0]) if rejected else Accepted(key, writing.documents[0])


def conflicting(arrival: Arrival, origin: Origin, now: datetime) -> Writing:
    """What a sender is told by the broker if its MsgId turns out to be another message's."""
    held = Change((), quarantined=conflict(arrival.key))
    bounced = intake.bounce(held, origin, Condition.INVALID_FIELD_VALUE, "MsgId", now)
    labels = tuple(o.document.label for o in bounced.outgoing if isinstance(o.document, Returned))
    return Writing(bounced, now, documents=(b"",) * len(labels), labels=labels)


def counted(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many of each there are, by name."""
    counted: dict[str, int] = {}
    for outcome in outcomes:
        name = type(outcome).__name__.lower()
        counted[name] = counted.get(name, 0) + 1
    return counted
