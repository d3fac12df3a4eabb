"""What operations see: how the hub is, its queues, and what could not be handled; for machines and in words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from textwrap import TextWrapper
from typing import Any

from hub import __version__
from hub.audited import AUDITED_AT, MENDED_AT
from hub.broker.topology import EXCHANGE, Queue, Topology
from hub.depth import Depth, Queues, Seen
from hub.finding import Finding, words, worst
from hub.outcome import Accepted, Held, Noted, Outcome, Rejected, Repeated
from hub.record import Dead, Worker
from hub.status import (
    IN_HAND_SINCE,
    SILENT,
    TROUBLE,
    WORKED_AT,
    Facts,
    Kept,
    age,
    replaced,
)

# As wide as a terminal is at least.
WIDTH = 100
# So many of each reason are listed, unless all are asked for.
SHOWN = 10

# Why something could not be handled, and what to do about it: quarantine's reasons, then the broker's answers.
REASONS = {
    "unreadable": (
        "nobody can be read from it who could be answered",
        "`hub dead show ID --raw > FILE` and `hub check FILE` say what is wrong; tell who sent it, then discard it.",
    ),
    "address": (
        "none of its receivers is here",
        "If one should be, add it to centre.toml, restart and replay it; if not, tell the sender and discard it.",
    ),
    "sender": (
        "the key that brought it may not send for the sender it names",
        "If it may, mend accounts.toml and restart. A replay takes it in whatever the key: do so only when you know "
        "who sent it.",
    ),
    "conflict": (
        "its MsgId was used before for other content",
        "The sender must send it again with a new MsgId; then discard it. A replay would be held again.",
    ),
    "transport": (
        "what came with it at the broker was wrong, and its sender was told so",
        "If the sender has not sent it again, replay it: only the document counts then. Otherwise discard it.",
    ),
    "parked": (
        "the hub failed on it several times, and its sender was told so",
        "Look for message.failed in the log of `hub worker intake`; when that is mended, replay it.",
    ),
    "unroutable": (
        "the broker has no queue with its address",
        "`hub topology` lists the queues that must be there: a partner may be missing in partners.toml, or a queue at "
        "the broker. Then replay it.",
    ),
    "refused": (
        "the broker did not take it",
        "See whether the broker is short of disk or memory, or a queue is full (`rabbitmqctl status`). Then replay it.",
    ),
    "unknown": (
        "the broker never said whether it took it",
        "When the broker is well, replay it: the receiver knows it by its MsgId, and takes it once.",
    ),
}
OTHER = ("the hub does not say why", "`hub dead show ID` tells all that is known of it.")


def status(facts: Facts, findings: Sequence[Finding], now: datetime) -> dict[str, Any]:
    """How the hub is, for machines; ages are in seconds."""
    kept = facts.kept
    return {
        "verdict": worst(findings).name.lower(),
        "why": _why(findings),
        "version": __version__,
        "at": now.isoformat(timespec="seconds"),
        "findings": [
            {"severity": f.severity.name.lower(), "about": f.about, "what": f.what, "do": f.do} for f in findings
        ],
        "database": {"reachable": kept is not None, "fault": facts.fault or None},
        "broker": _broker(facts.queues) if facts.queues else None,
        "workers": [_worker(facts, x, now) for x in kept.workers] if kept else None,
        "items": _items(kept) if kept else None,
        "outbox": _outbox(facts, kept, now) if kept else None,
        "quarantine": kept.held if kept else None,
        "search": {"behind": kept.unfound} if kept else None,
    }


def _worker(facts: Facts, x: Worker, now: datetime) -> dict[str, Any]:
    told = {"name": x.name, "kind": x.kind, "started_at": x.started_at.isoformat(timespec="seconds")}
    return told | {"seen_seconds": _seconds(age(facts, x.seen_at, now)), "state": dict(x.state)}


def _broker(x: Queues) -> dict[str, Any]:
    queues = [
        {"queue": d.queue, "inbound": d.inbound, "seen": d.seen.value, "ready": d.ready, "consumers": d.consumers}
        for d in x.depths
    ]
    return {"reachable": not x.fault, "fault": x.fault or None, "queues": queues, "unseen": x.unseen}


def _items(x: Kept) -> dict[str, Any]:
    first = _first_due(x)
    return {
        "open": sum(load.items for load in x.loads),
        "late": sum(load.late for load in x.loads),
        "first_due_at": first.isoformat(timespec="seconds") if first else None,
        "late_in": {load.inbox: load.late for load in x.loads if load.late},
    }


def _outbox(facts: Facts, x: Kept, now: datetime) -> dict[str, Any]:
    oldest = _seconds(age(facts, x.since, now)) if x.since else None
    return {"waiting": x.waiting, "oldest_seconds": oldest, "parked": x.parked}


def _first_due(x: Kept) -> datetime | None:
    return min((load.due for load in x.loads if load.due), default=None)


def _seconds(span: timedelta) -> float:
    return round(span.total_seconds(), 1)


def status_in_words(facts: Facts, findings: Sequence[Finding], now: datetime) -> Iterator[str]:
    """How the hub is, for people: what was seen, what is wrong and what to do, and the verdict as the last line."""
    yield f"Sambud {__version__} at {now:%Y-%m-%d %H:%M:%S} UTC"
    yield from _told("Workers", _workers_in_words(facts, now))
    yield from _told("Broker", _broker_in_words(facts.queues))
    if facts.kept:
        yield from _told("Items", _items_in_words(facts.kept, now))
        yield from _told("Outbox", _outbox_in_words(facts, facts.kept, now))
        yield from _told("Dead", (f"{facts.kept.held} in quarantine, {facts.kept.parked} documents parked",))
        if facts.kept.unfound:
            behind = f"{facts.kept.unfound} messages that no search finds yet; it goes on by itself"
            yield from _told("Search", (behind,))
    yield ""
    for finding in findings:
        yield from (_wrapped(f"{finding.severity.name:<10} ", finding.what), _wrapped(f"{'':<10} ", finding.do), "")
    yield f"{worst(findings).name.lower()}: {_why(findings)}"


def _why(findings: Sequence[Finding]) -> str:
    """What is wrong in one line: the first of the worst, and how much more there is."""
    if not findings:
        return "nobody need do anything"
    more = len(findings) - 1
    return " ".join(findings[0].what.split()) + (f" And {more} more." if more else "")


def _told(title: str, lines: Iterable[str]) -> Iterator[str]:
    for n, line in enumerate(lines):
        yield f"{title if n == 0 else '':<10} {line}"


def _wrapped(begin: str, told: str, then: str = "") -> str:
    """In lines that a terminal holds; a word stays whole, and so does a command, which somebody may copy."""
    whole = re.sub(r"`[^`]*`", lambda command: command[0].replace(" ", "\0"), told)
    made = TextWrapper(WIDTH, begin, then or " " * len(begin), break_on_hyphens=False, break_long_words=False)
    return made.fill(whole).replace("\0", " ")


def _workers_in_words(facts: Facts, now: datetime) -> Iterator[str]:
    if facts.kept is None:
        yield "not known: the database cannot be used"
        return
    if not facts.kept.workers:
        yield "none has said that it lives"
    for x in facts.kept.workers:
        silence = age(facts, x.seen_at, now)
        seen = f"heard of {words(silence)} ago"
        if silence > SILENT:
            seen += ", gone and replaced" if replaced(facts, x, now) else ", SILENT"
        trouble = (f"TROUBLE: {x.state[TROUBLE]}",) if x.state.get(TROUBLE) else ()
        state = (_said(facts, key, value, now) for key, value in sorted(x.state.items()) if value and key != TROUBLE)
        yield "  ".join((f"{x.kind:<6}", x.name, seen, *trouble, ", ".join(state))).rstrip()


def _said(facts: Facts, key: str, value: str, now: datetime) -> str:
    """What a worker says of itself; moments as how long ago they were."""
    told = key.replace("_", " ")
    if key not in (IN_HAND_SINCE, WORKED_AT, AUDITED_AT, MENDED_AT):
        return f"{told} {value}"
    ago = words(age(facts, datetime.fromisoformat(value), now))
    return (
        f"{told.removesuffix(' since')} for {ago}" if key == IN_HAND_SINCE else f"{told.removesuffix(' at')} {ago} ago"
    )


def _broker_in_words(x: Queues | None) -> Iterator[str]:
    if x is None:
        yield "none is configured; messages come over HTTP"
        return
    if x.fault:
        yield f"cannot be reached: {x.fault}"
    width = max((len(depth.queue) for depth in x.depths), default=0)
    empty = [d for d in x.depths if not d.inbound and d.seen is Seen.THERE and not d.ready]
    yield from (f"{depth.queue:<{width}}  {_depth(depth)}" for depth in x.depths if depth not in empty)
    if empty:
        yield f"{len(empty)} queues of errors and dead letters are empty"
    if x.unseen:
        yield f"{x.unseen} more queues were not looked at"


def _depth(x: Depth) -> str:
    if x.seen is not Seen.THERE:
        return x.seen.value.upper()
    consumed = f", {x.consumers} consumer{'' if x.consumers == 1 else 's'}" if x.inbound else ""
    return f"{x.ready} ready{consumed}"


def _items_in_words(x: Kept, now: datetime) -> Iterator[str]:
    first, late = _first_due(x), sum(load.late for load in x.loads)
    due = f"; the first is due {first:%Y-%m-%d %H:%M} UTC" if first and first > now else ""
    longest = f", the longest for {words(now - first)}" if first and late else ""
    yield f"{sum(load.items for load in x.loads)} open, {late} late{longest}{due}"
    overdue: dict[str, int] = {}
    for load in x.loads:
        overdue[load.inbox] = overdue.get(load.inbox, 0) + load.late
    yield from (f"{late} late in {inbox}" for inbox, late in sorted(overdue.items(), key=lambda x: -x[1]) if late)


def _outbox_in_words(facts: Facts, x: Kept, now: datetime) -> Iterator[str]:
    oldest = f", the oldest for {words(age(facts, x.since, now))}" if x.since else ""
    yield f"{x.waiting} waiting for the broker{oldest}"


def topology(found: Topology) -> Iterator[str]:
    """The broker's queues for people: ours first, each with its addresses and where its dead letters go."""
    dead = [queue for queue in found.others if queue.dead is None]
    others = [queue for queue in found.others if queue.dead is not None]
    parts = (
        ("Messages to us: the hub takes them from", found.inbound),
        ("Messages to partners, and what everybody is told of deliveries that failed", others),
        ("Dead letters: they lie there until people look at them", dead),
    )
    for title, queues in parts:
        yield from (f"{title}:", *map(_queue, queues), "")
    yield f"Addresses are /exchange/{EXCHANGE}/ADDRESS in AMQP 1.0, routing keys of that exchange in AMQP 0-9-1."
    yield f"{len(found.queues)} quorum queues; `--json` prints them for `rabbitmqctl import_definitions`."


