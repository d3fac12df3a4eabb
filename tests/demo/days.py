"""A day as it would be if all went well: made from the script, without a hub."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from hub.demo.audit import Played
from hub.demo.fate import Fate, Manner
from hub.demo.figures import RECEIPT
from hub.demo.ledger import HubSide, Piece
from hub.demo.logbook import Fetched, Got, Handed, Logbook, Tried
from hub.demo.post import Post
from hub.demo.script import Script
from hub.demo.sending import NAMED, Sending, Verdict
from hub.directory import InboxId

TEAM = InboxId("primaerhelseteam")


def played(play: Script, path: Path, by_broker: bool = False) -> Played:
    """Every delivery as it should be answered, every document fetched, and what the hub would have of it."""
    book = Logbook(path / "day.jsonl")
    for s in play.sendings:
        for n in range(len(s.times)):
            (bring if by_broker else deliver)(book, s, repeated=n > 0)
    for s in play.sendings:
        fetch(book, s)
    return Played(play.sendings, book, hub(play, book))


def deliver(book: Logbook, s: Sending, repeated: bool = False) -> None:
    """One delivery, and what comes of it."""
    verdict, status = s.expected.verdict, s.expected.status
    if repeated and verdict in NAMED:
        verdict, status = Verdict.DUPLICATE, 200
    book.add(Tried(s.key, s.times[0]))
    book.add(Got(s.key, s.times[0], status, verdict, acknowledgement(s) if s.expected.verdict in NAMED else None))


def bring(book: Logbook, s: Sending, repeated: bool = False) -> None:
    """One delivery through a broker, and what comes of it: of a repetition nothing."""
    id = f"{s.key} {book.of(s.key).tried}"
    book.add(Tried(s.key, s.times[0], id))
    book.add(Handed(s.key, s.times[0], id))
    if repeated:
        return
    if s.expected.verdict not in NAMED:
        document(book, s, "error", Post(f"error {id}", about=id, codes=(s.expected.code,)))
    told = acknowledgement(s) if s.expected.verdict in NAMED else Post(f"error {id}", codes=(s.expected.code,))
    book.add(Got(s.key, s.times[0], 0, s.expected.verdict, told, id))


def acknowledgement(s: Sending, receiver: int = 0) -> Post:
    """What the hub says to a message."""
    codes = (s.expected.code,) if s.expected.code else ()
    return Post(f"ack {s.key} {receiver}", about=s.msg_id, status="2" if codes else "1", codes=codes)


def fetch(book: Logbook, s: Sending) -> None:
    """All that the hub has for a message's sender, and the receipt for it."""
    for receiver in range(s.expected.acknowledgements):
        document(book, s, "apprec", acknowledgement(s, receiver))
    if answered(s.fate):
        document(book, s, "answer", Post(f"answer {s.key}", about=s.msg_id))
        book.add(Tried(f"{RECEIPT}answer {s.key}", s.times[0]))
        book.add(Got(f"{RECEIPT}answer {s.key}", s.times[0], 204, "noted"))


def document(book: Logbook, s: Sending, kind: str, post: Post) -> None:
    """One document from a mailbox."""
    book.add(Fetched(s.times[0], s.box, len(book.fetched) + 1, kind, post))


def answered(fate: Fate | None) -> bool:
    """Whether an answer is given."""
    return fate is not None and fate.closing is None and fate.manner is not Manner.NEVER


def hub(play: Script, book: Logbook) -> HubSide:
    """The other side of the same day."""
    pieces = tuple(piece(s) for s in play.sendings if s.expected.verdict is Verdict.ACCEPTED)
    verdicts = Counter(s.expected.verdict for s in play.sendings)
    kinds = Counter(f.kind for f in book.fetched.values())
    repeated = sum(len(s.times) - 1 for s in play.sendings if s.expected.verdict in NAMED)
    return HubSide(
        tally={
            "messages": {"accepted": verdicts["accepted"], "rejected": verdicts["rejected"], "noted": kinds["answer"]},
            "items": {"all": len(pieces)},
            "events": {"message.duplicate": repeated},
            "outbox": dict(kinds),
            "quarantine": {"held": verdicts["quarantined"] + verdicts["conflict"]},
            "lost": {"accepted without an item": 0},
        },
        pieces=pieces,
    )


def piece(s: Sending) -> Piece:
    """A message's item at the end of the day."""
    due = s.times[0] + timedelta(hours=6)
    never = s.fate is not None and s.fate.manner is Manner.NEVER
    how = "answered" if answered(s.fate) else "" if never else "closed"
    return Piece(TEAM, s.msg_id, False, due, None if never else due - timedelta(hours=1), how)
