"""What auditors say of themselves, and what that means for whoever operates the hub."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from hub.audit import Flaw
from hub.finding import Finding, Severity, words
from hub.record import Worker

# What an auditor says: when it looked at all that is open last, what it found there and still is so, what it has mended
# since it began, and when the last time.
AUDITED_AT, FOUND, MENDED, MENDED_AT = "audited_at", "found", "mended", "mended_at"

# As long as somebody is to hear of what was mended: it should not have been wrong.
RECENT = timedelta(hours=1)
# As long as a look at all that is open may take; one begins every minute.
LONGEST = timedelta(minutes=10)

# What each is called, for the counts.
_CALLED = {
    Flaw.HOMELESS: "in no inbox",
    Flaw.UNCLOCKED: "without a clock",
    Flaw.UNPAUSED: "waiting without a clock of ours",
    Flaw.PAUSED: "with a clock that stands",
    Flaw.AHEAD: "with a clock from a time to come",
    Flaw.STOPPED: "with a clock that stands",
    Flaw.ASTRAY: "with a clock that is wrong",
    Flaw.UNTOLD: "of which nobody was told",
    Flaw.RUNNING: "ended with a clock that runs",
    Flaw.UNATTENDED: "where nobody is at work",
    Flaw.UNEXPECTED: "sent without waiting for the acknowledgement",
    Flaw.STRANDED: "that nobody sends",
    Flaw.UNTRIED: "that should have been sent a minute ago",
}


def tally(counts: Mapping[str, int]) -> str:
    """Counts in one line."""
    return " ".join(f"{name}={count}" for name, count in sorted(counts.items()))


def tallied(line: str) -> dict[str, int]:
    """Counts of such a line; what an auditor of another version counts otherwise is left out."""
    pairs = (word.partition("=") for word in line.split())
    return {name: int(count) for name, _, count in pairs if count.isdigit()}


def found(workers: Iterable[Worker]) -> dict[str, int]:
    """What stands, as the auditor says who was the last to look at everything."""
    last = _last(workers)
    return tallied(last.state.get(FOUND, "")) if last else {}


def mended(workers: Iterable[Worker]) -> dict[str, int]:
    """What was mended, all auditors together."""
    counts: dict[str, int] = {}
    for x in workers:
        for name, count in tallied(x.state.get(MENDED, "")).items():
            counts[name] = counts.get(name, 0) + count
    return counts


def judged(alive: Iterable[Worker], all: Iterable[Worker], age: Callable[[datetime], timedelta]) -> Iterator[Finding]:
    """What is wrong by what auditors say; those that are gone say what they mended before."""
    alive = list(alive)
    stands = found(alive)
    # Whoever looks how the hub is sees this for themselves, by what is so now.
    stands.pop(Flaw.OVERDUE, None)
    if stands:
        what = f"The auditor found what does not hold and could not be mended: {_counted(stands)}."
        yield Finding(Severity.ATTENTION, "audit", what, "docs/auditor.md says what to do about each.")
    if (last := _last(alive)) and (since := age(_moment(last, AUDITED_AT))) > LONGEST:
        what = f"{last.name} has not looked at all that is open for {words(since)}."
        do = "See what its log says as audit.failed, and whether the database is slow; restart it if it hangs."
        yield Finding(Severity.ATTENTION, "audit", what, do)
    yield from _mended([x for x in all if MENDED_AT in x.state and age(_moment(x, MENDED_AT)) <= RECENT])


def _mended(lately: list[Worker]) -> Iterator[Finding]:
    if lately:
        what = f"The auditor has mended what should not have been wrong: {_counted(mended(lately))}."
        do = "Its log names each as audit.mended, and so does the item's history; docs/auditor.md says what may be why."
        yield Finding(Severity.ATTENTION, "mended", what, f"{do} This is told for an hour.")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[flaw]} {called}" for flaw, called in _CALLED.items() if counts.get(flaw))


def _last(workers: Iterable[Worker]) -> Worker | None:
    return max((x for x in workers if AUDITED_AT in x.state), key=lambda x: _moment(x, AUDITED_AT), default=None)


def _moment(x: Worker, what: str) -> datetime:
    return datetime.fromisoformat(x.state[what])