def _queue(x: Queue) -> str:
    if x.dead is None:
        return f"  {x.name}"
    return _wrapped("  ", f"{x.name}, dead letters to {x.dead}, at the addresses {' '.join(x.keys)}", "    ")


def dead(x: Dead) -> dict[str, Any]:
    """Something that could not be handled, for machines; never its bytes."""
    told = {"id": x.id, "at": x.at.isoformat(), "why": x.why, "bytes": x.size}
    faults = [{"code": f.code, "path": f.path, "line": f.line, "en": f.en, "nb": f.nb} for f in x.faults]
    ended = {"at": x.ended.at.isoformat(), "who": x.ended.who, "how": x.ended.how} if x.ended else None
    return {**told, **{key: value or None for key, value in x.told.items()}, "faults": faults, "ended": ended}


def dead_in_words(found: Sequence[Dead], held: int, parked: int, all: bool) -> Iterator[str]:
    """All that could not be handled, by reason: how many, what to do, and the oldest of them."""
    for why, group in groupby(sorted(found, key=_place), key=lambda x: x.why):
        same = list(group)
        means, do = REASONS.get(why, OTHER)
        yield from (f"{why} ({len(same)}): {means}", _wrapped("  ", do), "")
        shown = same if all else same[:SHOWN]
        yield from (f"  {_line(x)}" for x in shown)
        if len(shown) < len(same):
            yield f"  ... and {len(same) - len(shown)} more; --all lists them"
        yield ""
    if len(found) < held + parked:
        yield f"The oldest {len(found)} are listed here."
    yield f"{held} in quarantine, {parked} documents parked." if held or parked else "Nothing waits for anybody."


