"""Every event that a stream can tell: who hears of it, what it says in words, and what its data have beside ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# The names that several events share, with what stands under them.
FROM, TO = "The inbox where it lay", "The inbox where it lies now"


@dataclass(frozen=True, slots=True)
class Event:
    """What an event tells: `heard` says in whose stream it comes, `detail` what its data have beside ids.

    What is only `sometimes` there is not always told. One without an item is about no item, and one that is not
    `numbered` is of the moment: who comes back does not get it again.
    """

    words: str
    heard: str
    detail: Mapping[str, str] = field(default_factory=dict)
    sometimes: Mapping[str, str] = field(default_factory=dict)
    item: bool = True
    numbered: bool = True


HERE, THERE, LEFT = "where the item lies", "where the item lies from now on", "where the item lay until now"
PLANNERS = "the coordinator's inbox"

_OUTCOME = {"outcome": "How it was ended: read, appointment, home_visit, telephone or other"}
_REASON = {"reason": "Why it was returned (8117): 1, 2 or 9"}
_DOCUMENT = {"document": "The MsgId of the document that was sent"}
_MOVED = {"from": FROM, "to": TO}
_STEP = {
    "step": "Which step of the ladder, from 0",
    "told": "The inboxes that were told, with blanks between them",
    "late": "Whether the hub itself was late in telling: yes or no",
}
_SET = "By when it is due, as its clock was set then"
_DUE = {"from": "The due time that it had", "to": "The due time that it has"}
_TRAFFIC = {
    "partner": "The HER-id of the partner",
    "kind": "Which kind of message",
    "usual": "How many usually come, as 3-9",
    "by": "By which time of the day",
    "came": "How many came",
    "days": "From how many days that is known",
    "day": "The day",
}

EVENTS: Mapping[str, Event] = {
    "message.accepted": Event(
        "A message has come", HERE, {"rule": "The routing rule that placed it"}, {"due_at": _SET}
    ),
    "message.doubted": Event(
        "What a message says of its receivers does not fit", HERE, {"codes": "The codes of the faults"}
    ),
    "item.copied": Event("A copy of a message has come, for information", HERE, sometimes={"due_at": _SET}),
    "item.claimed": Event("Somebody has taken it", HERE),
    "item.released": Event("Somebody has given it back", HERE),
    "item.answered": Event(
        "The sender was answered",
        HERE,
        sometimes={
            "outcome": "What the patient was offered: appointment or home_visit",
            "offered_at": "When that is",
        },
    ),
    "item.closed": Event("It was ended without an answer", HERE, sometimes=_OUTCOME),
    "item.returned": Event("It was returned to the sender", HERE, sometimes=_REASON),
    "item.waiting": Event("The sender was asked something, and is waited for", HERE),
    "item.undone": Event(
        "What somebody just did is taken back",
        HERE,
        {"what": "The event of what was done"},
        {
            "owner": "Who has it again",
            "due_at": "By when it is due again, where that is another time",
            "due_was": "By when it was due until then",
        },
    ),
    "item.handed_on": Event(
        "It was put into another inbox, or given to somebody",
        THERE,
        _MOVED,
        {"owner": "Who had taken it", "person": "Who has it now"},
    ),
    "item.left": Event("It lies here no more", LEFT, {"to": TO}),
    "item.covered": Event(
        "It went to whoever covers for somebody away",
        THERE,
        {**_MOVED, "home": "The inbox that it belongs to", "why": "Why, by the plan", "away": "Who is away"},
    ),
    "item.handed_back": Event("It is back where it belongs", THERE, _MOVED),
    "item.freed": Event("Whoever had taken it is away, so it is free again", HERE, {"away": "Who is away"}),
    "item.rehomed": Event("Its inbox is gone, so it lies with the coordinator", THERE, {"from": FROM}),
    "item.taken_up": Event("A step of its ladder has moved it", THERE, _MOVED),
    "item.traced": Event(
        "The GP register told whose patient it is about",
        THERE,
        {**_MOVED, "home": "The inbox of the patient's GP"},
    ),
    "item.forwarded": Event(
        "It was passed on outside the centre", HERE, {"addressee": "The HER-id that gets it", **_DOCUMENT}
    ),
    "item.withdrawn": Event(
        "The sender has replaced it or taken it back",
        HERE,
        {"by": "The key of the message that did so", "status": "What that message is: changed or cancelled"},
    ),
    "item.replaces": Event("It takes the place of an earlier one", HERE, {"earlier": "The item that it replaces"}),
    "item.reading": Event(
        "Who has it open, and who writes an answer; `readers` is empty when nobody has any more", HERE, numbered=False
    ),
    "opinion.asked": Event("A colleague is asked for an opinion", HERE + " and who is asked", {"to": "Who is asked"}),
    "opinion.given": Event("A colleague has given an opinion", HERE + " and who was asked", {"to": "Who was asked"}),
    "deadline.warned": Event("It is due soon", HERE, _STEP, {"whose": "sender: it is the sender's clock that runs"}),
    "deadline.escalated": Event(
        "Its time has passed, and others are told", HERE, _STEP, {"whose": "sender: it is the sender's clock that runs"}
    ),
    "deadline.moved": Event("It is due at another time", HERE, {**_DUE, "why": "Why, in a word"}),
    "deadline.paused": Event(
        "Our clock stands, and the sender's runs", HERE, {**_DUE, "left": "How many seconds of working time are left"}
    ),
    "deadline.resumed": Event("Our clock goes on", HERE, {**_DUE, "why": "replied, or resumed by a person"}),
    "notice.told": Event("A ladder has told this inbox of it", "each inbox that a step tells"),
    "answer.acknowledged": Event(
        "The partner has taken what we sent",
        HERE,
        {**_DOCUMENT, "codes": "The codes of what it remarks on", "late": "Whether it came late: yes or no"},
    ),
    "answer.rejected": Event(
        "The partner has turned away what we sent",
        HERE,
        {**_DOCUMENT, "codes": "The codes of what is wrong", "late": "Whether it came late: yes or no"},
    ),
    "answer.unacknowledged": Event("The partner has not acknowledged what we sent in 96 hours", HERE, _DOCUMENT),
    "answer.undelivered": Event("What we sent could not be brought to the partner", HERE, _DOCUMENT),
    "load.pressing": Event(
        "More is due soon than can be done",
        PLANNERS,
        {
            "pressed": "The inbox where that is so",
            "due": "How many are due",
            "people": "How many are there",
            "minutes": "How many minutes they take",
            "left": "How many minutes there are",
        },
        item=False,
    ),
    "partner.silent": Event("Much less comes from a partner than usual", PLANNERS, _TRAFFIC, item=False),
    "partner.heard": Event("A partner who was silent is heard of", PLANNERS, _TRAFFIC, item=False),
    "partner.flood": Event("Much more comes from a partner than usual", PLANNERS, _TRAFFIC, item=False),
    "partner.usual": Event("As much comes from a partner as usual again", PLANNERS, _TRAFFIC, item=False),
    "audit.mended": Event(
        "The auditor found something that did not hold, and mended it",
        HERE,
        {"flaw": "What did not hold", "because": "What it was, in words"},
        {
            "from": "What it was",
            "to": "What it is",
            "steps": "The steps that nobody was told of",
            "told": "Whom they were told to",
            "document": "The document that was sent",
        },
    ),
}

# What the journal keeps of what lies in no inbox, so that no stream tells it.
UNTOLD = frozenset(
    (
        *("message.rejected", "message.quarantined", "message.duplicate", "message.conflict"),
        *("receipt.noted", "receipt.unmatched", "receipt.repeated"),
        *("quarantine.replayed", "quarantine.discarded", "outbox.parked", "outbox.replayed", "outbox.discarded"),
    )
)


def wrong(name: str, item: bool, detail: Mapping[str, object]) -> str:
    """What the table does not know of an event in an inbox; "" when it is as the table says."""
    event = EVENTS.get(name)
    if event is None:
        return f"{name} is in no table"
    if lacking := event.detail.keys() - detail.keys():
        return f"{name} lacks {', '.join(sorted(lacking))}"
    if strange := detail.keys() - event.detail.keys() - event.sometimes.keys():
        return f"{name} has {', '.join(sorted(strange))}"
    return "" if item or not event.item else f"{name} is about no item"
