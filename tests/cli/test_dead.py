"""What could not be handled: listed by reason, told, tried again and given up from the command line."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub import settings
from hub.account import SystemAccount
from hub.outcome import Held
from hub.service import BROKER, Delivery
from hub.service import Hub as OpenHub
from hub.store import Store
from tests import centre
from tests.cli.conftest import Hub

FOREIGN = centre.message(3, service="900999", practice="900999")


class Dead:
    """`hub dead` on a database with what a test has put there."""

    def __init__(self, hub: Hub, url: str) -> None:
        self._hub, self.url = hub, url

    async def __call__(self, *words: str, command: str = "dead") -> subprocess.CompletedProcess[bytes]:
        return await asyncio.to_thread(self._hub, command, *words, HUB_DATABASE__URL=self.url)

    async def said(self, *words: str, command: str = "dead") -> str:
        found = await self(*words, command=command)
        assert (0, b"") == (found.returncode, found.stderr)
        return found.stdout.decode()

    async def listed(self) -> dict[str, Any]:
        return {x["id"]: x for x in json.loads(await self.said("list", "--json"))}


def on(url: str) -> AbstractAsyncContextManager[OpenHub]:
    """The sample centre's hub on a database."""
    sample = settings.load(settings.sample())
    return centre.opened(sample.model_copy(update={"database": settings.Database(url=url)}))


@pytest.fixture
async def opened(sqlite_url: str) -> AsyncIterator[OpenHub]:
    async with on(sqlite_url) as hub:
        yield hub


@pytest.fixture
def dead(hub: Hub, sqlite_url: str) -> Dead:
    return Dead(hub, sqlite_url)


async def receive(hub: OpenHub, *raws: bytes, via: str = "exchange") -> None:
    account = SystemAccount(via, "", frozenset(), any=True)
    await hub.receive([Delivery(raw, account) for raw in raws], hub.clock.now())


async def hold(hub: OpenHub, raw: bytes, via: str = "partner") -> None:
    """Let a good message be held, as if a key brought it that may not send for its sender."""
    (outcome,) = await hub.receive([Delivery(raw, SystemAccount(via, "", frozenset({"1"})))], hub.clock.now())
    assert isinstance(outcome, Held)


async def park(store: Store) -> str:
    """Give up the first document that waits for the broker; its id."""
    now = datetime.now(UTC)
    (claimed,) = await store.relay(now, now + timedelta(seconds=60), 1)
    await store.put_off([(claimed, "unroutable", None)], now)
    return f"o{claimed.id}"


async def events(store: Store, event: str) -> int:
    return (await store.tally())["events"].get(event, 0)


async def test_all_is_listed_by_reason_with_counts_and_what_to_do(opened: OpenHub, dead: Dead) -> None:
    await receive(opened, centre.message(), centre.message(text="Noe annet"), FOREIGN, *(b"%d" % n for n in range(12)))
    told = await dead.said("list")
    assert "unreadable (12): " in told and "address (1): " in told and "conflict (1): " in told
    assert "... and 2 more; --all lists them" in told and "q13 " not in told
    assert "q13 " in await dead.said("list", "--all")
    assert told.splitlines()[-1] == "14 in quarantine, 0 documents parked."
    assert "Aas" not in told and centre.TEAM_PATIENT not in told
    assert {"unreadable": 12, "address": 1, "conflict": 1} == _counted(await dead.listed())


async def test_nothing_is_told_as_nothing(opened: OpenHub, dead: Dead) -> None:
    assert "Nothing waits for anybody.\n" == await dead.said("list")


async def test_one_is_told_without_its_bytes_unless_they_are_asked_for(opened: OpenHub, dead: Dead) -> None:
    await receive(opened, FOREIGN)
    told = await dead.said("show", "q1")
    assert all(word in told for word in ("address: ", "through    exchange", "900200", "E21", "next  "))
    assert "Blodtrykk" not in told and centre.TEAM_PATIENT not in told
    as_json = json.loads(await dead.said("show", "q1", "--json"))
    assert ("q1", "address", len(FOREIGN), None) == tuple(as_json[key] for key in ("id", "why", "bytes", "ended"))
    assert FOREIGN == (await dead("show", "q1", "--raw")).stdout