def _place(x: Dead) -> tuple[int, str, str, datetime]:
    known = list(REASONS)
    return known.index(x.why) if x.why in known else len(known), x.why, x.id[0], x.at


def _line(x: Dead) -> str:
    told = x.told
    if x.id[0] == "o":
        about = f"{told['kind']} {told['msg_id']} to {told['queue']}, {told['attempts']} attempts"
    else:
        about = f"{told['sender']}/{told['msg_id']}" if told["sender"] else "nobody known"
        about = f"from {about}, through {told['through']}, {x.size} bytes"
    return f"{x.id:<5} {x.at:%Y-%m-%d %H:%M} UTC  {about}"


def one_in_words(x: Dead) -> Iterator[str]:
    """All that is known of something that could not be handled, and what to do next."""
    means, do = REASONS.get(x.why, OTHER)
    what = "a document of ours, parked" if x.id[0] == "o" else "a message in quarantine"
    told = [(x.id, f"{what} {x.at:%Y-%m-%d %H:%M:%S} UTC, {x.size} bytes"), ("why", f"{x.why}: {means}")]
    told += [(key.replace("_", " "), value) for key, value in x.told.items() if value]
    for f in x.faults:
        told += [(f.code, f.en), ("", f.nb), ("", f"{f.path} {f'line {f.line}' if f.line else ''}".strip())]
    if x.ended:
        told.append(("ended", f"{x.ended.how}, by {x.ended.who} {x.ended.at:%Y-%m-%d %H:%M:%S} UTC"))
    else:
        told.append(("next", do.replace("ID", x.id)))
    yield from (_wrapped(f"{title:<10} ", words) for title, words in told if words)


def replayed(id: str, outcome: Outcome, again: int | None) -> str:
    """What came of taking something in once more."""
    match outcome:
        case Accepted():
            told = "taken in: it lies in an inbox, and the acknowledgement is on its way"
        case Rejected():
            told = "taken in and rejected: nobody sees it, and its sender gets an acknowledgement that says why"
        case Repeated():
            told = "it was here already, so nothing else changed"
        case Noted():
            told = "taken in: an acknowledgement of something of ours"
        case Held(why, faults):
            now = f" as q{again}" if again else ""
            told = f"held again{now} ({why}): {'; '.join(f.en for f in faults)}. Nothing was taken in"
    return f"{id}: {told}."


def exit_code(outcome: Outcome) -> int:
    """1 when something was not taken in, else 0."""
    return int(isinstance(outcome, Held))
