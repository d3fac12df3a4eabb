"""What is wrong, judged from facts: each rule, its borders, and what somebody is told to do."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hub import finding, settings, status
from hub.depth import Depth, Queues, Seen
from hub.directory import InboxId
from hub.finding import Severity
from hub.record import Load, Version, Worker
from hub.registry import archive
from hub.status import Facts, Kept
from hub.store import Store
from tests import builders, centre

NOW = builders.TUESDAY
ATTENTION, BROKEN = Severity.ATTENTION, Severity.BROKEN
# What a site with a broker has at work.
ALL = ("intake", "relay", "watch", "audit")


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def worker(kind: str, silent: float = 5.0, name: str = "a", started: float = 3600.0, **state: str) -> Worker:
    return Worker(f"{kind}-{name}", kind, ago(started), ago(silent), state)


def auditor(found: str, looked: float, name: str = "a") -> Worker:
    """One that looked at everything so many seconds ago, and what stands since then."""
    return worker("audit", name=name, found=found, audited_at=ago(looked).isoformat())


def queue(name: str = "100_async", ready: int = 0, consumers: int = 1, seen: Seen = Seen.THERE) -> Depth:
    return Depth(name, name.endswith("_async"), seen, ready, consumers if seen is Seen.THERE else 0)


def facts(*workers: Worker, queues: Queues | None = None, speed: float = 1.0, **kept: object) -> Facts:
    """A hub with a broker that is well, but for what is said."""
    living = workers or tuple(map(worker, ALL))
    found = Queues((queue(), queue("100_error"), queue("100_dl"))) if queues is None else queues
    return Facts(Kept(living, **kept), found, speed=speed)  # type: ignore[arg-type]


def alone(*workers: Worker) -> Facts:
    """A hub without a broker, in which one process does everything, and these are."""
    return Facts(Kept((*workers, worker("serve", name="z"))))


def others(*workers: Worker) -> tuple[Worker, ...]:
    """These, and one of each kind that they are not."""
    kinds = {x.kind for x in workers}
    return (*workers, *(worker(kind, name="z") for kind in ALL if kind not in kinds))


def version(age: float) -> Version:
    """The second one that was loaded, so many seconds ago."""
    return Version(2, ago(age), "kari", "", {})


def seen(*depths: Depth) -> Queues:
    return Queues(depths)


def load(late: int = 0, due: datetime = NOW + timedelta(hours=1)) -> Load:
    return Load(InboxId("team"), "new", 3, late, due)


CASES: dict[str, tuple[Facts, list[tuple[Severity, str]]]] = {
    "all is well": (facts(), []),
    "nothing is looked for at a broker where none is configured": (alone(), []),
    "nobody is there where no broker is, and was stopped in order": (Facts(Kept()), [(BROKEN, "serve")]),
    "nobody is there where no broker is, and died": (Facts(Kept((worker("serve", 21),))), [(BROKEN, "serve")]),
    "another one does its work where no broker is": (
        alone(replace(worker("serve", 21, name="b"), started_at=ago(600))),
        [(ATTENTION, "serve")],
    ),
    "serve watches too": (facts(*map(worker, ("intake", "relay", "serve", "audit"))), []),
    "a process may be a moment behind what was loaded": (facts(*others(worker("relay")), version=version(15)), []),
    "a process that stays behind what was loaded": (
        facts(*others(worker("relay", configuration="1")), version=version(16)),
        [(ATTENTION, kind) for kind in ("relay", "intake", "watch", "audit")],
    ),
    "all decide by what was loaded": (
        facts(*(worker(kind, configuration="2") for kind in ALL), version=version(16)),
        [],
    ),
    "a configuration in force that cannot be used, while processes go on with the one before": (
        replace(facts(), unusable="version 2/routes.toml: rules: there is no such key"),
        [(ATTENTION, "configuration")],
    ),
    "one that cannot be used where no process runs": (
        Facts(Kept(), unusable="version 2/routes.toml: rules: there is no such key"),
        [(BROKEN, "configuration"), (BROKEN, "serve")],
    ),
    "a worker may be silent for 15 seconds": (facts(*others(worker("relay", 15))), []),
    "a worker that is silent for longer": (facts(*others(worker("relay", 16))), [(ATTENTION, "relay")]),
    "a worker alone that is silent for 20 seconds lives": (facts(*others(worker("relay", 20))), [(ATTENTION, "relay")]),
    "a worker alone that is silent for longer is gone": (
        facts(*others(worker("relay", 21))),
        [(BROKEN, "relay")],
    ),
    "a worker that is gone while another one works": (
        facts(*others(worker("intake", 21), worker("intake", name="b"))),
        [(ATTENTION, "intake")],
    ),
    "a worker that is gone and was replaced": (
        facts(*others(worker("intake", 21), worker("intake", name="b", started=20))),
        [],
    ),
    "a worker that was heard of once only": (
        facts(*others(worker("intake", 18, started=18))),
        [(ATTENTION, "intake")],
    ),
    "a watch that is gone while serve watches": (
        facts(*others(worker("watch", 21), worker("serve"))),
        [(ATTENTION, "watch")],
    ),
    "no worker of a kind": (facts(*map(worker, ("intake", "watch", "audit"))), [(BROKEN, "relay")]),
    "no worker at all": (
        Facts(Kept(), seen(queue())),
        [(BROKEN, kind) for kind in ALL],
    ),
    "a worker that is gone where no broker is": (alone(worker("relay", 21)), [(BROKEN, "relay")]),
    "the only worker says that it cannot work": (
        facts(*others(worker("intake", trouble="store"))),
        [(BROKEN, "intake")],
    ),
    "one of two workers says so": (
        facts(*others(worker("intake", trouble="broker"), worker("intake", name="b"))),
        [(ATTENTION, "intake")],
    ),
    "a worker that repeats that the broker is away": (
        facts(*others(worker("intake", trouble="broker")), queues=Queues(fault="it is away")),
        [(BROKEN, "broker")],
    ),
    "the broker is away": (facts(queues=Queues(fault="it is away")), [(BROKEN, "broker")]),
    "the database is away": (Facts(None, seen(queue()), "it is away"), [(BROKEN, "database")]),
    "messages that somebody takes": (
        facts(*others(worker("intake", worked_at=ago(5).isoformat())), queues=seen(queue(ready=1000))),
        [],
    ),
    "messages that nobody takes": (facts(queues=seen(queue(ready=1, consumers=0))), [(BROKEN, "100_async")]),
    "an empty queue that nobody takes from": (facts(queues=seen(queue(consumers=0))), []),
    "our queue is missing": (facts(queues=seen(queue(seen=Seen.MISSING))), [(BROKEN, "queues")]),
    "queues of dead letters are missing": (
        facts(queues=seen(queue(), queue("100_dl", seen=Seen.MISSING), queue("200_dl", seen=Seen.MISSING))),
        [(ATTENTION, "queues")],
    ),
    "the broker says nothing of our queue": (facts(queues=seen(queue(seen=Seen.SILENT))), [(BROKEN, "queues")]),
    "a dead letter": (facts(queues=seen(queue(), queue("200_dl", 1))), [(ATTENTION, "200_dl")]),
    "an error message to us": (facts(queues=seen(queue(), queue("100_error", 1))), [(ATTENTION, "100_error")]),
    "a document that has waited for 30 seconds": (facts(waiting=1, since=ago(30)), []),
    "a document that has waited for longer": (facts(waiting=1, since=ago(31)), [(ATTENTION, "outbox")]),
    "a register may be away for a quarter of an hour": (facts(unanswered=3, unanswered_since=ago(899)), []),
    "a register that is away for longer": (
        facts(unanswered=3, unanswered_since=ago(901), unanswered_why="the gp register at x answered 503"),
        [(ATTENTION, "registers")],
    ),
    "a parked document": (facts(parked=1), [(ATTENTION, "parked")]),
    "a message in quarantine": (facts(held=1), [(ATTENTION, "quarantine")]),
    "an item that is not late": (facts(loads=(load(),)), []),
    "an item that is late": (facts(loads=(load(1, ago(1)),)), [(ATTENTION, "items")]),
    "an auditor that found nothing and mended nothing": (facts(*others(auditor("", 30))), []),
    "an auditor that found something": (facts(*others(auditor("unattended=2", 30))), [(ATTENTION, "audit")]),
    "steps that nobody takes": (facts(overdue=2), [(BROKEN, "clocks")]),
    "steps that nobody takes, and nobody is there to say so": (
        Facts(Kept(overdue=2, loads=(load(1, ago(1)),))),
        [(BROKEN, "serve"), (BROKEN, "clocks"), (ATTENTION, "items")],
    ),
    "steps that an auditor found are seen to be taken since": (
        facts(*others(auditor("overdue=2 untried=1", 30))),
        [(ATTENTION, "audit")],
    ),
    "what the auditor says counts who looked last": (
        facts(*others(auditor("untried=1", 90), auditor("", 30, "b"))),
        [],
    ),
    "an auditor that does not get to its end": (facts(*others(auditor("", 601))), [(ATTENTION, "audit")]),
    "an auditor in serve, where no broker is": (
        alone(replace(auditor("unattended=2", 30), kind="serve")),
        [(ATTENTION, "audit")],
    ),
    "what was mended is told for an hour": (
        facts(*others(worker("audit", mended="unclocked=2", mended_at=ago(3600).isoformat()))),
        [(ATTENTION, "mended")],
    ),
    "and not for longer": (facts(*others(worker("audit", mended="a=2", mended_at=ago(3601).isoformat()))), []),
    "what an auditor of another version found": (facts(*others(auditor("strange=2", 30))), [(ATTENTION, "audit")]),
    "a rehearsal's seconds are as long as its clock is fast": (facts(*others(worker("relay", 4500)), speed=300), []),
    "a clock that runs ahead": (facts(*others(worker("relay", -500))), []),
}


@pytest.mark.parametrize(("found", "expected"), CASES.values(), ids=CASES.keys())
def test_each_rule_finds_what_it_is_for(found: Facts, expected: list[tuple[Severity, str]]) -> None:
    findings = status.judge(found, NOW)
    assert expected == [(x.severity, x.about) for x in findings]
    assert max((severity for severity, _ in expected), default=Severity.WELL) == finding.worst(findings)


@pytest.mark.parametrize("found", [found for found, expected in CASES.values() if expected])
def test_every_finding_is_a_sentence_and_says_what_to_do(found: Facts) -> None:
    for x in status.judge(found, NOW):
        assert x.what.endswith(".") and x.do.endswith("."), x
        assert "\n" not in x.what + x.do


@pytest.mark.parametrize(("overdue", "told"), [(0, "the ladders have told those"), (3, "nobody has told all of them")])
def test_of_what_is_late_it_says_that_people_were_told_only_where_no_step_waits(overdue: int, told: str) -> None:
    (late,) = (x for x in status.judge(facts(loads=(load(1, ago(1)),), overdue=overdue), NOW) if x.about == "items")
    assert told in late.do


def test_the_worst_stands_first_whatever_was_found_first() -> None:
    found = facts(queues=seen(queue(ready=1, consumers=0), queue("100_dl", 2)), parked=1, held=2)
    assert [BROKEN, ATTENTION, ATTENTION, ATTENTION] == [x.severity for x in status.judge(found, NOW)]


def test_ids_and_counts_are_named() -> None:
    found = facts(*others(worker("relay", 18)), waiting=12, since=ago(7200))
    told = [x.what for x in status.judge(found, NOW)]
    assert [
        "relay-a has not said anything for 18 seconds.",
        "12 documents are waiting for the broker, the oldest for 2 hours.",
    ] == told


def test_many_missing_queues_are_one_finding() -> None:
    depths = [queue(f"{n}_dl", seen=Seen.MISSING) for n in range(9)]
    (only,) = status.judge(facts(queues=seen(queue(), *depths)), NOW)
    assert only.what.endswith(": 0_dl, 1_dl, 2_dl, 3_dl, 4_dl and 4 more.")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7300, "2 hours"),
        (180_000, "2 days"),
    ],
)
def test_spans_are_told_as_people_say_them(seconds: float, said: str) -> None:
    assert said == finding.words(timedelta(seconds=seconds))


def test_severities_are_exit_codes() -> None:
    assert [0, 1, 2] == [*map(int, Severity)]


@pytest.mark.parametrize("urls", [[], ["amqp://127.0.0.1:1/"]])
@pytest.mark.parametrize(
    ("old", "new", "about"), [(b"[[rule]]", b"[[rules]]", "version 1/routes.toml"), (b"", b"", "")]
)
async def test_a_version_in_force_that_cannot_be_used_is_seen(
    tmp_path: Path, urls: list[str], old: bytes, new: bytes, about: str
) -> None:
    found = centre.configured(tmp_path, broker=settings.Broker(urls=urls))
    files = archive.gather(found.folder)
    files["routes.toml"] = files["routes.toml"].replace(old, new) if old else files["routes.toml"]
    named = {name: archive.digest(content) for name, content in files.items()}
    async with Store(found.database.url) as store:
        version = Version(1, NOW, "kari", "", named)
        assert await store.put_version(version, {named[name]: content for name, content in files.items()})
    seen = await status.gather(found, found.running_clock())
    told = [(x.severity, about in x.what) for x in status.judge(seen, NOW) if x.about == "configuration"]
    assert ([(BROKEN, True)] if about else []) == told
    assert bool(urls) == (seen.queues is not None)


def test_who_was_replaced_by_several_is_told_once() -> None:
    found = facts(
        *others(worker("intake", 400), worker("intake", 300, name="b"), worker("intake", name="c", started=200))
    )
    assert () == status.judge(found, NOW)
    assert () != status.judge(replace(found, kept=Kept(found.kept.workers[:2])), NOW)  # type: ignore[union-attr]
