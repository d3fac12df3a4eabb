"""Whom nobody here knows is asked about once, the answer is kept, and no message ever waits for it."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from hub import enquiry, intake, settings
from hub.account import Accounts
from hub.change import Change
from hub.clock import Clock
from hub.directory import Absence, InboxId, PersonId
from hub.enquiry import Enquiry, Register, Registered
from hub.errors import Unavailable
from hub.item import Action, Item
from hub.message import HerId, Message, Receiver
from hub.national import LIMIT, Registers
from hub.readers import readers_of
from hub.service import Hub
from hub.settings import Acceptance, Signatures, Wire
from hub.store import Store, Writing
from tests import builders
from tests.servers import register
from workers import lookup

NOW = builders.TUESDAY
PILE, DAHL, BERG = InboxId("coordinator"), InboxId("dahl"), InboxId("berg")
# Somebody who is on no list here, and a service of somebody who is no partner.
STRANGER, FOREIGN = "26868035306", HerId("700100")
GP = Enquiry(Register.GP, STRANGER)
WEEK, GRACE = timedelta(days=7), timedelta(seconds=60)
OURS = {"gpHerId": builders.GP_SERVICE, "from": "2024-03-01"}


def made(store: Store) -> Hub:
    """A hub that may ask both registers; its clock is the morning's, and runs."""
    order = builders.order(registers=frozenset(Register))
    readers = readers_of(Wire(), Acceptance(), Signatures())
    return Hub(order, Accounts({}, {}), store, readers, Clock(NOW, time.time()), GRACE)


@pytest.fixture
async def hub(url: str) -> AsyncIterator[Hub]:
    """A hub with each kind of database."""
    async with Store(url) as store:
        yield made(store)


@pytest.fixture
async def national() -> AsyncIterator[register.Registers]:
    """The stand-in for the national registers."""
    async with register.serving() as found:
        yield found


@pytest.fixture
async def asking(national: register.Registers) -> AsyncIterator[Registers]:
    """The hub's way to it."""
    async with Registers(national.addresses, register.TOKEN, 0.5) as found:
        yield found


def stranger(n: int, **changes: Any) -> Message:
    """A message about somebody who is on no list here."""
    return builders.message(n, patient=builders.patient(STRANGER), **changes)


async def arrive(hub: Hub, *messages: Message) -> None:
    judged = [intake.judge(m, hub.order, hub.clock.now()) for m in messages]
    now = hub.clock.now()
    written = [Writing(x, now, b"raw%d" % n, "test", tuple(b"ack" for _ in x.outgoing)) for n, x in enumerate(judged)]
    await hub.store.commit(written)


async def items(hub: Hub, inbox: InboxId = PILE) -> list[Item]:
    return [line.item for line in await hub.store.lines(inbox)]


async def later(hub: Hub, span: timedelta) -> None:
    """So much time passes."""
    hub.clock = replace(hub.clock, start=(hub.clock.start or NOW) + span)


async def test_a_strangers_message_lies_in_the_pile_until_the_register_says_whose_patient_it_is(
    hub: Hub, national: register.Registers, asking: Registers
) -> None:
    national.doctors[STRANGER] = OURS
    await arrive(hub, stranger(1))
    (before,) = await hub.store.lines(PILE)
    assert 1 == await lookup.look(hub, asking, WEEK)
    (after,) = await hub.store.lines(DAHL)
    assert ([], before.due, before.item.id) == (await items(hub), after.due, after.item.id)
    assert ("register", None) == (after.item.placing.rule, after.item.home)
    assert "the GP register says that the patient is on the list of dahl" == after.item.placing.because
    told = [t.event for t in await hub.store.history(after.item.id)]
    assert ["message.accepted", "item.traced", "item.left"] == told
    looked = (await hub.store.looked([GP]))[GP]
    assert Registered(builders.GP_SERVICE, since=date(2024, 3, 1)) == looked.answer


