"""The day in figures, as they stand at a moment."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.demo.ledger import Piece
from hub.demo.logbook import Logbook
from hub.demo.sending import Verdict
from hub.directory import Inbox

RECEIPT = "receipt "


@dataclass(frozen=True, slots=True)
class Row:
    """One inbox."""

    name: str
    open: int
    done: int
    overdue: int
    copies: int

    @property
    def accepted(self) -> int:
        """All messages that were put there to be acted on."""
        return self.open + self.done


@dataclass(frozen=True, slots=True)
class Figures:
    """What the screen shows."""

    now: datetime
    received: int
    acknowledged: int
    duplicates: int
    quarantined: int
    rejected: int
    codes: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]
    in_time: int
    late: int
    answers: int
    warned: int
    escalated: int


def stand(book: Logbook, pieces: Iterable[Piece], inboxes: Iterable[Inbox], now: datetime) -> Figures:
    """Count: deliveries from the senders' side, items from the hub's."""
    pieces = tuple(pieces)
    messages = [d for key, d in book.deliveries.items() if not key.startswith(RECEIPT)]
    got = [g for d in messages for g in d.got]
    # A broker's sender hears nothing of what was here before.
    unheard = sum(len(d.silent) for d in messages if d.got)
    outcomes = Counter(g.outcome for g in got)
    codes = Counter(g.post.codes[0] for g in got if g.outcome == Verdict.REJECTED and g.post and g.post.codes)
    return Figures(
        now=now,
        received=len(got) + unheard,
        acknowledged=sum(f.kind == "apprec" for f in book.fetched.values()),
        duplicates=outcomes[Verdict.DUPLICATE] + unheard,
        quarantined=outcomes[Verdict.QUARANTINED] + outcomes[Verdict.CONFLICT],
        rejected=outcomes[Verdict.REJECTED],
        codes=tuple(codes.most_common()),
        rows=rows(pieces, inboxes, now),
        in_time=sum(p.in_time for p in pieces if not p.copy),
        late=sum(_late(p, now) for p in pieces if not p.copy),
        answers=sum(f.kind == "answer" for f in book.fetched.values()),
        warned=sum(p.warned for p in pieces),
        escalated=sum(p.escalated for p in pieces),
    )


def rows(pieces: Iterable[Piece], inboxes: Iterable[Inbox], now: datetime) -> tuple[Row, ...]:
    """Each inbox that got anything, in the order of the file."""
    by: dict[str, list[Piece]] = {}
    for piece in pieces:
        by.setdefault(piece.inbox, []).append(piece)
    return tuple(_row(inbox, by[inbox.id], now) for inbox in inboxes if inbox.id in by)


def _row(inbox: Inbox, pieces: list[Piece], now: datetime) -> Row:
    main = [p for p in pieces if not p.copy]
    still = [p for p in main if p.ended is None]
    return Row(
        inbox.name, len(still), len(main) - len(still), sum(_late(p, now) for p in still), len(pieces) - len(main)
    )


def _late(p: Piece, now: datetime) -> bool:
    return p.due is not None and (p.ended or now) > p.due