async def test_a_replayed_message_is_taken_in_as_it_came_and_its_row_ended(opened: OpenHub, dead: Dead) -> None:
    await hold(opened, centre.message(), via="partner")
    assert {"q1": "sender"} == {id: x["why"] for id, x in (await dead.listed()).items()}
    assert (await dead.said("replay", "q1")).startswith("q1: taken in: it lies in an inbox")
    tally = await opened.store.tally()
    assert ({"accepted": 1}, {"held": 1}) == (tally["messages"], tally["quarantine"])
    assert {0} == set(tally["lost"].values())
    (line,) = await opened.store.lines(opened.directory.inboxes[centre.TEAM].id)  # type: ignore[index]
    stored = await opened.store.stored(line.item.id)
    assert stored is not None and ("partner", centre.message()) == (stored.via, stored.raw)
    assert {} == await dead.listed()
    told = await dead.said("show", "q1")
    assert "ended      replayed, by " in told and "next  " not in told


async def test_a_second_replay_does_nothing_and_says_who_was_first(opened: OpenHub, dead: Dead) -> None:
    await hold(opened, centre.message())
    await dead.said("replay", "q1")
    found = await dead("replay", "q1")
    assert (1, True) == (found.returncode, b"q1: nothing was done: it was replayed, by " in found.stdout)
    assert 1 == await events(opened.store, "quarantine.replayed")


async def test_what_is_here_already_is_ended_without_a_second_item(opened: OpenHub, dead: Dead) -> None:
    await hold(opened, centre.message())
    await receive(opened, centre.message())
    assert "q1: it was here already, so nothing else changed.\n" == await dead.said("replay", "q1")
    assert {"accepted": 1} == (await opened.store.tally())["messages"]
    assert {} == await dead.listed()


async def test_what_is_held_again_has_a_new_row_and_the_old_one_is_ended(opened: OpenHub, dead: Dead) -> None:
    await receive(opened, b"rubbish", FOREIGN)
    found = await dead("replay", "q1", "q2")
    assert 1 == found.returncode
    assert b"q1: held again as q3 (unreadable): " in found.stdout and b"q2: held again as q4 (address)" in found.stdout
    assert ["q3", "q4"] == list(await dead.listed())
    assert {"held": 4} == (await opened.store.tally())["quarantine"]


async def test_all_of_a_reason_are_replayed_at_once(opened: OpenHub, dead: Dead) -> None:
    for n in (1, 2):
        await hold(opened, centre.message(n))
    await receive(opened, b"rubbish")
    assert 2 == (await dead.said("replay", "--reason", "sender")).count("taken in")
    assert ["q3"] == list(await dead.listed())
    assert "Nothing waits because of 'sender'.\n" == await dead.said("replay", "--reason", "sender")


async def test_what_came_by_the_broker_is_answered_by_the_broker(opened: OpenHub, dead: Dead) -> None:
    await hold(opened, centre.message(), via=f"{BROKER}900200")
    await dead.said("replay", "q1")
    now = datetime.now(UTC)
    (claimed,) = await opened.store.relay(now, now + timedelta(seconds=60), 10)
    assert ("APPREC", "900201_async") == (claimed.label.function, claimed.label.queue)


async def test_a_parked_document_is_listed_told_and_tried_again(opened: OpenHub, dead: Dead) -> None:
    await receive(opened, centre.message(), via=f"{BROKER}900200")
    id = await park(opened.store)
    told = await dead.said("list")
    assert "unroutable (1): the broker has no queue with its address" in told
    assert f"{id:<5} " in told and "to 900201_async, 1 attempts" in told
    shown = await dead.said("show", id)
    assert all(word in shown for word in ("queue      900201_async", "unroutable: ", "kind       apprec"))
    assert b"AppRec" in (await dead("show", id, "--raw")).stdout and "AppRec" not in shown
    assert "tries it again from the beginning" in await dead.said("replay", id)
    assert (0, None) == ((await opened.store.dead_count())[1], await opened.store.dead_one(id))
    now = datetime.now(UTC)
    assert [1] == [x.attempts for x in await opened.store.relay(now, now + timedelta(seconds=60), 10)]
    assert 1 == await events(opened.store, "outbox.replayed")