async def test_nobody_is_asked_twice_within_a_week_and_anybody_after_it(
    hub: Hub, national: register.Registers, asking: Registers, url: str
) -> None:
    national.doctors[STRANGER] = OURS
    await arrive(hub, stranger(1), stranger(2))
    async with Store(url) as second, Store(url) as third:
        await asyncio.gather(*(lookup.look(x, asking, WEEK) for x in (hub, made(second), made(third))))
    await arrive(hub, stranger(3))
    await lookup.look(hub, asking, WEEK)
    assert (1, [], 3) == (national.asked[STRANGER], await items(hub), len(await items(hub, DAHL)))
    await later(hub, WEEK)
    await arrive(hub, stranger(4))
    await lookup.look(hub, asking, WEEK)
    assert (2, []) == (national.asked[STRANGER], await items(hub))
    assert 0 == await lookup.look(hub, asking, WEEK)


async def test_who_wants_to_know_while_it_is_being_asked_is_not_forgotten(
    hub: Hub, national: register.Registers, asking: Registers
) -> None:
    national.doctors[STRANGER] = OURS
    national.silent = True
    await arrive(hub, stranger(1))
    looking = asyncio.create_task(lookup.look(hub, asking, WEEK))
    while not national.asked[STRANGER]:
        await asyncio.sleep(0.01)
    (x,) = (await hub.store.looked([GP])).values()
    national.silent = False
    await looking
    await arrive(hub, stranger(2))
    # As if the second had come between the answer's being heeded and its being noted.
    await hub.store.end_enquiry(x, hub.clock.now())
    assert 1 == await lookup.look(hub, asking, WEEK)
    assert ([], 1) == (await items(hub), national.asked[STRANGER])


async def test_no_message_waits_for_a_register_that_is_silent(
    hub: Hub, national: register.Registers, asking: Registers
) -> None:
    national.silent = True
    running = asyncio.create_task(lookup.look(hub, asking, WEEK))
    await arrive(hub, *(stranger(n) for n in range(1, 20)))
    assert 19 == len(await items(hub))
    await running
    await lookup.look(hub, asking, WEEK)
    looked = (await hub.store.looked([GP]))[GP]
    assert (1, None) == (looked.attempts, looked.answered_at)
    assert looked.fault.endswith("said nothing in 0.5 s")
    assert (1, 0) == ((await hub.store.enquiries())[0], await lookup.look(hub, asking, WEEK))


async def test_it_is_tried_again_ever_more_seldom_until_the_register_answers(
    hub: Hub, national: register.Registers, asking: Registers
) -> None:
    national.status = 503
    await arrive(hub, stranger(1))
    waits = []
    for _ in range(4):
        with capture_logs() as told:
            assert 1 == await lookup.look(hub, asking, WEEK)
        waits.append(next(line["again"] for line in told if line["event"] == "register.unavailable"))
        await later(hub, timedelta(seconds=1.3 * waits[-1] + 1))
    assert all(4 * 2**n <= wait <= 6 * 2**n for n, wait in enumerate(waits))
    national.status, national.doctors[STRANGER] = 0, OURS
    assert 1 == await lookup.look(hub, asking, WEEK)
    assert [1, 0] == [len(await items(hub, DAHL)), (await hub.store.enquiries())[0]]


@pytest.mark.parametrize(
    ("status", "rubbish", "words"),
    [
        (401, None, "refuses us (401): is the token in [registers] right?"),
        (302, None, "answered 302"),
        (500, None, "answered 500"),
        (0, b"<html>", "answered something else than it should"),
        (0, b'{"gpHerId": "no number"}', "answered something else than it should"),
        (0, b'{"from": "2024-03-01"}', "answered something else than it should"),
        (0, b" " * (LIMIT + 1), "answered more than 65536 bytes"),
        (0, b'{"gpHerId": "' + b"9" * 13 + b'"}', "answered something else than it should"),
    ],
)
async def test_what_a_register_should_not_say_is_told_without_what_it_said(
    national: register.Registers, asking: Registers, status: int, rubbish: bytes | None, words: str
) -> None:
    national.status, national.rubbish = status, rubbish
    with pytest.raises(Unavailable) as told:
        await asking.ask(GP)
    assert words in str(told.value)
    assert str(told.value).startswith("the gp register at 127.0.0.1:") and STRANGER not in str(told.value)


async def test_a_number_is_in_no_address_and_in_no_log(
    hub: Hub, national: register.Registers, asking: Registers
) -> None:
    national.doctors[STRANGER] = OURS
    with capture_logs() as told:
        await arrive(hub, stranger(1))
        await lookup.look(hub, asking, WEEK)
    assert {f"{national.url}/gp"} == national.paths
    assert STRANGER not in str(told)


