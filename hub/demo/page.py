"""The summary of the day, on one page."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from textwrap import wrap

from hub.demo import audit, figures
from hub.demo.audit import Played, Sums
from hub.demo.fate import Manner
from hub.demo.figures import RECEIPT, Row
from hub.demo.hours import BEGIN, DAY, local
from hub.demo.logbook import Deliveries
from hub.demo.sending import NAMED, Sending, Verdict
from hub.directory import Inbox

WIDTH = 80
# More differences of one kind are told only in number: the first ones show what it is.
MOST = 5

WHY = {
    "E10": "MsgId is no UUID",
    "E21": "no such receiver",
    "E36": "patient not identified",
    "T01": "broken off",
    "T02": "against the schema",
    "T10": "unknown format",
    "T99": "attachment not taken",
    "unreadable": "unreadable",
    "address": "for somebody else",
    "E10 address": "E10 for somebody else",
    "foreign": "with another's key",
    "conflict": "MsgId used again for other words",
}


def lines(p: Played, inboxes: Iterable[Inbox], now: datetime, conflicts: int, speed: float) -> Iterator[str]:
    """The page; `now` is when the day ended."""
    yield f"THE DAY   {DAY:%A %d %B %Y}, {local(BEGIN):%H:%M} to {local(now):%H:%M}, {speed:g} times real time"
    yield ""
    yield from _sum(audit.sums(p), audit.told(p))
    yield ""
    yield from _inboxes(figures.rows(p.hub.pieces, inboxes, now))
    yield ""
    yield from _listed("Rejected", _reasons(p, rejected=True))
    yield from _listed("Quarantined", _reasons(p, rejected=False))
    yield from _deadlines(p, now)
    yield from _post(p)
    yield from _incidents(p, conflicts)
    yield ""


def verdict(differences: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    """Whether it adds up, or what does not; of each kind some, and the number of the others."""
    if not differences:
        yield "It adds up."
        return
    yield f"It does NOT add up. {_times(sum(map(len, differences)), 'thing does', 'things do')} not agree:"
    for kind in differences:
        yield from (f"  - {each}" for each in kind[:MOST])
        if len(kind) > MOST:
            yield f"    and {len(kind) - MOST} more of this kind"


def _sum(hub: Sums, senders: Sums) -> Iterator[str]:
    """The equation, and below it where each number comes from."""
    yield (
        f"{hub.received} received = {hub.accepted} in inboxes + {hub.rejected} rejected"
        f" + {hub.duplicates} duplicates + {hub.quarantined} quarantined"
    )
    yield ""
    yield f"{'':<24}{'received':>9}{'in inboxes':>12}{'rejected':>10}{'duplicates':>12}{'quarantined':>13}"
    for source, s in (("the hub's database has", hub), ("the senders were told", senders)):
        yield f"{source:<24}{s.received:>9}{s.accepted:>12}{s.rejected:>10}{s.duplicates:>12}{s.quarantined:>13}"
    if senders.broken:
        arrived = hub.received - senders.received
        yield f"{_times(senders.broken, 'delivery', 'deliveries')} broke off and came again; {arrived} had arrived"


def _inboxes(rows: tuple[Row, ...]) -> Iterator[str]:
    yield f"{'inbox':<24}{'received':>9}{'done':>12}{'open':>10}{'overdue':>12}{'copies':>13}"
    for r in rows:
        yield f"{r.name:<24}{r.accepted:>9}{r.done:>12}{r.open:>10}{r.overdue or '':>12}{r.copies or '':>13}"
    totals = [sum(getattr(r, name) for r in rows) for name in ("accepted", "done", "open", "overdue", "copies")]
    yield f"{'all':<24}{totals[0]:>9}{totals[1]:>12}{totals[2]:>10}{totals[3]:>12}{totals[4]:>13}"


def _reasons(p: Played, rejected: bool) -> Counter[str]:
    """Messages that did not reach an inbox, by code or by what is wrong with them."""
    wanted = (s for s in p.sendings if (s.expected.verdict in NAMED) is rejected)
    found = ((s, p.book.of(s.key)) for s in wanted)
    return Counter(_cause(s, d) if rejected else s.sort for s, d in found if d.got and d.verdict != Verdict.ACCEPTED)


def _cause(s: Sending, d: Deliveries) -> str:
    code = next((c for g in d.got if g.post for c in g.post.codes[:1]), "no code")
    return f"{code} {s.sort}" if f"{code} {s.sort}" in WHY else code


def _listed(heading: str, reasons: Counter[str]) -> Iterator[str]:
    # What belongs together stays on one line.
    said = (f"{n} {_reason(code)}".replace(" ", "\N{NO-BREAK SPACE}") for code, n in reasons.most_common())
    yield from _paragraph(heading, ", ".join(said) or "none")


def _reason(code: str) -> str:
    why = WHY.get(code, code)
    return why if code == code.lower() or " " in code else f"{code} {why}"


def _deadlines(p: Played, now: datetime) -> Iterator[str]:
    fates = {s.msg_id: s.fate.manner for s in p.sendings if s.fate}
    main = [x for x in p.hub.pieces if not x.copy]
    still = [x for x in main if x.ended is None]
    late = [x for x in main if x.ended is not None and not x.in_time]
    over = [x for x in still if x.due is not None and x.due < now]
    planned = sum(fates.get(x.msg_id) is Manner.LATE for x in late)
    never = sum(fates.get(x.msg_id) is Manner.NEVER for x in over)
    other = len(late) + len(over) - planned - never
    yield from _paragraph(
        "Deadlines",
        f"{sum(x.in_time for x in main)} met; {planned + never} missed by design ({planned} answered too late, "
        f"{never} left lying), {other} otherwise; {len(still) - len(over)} still open and due another day",
    )
    yield from _paragraph(
        "Ladders",
        f"{sum(x.warned for x in p.hub.pieces)} items warned of, {sum(x.escalated for x in p.hub.pieces)} escalated, "
        f"{len(p.hub.ladders.climbed)} to the last step; {p.hub.told_late} steps told late because the hub was away",
    )


def _post(p: Played) -> Iterator[str]:
    kinds = Counter(f.kind for f in p.book.fetched.values())
    given = sum(x.how == "answered" for x in p.hub.pieces)
    due = sum(s.expected.acknowledgements for s in p.sendings)
    sent = sum(bool(d.got) for key, d in p.book.deliveries.items() if key.startswith(RECEIPT))
    again = sum(s.sort == "again" for s in p.sendings)
    yield from _paragraph(
        "Post",
        f"{kinds['apprec']} acknowledgements fetched of {due}, one for each message and receiver; "
        f"{kinds['answer']} answers fetched of {given}, and {sent} receipts for them sent back; "
        f"{again} senders wrote again" + (f"; {kinds['error']} errors fetched" if kinds["error"] else ""),
    )


def _incidents(p: Played, conflicts: int) -> Iterator[str]:
    if conflicts:
        yield from _paragraph("Staff", f"{_times(conflicts)} an item had changed first (409); they went on to another")
    if p.book.deaths:
        yield from _paragraph("Processes", f"died {_times(p.book.deaths)} in mid-day and were started again")
    if p.book.cuts:
        yield from _paragraph("Broker", f"{_times(p.book.cuts)} a partner's connection to it ended and was made again")
    if p.book.again:
        yield from _paragraph("Post twice", f"{_times(len(p.book.again))} a document came again, and was known")


def _times(n: int, one: str = "time", more: str = "times") -> str:
    return f"{n} {one if n == 1 else more}"


def _paragraph(heading: str, words: str) -> Iterator[str]:
    for line in wrap(f"{heading:<13}{words}", WIDTH, subsequent_indent=" " * 13):
        yield line.replace("\N{NO-BREAK SPACE}", " ")