async def test_what_is_discarded_is_kept_with_who_and_why(opened: OpenHub, dead: Dead) -> None:
    await receive(opened, b"rubbish")
    await receive(opened, centre.message(), via=f"{BROKER}900200")
    id = await park(opened.store)
    assert f"q1: discarded.\n{id}: discarded.\n" == await dead.said("discard", "q1", id, "--why", "told by phone")
    assert ({}, b"rubbish") == (await dead.listed(), await opened.store.dead_raw("q1"))
    one = await opened.store.dead_one("q1")
    assert one is not None and one.ended is not None
    assert ("discarded: told by phone", True) == (one.ended.how, bool(one.ended.who))
    assert [1, 1] == [await events(opened.store, f"{kind}.discarded") for kind in ("quarantine", "outbox")]
    found = await dead("discard", "q1", "--why", "again")
    assert (1, True) == (found.returncode, b"it was discarded: told by phone, by " in found.stdout)


async def test_quarantine_lists_only_what_nobody_has_ended(opened: OpenHub, dead: Dead) -> None:
    await receive(opened, b"one", b"two")
    await dead.said("discard", "q1", "--why", "a test")
    assert [2] == [x["id"] for x in json.loads(await dead.said("--json", command="quarantine"))]
    assert "one" == await dead.said("--raw", "1", command="quarantine")


async def test_one_that_is_not_there_is_told_and_the_others_are_done(opened: OpenHub, dead: Dead) -> None:
    await receive(opened, b"rubbish")
    found = await dead("discard", "o9", "q7", "q1", "--why", "a test")
    assert 1 == found.returncode
    assert ["o9: nothing was done: there", "q7: nothing was done: there", "q1: discarded."] == [
        line.partition(" is none")[0] for line in found.stdout.decode().splitlines()
    ]
    missing = await dead("show", "q7")
    assert (1, b"", True) == (missing.returncode, missing.stdout, b"there is no q7" in missing.stderr)


@pytest.mark.parametrize(
    "check",
    [
        test_all_is_listed_by_reason_with_counts_and_what_to_do,
        test_what_is_held_again_has_a_new_row_and_the_old_one_is_ended,
        test_a_parked_document_is_listed_told_and_tried_again,
        test_what_is_discarded_is_kept_with_who_and_why,
    ],
    ids=lambda check: check.__name__,
)
async def test_the_same_holds_on_postgresql(
    hub: Hub, postgresql_url: str, check: Callable[[OpenHub, Dead], Awaitable[None]]
) -> None:
    async with on(postgresql_url) as opened:
        await check(opened, Dead(hub, postgresql_url))


WRONG = [
    ("show", "12"),
    ("show", "q0"),
    ("show", f"q{2**63}"),
    ("replay",),
    ("replay", "x1"),
    ("replay", "q1", "--reason", "sender"),
    ("replay", "--reason", "nonsense"),
    ("discard", "q1"),
    ("discard", "q1", "--why", " "),
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_a_wrong_call_is_refused_before_anything_is_done(hub: Hub, sqlite_url: str, words: tuple[str, ...]) -> None:
    found = hub("dead", *words, HUB_DATABASE__URL=sqlite_url)
    assert (2, b"", True) == (found.returncode, found.stdout, b"Usage" in found.stderr)


def _counted(listed: dict[str, Any]) -> dict[str, int]:
    whys = [x["why"] for x in listed.values()]
    return {why: whys.count(why) for why in dict.fromkeys(whys)}