async def test_a_gp_of_somebody_elses_is_told_by_name_and_the_item_stays(
    hub: Hub, national: register.Registers, asking: Registers
) -> None:
    national.doctors[STRANGER] = {"gpHerId": FOREIGN}
    national.parties[FOREIGN] = {"herId": FOREIGN, "name": "Ola Lege", "parentHerId": "700", "parentName": "Legehuset"}
    await arrive(hub, stranger(1))
    assert [1, 1, 0] == [await lookup.look(hub, asking, WEEK) for _ in range(3)]
    named = Enquiry(Register.ADDRESS, FOREIGN)
    answer = (await hub.store.looked([named]))[named].answer
    assert Registered(FOREIGN, "Ola Lege", HerId("700"), "Legehuset") == answer
    assert ["message.accepted"] == [t.event for t in await hub.store.history((await items(hub))[0].id)]


async def test_a_sender_that_is_no_partner_is_asked_about(
    hub: Hub, national: register.Registers, asking: Registers
) -> None:
    sender = builders.party("700", FOREIGN)
    await arrive(hub, builders.message(1, envelope=builders.envelope(1, sender=sender)))
    await lookup.look(hub, asking, WEEK)
    asked = Enquiry(Register.ADDRESS, FOREIGN)
    assert Registered() == (await hub.store.looked([asked]))[asked].answer
    assert [FOREIGN] == list(national.asked)


async def test_what_somebody_has_in_hand_stays(hub: Hub, national: register.Registers, asking: Registers) -> None:
    national.doctors[STRANGER] = OURS
    await arrive(hub, stranger(1))
    (x,) = await items(hub)
    taken = x.moved(Action.CLAIM, builders.NURSE.id)
    await hub.store.commit([Writing(Change((), items=(taken,)), NOW)])
    await lookup.look(hub, asking, WEEK)
    assert [x.id] == [y.id for y in await items(hub)]


async def test_while_the_gp_is_away_it_goes_to_who_covers_and_belongs_to_the_gp(
    hub: Hub, national: register.Registers, asking: Registers
) -> None:
    away = Absence(PersonId("dahl"), NOW.date(), NOW.date(), PersonId("berg"))
    hub.order = replace(hub.order, directory=builders.directory(absences=(away,)))
    national.doctors[STRANGER] = OURS
    await arrive(hub, stranger(1))
    await lookup.look(hub, asking, WEEK)
    (x,) = await items(hub, BERG)
    assert (DAHL, ("Dahl: away", "Berg stands in")) == (x.home, x.placing.path)


@pytest.mark.parametrize(
    "m",
    [
        builders.message(1, patient=builders.patient("26868035307")),
        builders.message(1, patient=None),
        stranger(1, envelope=builders.envelope(1, test=True)),
        builders.message(1),
    ],
    ids=["a number that cannot be right", "nobody", "a test", "somebody on a list"],
)
async def test_some_are_not_asked_about(hub: Hub, national: register.Registers, asking: Registers, m: Message) -> None:
    await arrive(hub, m)
    assert (0, {}) == (await lookup.look(hub, asking, WEEK), national.asked)


async def test_where_no_register_is_named_nothing_is_asked(hub: Hub) -> None:
    hub.order = builders.order()
    await arrive(hub, stranger(1))
    assert {} == await hub.store.looked([GP])


async def test_what_a_gateway_would_have_remembered_is_forgotten(
    national: register.Registers, asking: Registers
) -> None:
    national.doctors[STRANGER], national.cookie = OURS, "navn=blåbær; Path=/"
    for _ in range(3):
        assert builders.GP_SERVICE == (await asking.ask(GP)).her_id
    assert 3 == national.asked[STRANGER] and not national.remembered


async def test_an_answer_about_somebody_else_is_none(national: register.Registers, asking: Registers) -> None:
    national.parties["700100"] = {"herId": "700101", "name": "Ola Lege"}
    with pytest.raises(Unavailable, match="answered about another HER-id than it was asked"):
        await asking.ask(Enquiry(Register.ADDRESS, FOREIGN))


