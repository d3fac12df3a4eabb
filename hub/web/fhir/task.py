"""An item as a Task."""

from datetime import datetime, timedelta
from functools import cache

from hub.browsing import Seen
from hub.directory import Directory
from hub.item import Item, Purpose, State
from hub.record import Line
from hub.selection import SOON
from hub.web import language, wording
from hub.web.fhir import team, terms
from hub.web.fhir.terms import Json

# By FHIR's definitions of a Task's states (the code system task-status); total over ours.
STATUS = {
    State.NEW: "requested",  # ready to be acted upon, and action is sought
    State.CLAIMED: "in-progress",  # whoever takes an item works on it, and nobody else can
    State.WAITING: "on-hold",  # begun, and it cannot go on before the sender replies
    State.ANSWERED: "completed",
    State.CLOSED: "completed",
    State.RETURNED: "rejected",  # whose task it was decided not to do it
    State.WITHDRAWN: "cancelled",  # it was not done, as the sender took it back or replaced it
}
PURPOSES = {
    Purpose.ACTION: "Somebody must act and answer",
    Purpose.READING: "Somebody must read it; the sender waits for no answer",
    Purpose.INFORMATION: "A copy to be read; another inbox acts",
}
# What the clock says of something that we are to do; what waits for the sender is theirs.
LATE, NEAR = "late", "near"
CLOCKS = {LATE: "The time for it has passed", NEAR: "It is due within the hour"}
# What our clock runs for.
_OURS = (State.NEW, State.CLAIMED)


def of(seen: Seen, directory: Directory, now: datetime) -> Json:
    """The Task of an item, as it is now."""
    line, more = seen.line, seen.more
    item, head = line.item, line.item.headline
    contained, patient = terms.patient(head.patient, head.born, more.patient)
    said, clock = kind(item), standing(line, now)
    parts = {
        "meta": meta(seen, directory),
        "contained": contained,
        "status": STATUS[item.state],
        "businessStatus": terms.own(terms.CLOCK, clock, CLOCKS[clock]) if clock else None,
        "intent": "order",
        "priority": "urgent" if line.urgent else "routine",
        "code": said,
        "description": terms.text(head.subject) or said["text"],
        "focus": {"reference": f"Communication/{item.id}", "type": "Communication"},
        "for": patient,
        "executionPeriod": _period(more.begun_at, more.ended_at),
        "authoredOn": terms.instant(more.received_at),
        "lastModified": terms.instant(more.changed_at),
        "requester": _requester(item),
        "owner": _owner(item, directory),
        "reasonCode": terms.own(terms.PURPOSE, item.purpose, PURPOSES[item.purpose]),
        "note": [{"text": terms.text(item.note)}] if terms.text(item.note) else [],
        "restriction": {"period": _period(None, line.due)} if line.due else None,
    }
    return {"resourceType": "Task", "id": item.id, **terms.kept(parts)}


def kind(item: Item) -> Json:
    """What kind of message it is about: the word as code, in English and in bokmål."""
    written = item.headline.kind
    return terms.own(terms.KIND, written, *_words(written))


@cache
def _words(kind: str) -> tuple[str, str]:
    """What a kind is called in English and in bokmål; kept, as a search asks for each item that it looks at."""
    return wording.told(language.load("en"), kind), wording.told(language.load("nb"), kind)


def meta(seen: Seen, directory: Directory) -> Json:
    """The version that is to be said with an act, and the inbox in which it lies, whoever owns it."""
    item = seen.line.item
    return terms.kept(
        {
            "versionId": str(item.version),
            "lastUpdated": terms.instant(seen.more.changed_at),
            "security": [terms.TEST] if seen.more.test else [],
            "tag": [team.tag(item.inbox, directory)],
        }
    )


def standing(line: Line, now: datetime) -> str:
    """What the clock says: late, near, or nothing."""
    if line.due is None or line.item.state not in _OURS or line.due - SOON > now:
        return ""
    return LATE if line.due <= now else NEAR


def steady(seen: Seen, now: datetime) -> bool:
    """Whether all is as it was when the item was changed last: what the clock says changes without it."""
    line = seen.line
    if line.due is None or line.item.state not in _OURS:
        return True
    moments = (line.due - SOON, line.due)
    # The times that are shown are cut to the millisecond.
    return not any(seen.more.changed_at - timedelta(milliseconds=1) <= moment <= now for moment in moments)


def _requester(item: Item) -> Json:
    told = {"identifier": terms.party(item.message.sender), "display": terms.text(item.headline.sender)}
    return {"type": "Organization", **terms.kept(told)}


def _owner(item: Item, directory: Directory) -> Json:
    """Whoever has taken it, else its inbox."""
    if item.owner is None:
        return team.reference(item.inbox, directory)
    known = directory.people.get(item.owner)
    told = {"identifier": terms.identifier(terms.PERSON, item.owner), "display": known.name if known else ""}
    return {"type": "Practitioner", **terms.kept(told)}


def _period(start: datetime | None, end: datetime | None) -> Json:
    return terms.kept({"start": terms.instant(start) if start else None, "end": terms.instant(end) if end else None})