async def test_whatever_goes_wrong_the_loop_goes_on(
    hub: Hub, national: register.Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "FAILED_SECONDS", 0.01)
    national.doctors[STRANGER], asked = OURS, Registers.ask
    failed = []

    async def fails(self: Registers, enquiry: Enquiry) -> Registered:
        if not failed:
            failed.append(enquiry)
            raise RuntimeError("nobody thought of this")
        return await asked(self, enquiry)

    monkeypatch.setattr(Registers, "ask", fails)
    monkeypatch.setattr(lookup, "CLAIM_SECONDS", 0.1)
    found = settings.load(settings.sample())
    both = settings.Registers(address=f"{national.url}/address", gp=f"{national.url}/gp", token=register.TOKEN)
    stop = asyncio.Event()
    running = asyncio.create_task(lookup.run(hub, found.model_copy(update={"registers": both}), stop))
    await arrive(hub, stranger(1))
    async with asyncio.timeout(20):
        while not await items(hub, DAHL):
            await asyncio.sleep(0.05)
    stop.set()
    await running
    assert [GP] == failed


async def test_what_nobody_answered_for_a_week_is_let_go_until_somebody_wants_to_know(
    hub: Hub, national: register.Registers, asking: Registers
) -> None:
    national.status = 503
    await arrive(hub, stranger(1))
    await later(hub, WEEK + timedelta(hours=1))
    assert [1, 0] == [await lookup.look(hub, asking, WEEK) for _ in range(2)]
    await later(hub, timedelta(days=30))
    assert (0, 0) == ((await hub.store.enquiries())[0], await lookup.look(hub, asking, WEEK))
    national.status, national.doctors[STRANGER] = 0, OURS
    await arrive(hub, stranger(2))
    await lookup.look(hub, asking, WEEK)
    assert 2 == len(await items(hub, DAHL))


async def test_a_question_that_is_asked_anew_waits_since_then(
    hub: Hub, national: register.Registers, asking: Registers
) -> None:
    await arrive(hub, stranger(1))
    await lookup.look(hub, asking, WEEK)
    await later(hub, timedelta(days=21))
    national.status = 503
    await arrive(hub, stranger(2))
    await lookup.look(hub, asking, WEEK)
    count, since, _ = await hub.store.enquiries()
    assert (1, True) == (count, since is not None and hub.clock.now() - since < timedelta(minutes=1))


def deadlocks(url: str) -> int:
    """How many the server has ended; SQLite has one writer at a time."""
    if not url.startswith("postgresql"):
        return 0
    with psycopg.connect(url) as c:
        c.execute("SELECT pg_stat_force_next_flush()")
        (found,) = c.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone() or (0,)
        return int(found)


async def test_intake_and_whoever_asks_never_wait_for_each_other(
    hub: Hub, national: register.Registers, asking: Registers, url: str
) -> None:
    """The order in which messages name strangers is not the order in which they are asked about."""
    numbers = [f"26868{n:06}" for n in range(40)]
    wanted = [Enquiry(Register.GP, number) for number in numbers]
    national.doctors |= {number: {"gpHerId": builders.GP_SERVICE} for number in numbers}

    async def take(store: Store, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(30):
            some = chance.sample(wanted, 20)
            then = [NOW - timedelta(minutes=chance.randrange(60)) for _ in some]
            await store.commit([Writing(Change((), enquiries=(x,)), at) for x, at in zip(some, then, strict=True)])

    async with Store(url) as second, asyncio.timeout(60), asyncio.TaskGroup() as group:
        before = deadlocks(url)
        taking = [group.create_task(take(store, n)) for n, store in enumerate((hub.store, second))]
        while not all(task.done() for task in taking):
            await lookup.look(hub, asking, timedelta(0))
    assert (40, before) == (len(await hub.store.looked(wanted)), deadlocks(url))


def test_only_what_can_be_a_her_id_is_asked_about_and_of_few_receivers() -> None:
    def receivers(*ids: str) -> list[str]:
        parties = tuple(Receiver(builders.party("700", id)) for id in ids)
        return [x.key for x in enquiry.receivers(builders.envelope(1, receivers=parties))]

    assert ["1", "2"] == receivers("1", "Ola Nordmann 01864612632", "2", "2", "9" * 13, "\u0669")
    assert [str(n) for n in range(enquiry.MOST)] == receivers(*map(str, range(2_400)))
