"""A partner that falls silent is told of once, wherever somebody looks, until it is heard again."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from hub import calendar, hearing, intake, status
from hub.agreement import Agreement, Agreements
from hub.clock import Clock
from hub.courier import wording
from hub.courier.hook import body
from hub.directory import Directory, InboxId, InboxKind, Practice
from hub.dispatch import Claimed
from hub.finding import Severity
from hub.hearing import Memory
from hub.message import HerId, MessageId, Receipt
from hub.reconciliation import Way
from hub.status import Facts
from hub.store import Store, Writing
from hub.traffic import Strange
from tests import builders

TODAY = date(2026, 11, 24)
COORDINATOR = InboxId("coordinator")
DIRECTORY = builders.directory()
PLAIN = builders.hours()


def at(clock: str, day: date = TODAY) -> datetime:
    return calendar.at(PLAIN, day, time.fromisoformat(clock))


def standing(clock: str) -> Clock:
    """A clock that stands at a time of the day."""
    return Clock(at(clock), 0.0, 1e-9)


async def came(store: Store, day: date, count: int, clock: str = "09:30") -> None:
    """So many messages of the partner's on a day, accepted then."""
    await store.commit(messages(day, count, clock))


def messages(day: date, count: int, clock: str = "09:30") -> list[Writing]:
    moment, first = at(clock, day), day.toordinal() * 1000 + int(clock[:2]) * 10
    made = [intake.judge(builders.message(first + n), builders.order(), moment) for n in range(count)]
    return [Writing(x, moment, f"{day} {n}".encode(), "test", (b"",) * len(x.outgoing)) for n, x in enumerate(made)]


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """Nine weeks in which twelve messages came every working day until yesterday."""
    async with Store(url) as opened:
        days = (TODAY - timedelta(days=n) for n in range(63, 0, -1))
        await opened.commit([x for day in days if calendar.working_day(PLAIN, day) for x in messages(day, 12)])
        yield opened


async def test_silence_is_told_to_the_coordinator_once_and_ends_when_they_are_heard(store: Store) -> None:
    quiet = await hearing.look(store, DIRECTORY, at("09:05"))
    assert (540, (), ()) == (quiet.counted, quiet.told, quiet.ended)
    (told,) = (await hearing.look(store, DIRECTORY, at("10:01"))).told
    assert (Strange.SILENT, "200", "Home service", "dialogue", 0) == (
        told.what,
        told.sender,
        told.name,
        told.kind,
        told.came,
    )
    assert () == (await hearing.look(store, DIRECTORY, at("10:02"))).told
    (line,) = [x for x in await store.journal(0, [COORDINATOR]) if x.event.startswith("partner")]
    assert {
        "partner": "200",
        "kind": "dialogue",
        "usual": "12-12",
        "by": "10:00",
        "came": "0",
        "days": "8",
        "day": "2026-11-24",
    } == line.detail
    await came(store, TODAY, 1, "10:20")
    assert (told,) == (await hearing.look(store, DIRECTORY, at("10:21"))).ended
    events = [x.event for x in await store.journal(0, [COORDINATOR]) if x.event.startswith("partner")]
    assert ["partner.silent", "partner.heard"] == events
    # At most one of a day, though little came after all.
    assert hearing.Found() == await hearing.look(store, DIRECTORY, at("15:00"))


def reached(**changes: Any) -> Directory:
    """The coordinator has asked for every way."""
    head = replace(DIRECTORY.inboxes[COORDINATOR], mail=("head@x.example",), webhooks=("ops",), alertmanager=True)
    return replace(DIRECTORY, inboxes={**DIRECTORY.inboxes, head.id: head}, **changes)


async def sent(store: Store, now: datetime) -> list[Claimed]:
    return await store.dispatches.claim(now, now + timedelta(minutes=1), 10, lambda _: now)


async def test_silence_goes_by_mail_and_webhook_too_with_the_numbers_that_explain_it(store: Store) -> None:
    for clock in ("10:01", "10:02", "11:00"):
        await hearing.look(store, reached(), at(clock))
    mail, hook = await sent(store, at("11:01"))
    assert [("mail", "head@x.example"), ("webhook", "ops")] == [(x.way, x.target) for x in (mail, hook)]
    assert "Det kommer mindre enn vanlig fra en avsender (coordinator)" == wording.subject(mail.content)
    text = wording.text(mail.content, "https://hub.example")
    assert (
        "Home service (200) sender vanligvis 12 dialogmeldinger innen kl. 10 på en tirsdag; 24.11. var det 0." in text
    )
    assert (
        "Home service (200) usually sends 12 dialogue messages by 10:00 on a Tuesday; on 24 November it was 0." in text
    )
    assert "https://hub.example/inboxes/coordinator" in text
    (line,) = json.loads(body(hook, ""))["lines"]
    usual = {"low": 12, "high": 12, "days": 8}
    told = {"partner": "200", "name": "Home service", "kind": "dialogue", "day": "2026-11-24", "by_hour": 10}
    assert ("partner_silent", told | {"came": 0, "usual": usual}) == (line["kind"], line["traffic"])


async def test_of_a_sender_that_is_in_no_file_nothing_goes_out(store: Store) -> None:
    """What they are called is what they wrote, and so is their number."""
    found = await hearing.look(store, reached(partners={}), at("10:01"))
    assert (1, []) == (len(found.told), await sent(store, at("10:02")))


async def test_a_partner_that_is_known_by_its_service_alone_is_counted_and_listed_as_itself(url: str) -> None:
    noon, day = at("12:00"), (at("00:00"), at("00:00", TODAY + timedelta(days=1)))
    elsewhere = builders.envelope(1, sender=builders.party("777", "201", "Somebody"))
    stranger = builders.envelope(2, sender=builders.party("777", "999", "Nobody"))
    ours = MessageId("8f4c1c0e-1111-4222-8333-944455556666")
    receipt = Receipt(builders.msg_id(3), elsewhere.sender, ours, "1")
    judged = [intake.judge(builders.message(envelope=x), builders.order(), noon) for x in (elsewhere, stranger)]
    judged.append(intake.receipt(receipt, noon))
    async with Store(url) as store:
        writings = [Writing(x, noon, b"%d" % n, "t", (b"",) * len(x.outgoing)) for n, x in enumerate(judged)]
        await store.commit(writings)
        assert 3 == await hearing.count(store, DIRECTORY)
        counted = await store.partners.counted(noon - timedelta(hours=1))
        assert {("200", 1), ("777", 1)} == {(x.sender, x.messages) for x in counted}
        (partner,) = DIRECTORY.partners.values()
        listed = await store.partners.passed(hearing.senders(partner), *day)
        came = [(x.msg_id, x.verdict) for x in listed if x.way is Way.TO_HUB]
        assert [(builders.msg_id(1), "accepted"), (builders.msg_id(3), "noted")] == sorted(came)


async def test_many_that_listen_tell_it_once(url: str, store: Store) -> None:
    async with Store(url) as second:
        looks = (hearing.look(s, DIRECTORY, at("10:01")) for s in (store, second, store, second))
        found = await asyncio.gather(*looks)
    assert 1 == sum(len(x.told) for x in found)
    assert 540 == sum(x.counted for x in found)


async def test_who_has_to_be_told_is_who_has_an_agreement(store: Store) -> None:
    other = HerId("500")
    practice = Practice(other, "Other", "999", PLAIN, {})
    inbox = replace(builders.inbox("elsewhere", InboxKind.COORDINATOR), practice=other)
    practices = {**DIRECTORY.practices, other: practice}
    inboxes = {**DIRECTORY.inboxes, inbox.id: inbox}
    both = replace(DIRECTORY, practices=practices, inboxes=inboxes)
    (told,) = (await hearing.look(store, both, at("10:01"))).told
    assert [COORDINATOR, inbox.id] == [*hearing.concerned(told, both)]
    agreed = Agreement("x", other, builders.PARTNER, "topic", TODAY)
    assert [inbox.id] == [*hearing.concerned(told, replace(both, agreements=Agreements((agreed,))))]


async def test_status_tells_it_until_it_ends(store: Store) -> None:
    await hearing.look(store, DIRECTORY, at("10:01"))
    kept = await status.look(store, standing("10:02"))
    (finding,) = [x for x in status.judge(Facts(kept), at("10:02")) if x.about.startswith("silent")]
    assert (Severity.ATTENTION, "silent 200 dialogue") == (finding.severity, finding.about)
    assert finding.what.startswith("Home service (200) usually sends 12 dialogue messages by 10:00 on a Tuesday;")
    assert finding.do.startswith("Telephone them")
    await came(store, TODAY, 12, "10:20")
    await hearing.look(store, DIRECTORY, at("10:21"))
    assert () == (await status.look(store, standing("10:22"))).unusual


async def test_a_loop_is_told_and_is_over_with_the_day(store: Store) -> None:
    await came(store, TODAY, 80)
    (told,) = (await hearing.look(store, DIRECTORY, at("09:40"))).told
    assert (Strange.FLOOD, 80) == (told.what, told.came)
    assert () == (await hearing.look(store, DIRECTORY, at("12:00"))).ended
    assert (told,) == (await hearing.look(store, DIRECTORY, at("00:05", TODAY + timedelta(days=1)))).ended
    events = [x.event for x in await store.journal(0, [COORDINATOR]) if x.event.startswith("partner")]
    assert ["partner.flood", "partner.usual"] == events


async def test_what_was_before_today_is_read_once_an_hour(store: Store) -> None:
    memory = Memory()
    await hearing.look(store, DIRECTORY, at("09:40"), memory)
    before = memory.before
    await came(store, TODAY, 3)
    await hearing.look(store, DIRECTORY, at("09:50"), memory)
    assert before is memory.before
    await hearing.look(store, DIRECTORY, at("10:45"), memory)
    assert before is not memory.before and before == memory.before


async def test_old_counts_go_and_what_is_learned_from_stays(store: Store) -> None:
    await hearing.count(store, DIRECTORY)
    assert 2 == await hearing.forget(store, at("10:00", TODAY + timedelta(days=1)))
    (x,) = await hearing.expected(store, DIRECTORY, at("10:00"))
    assert x.usual and 8 == x.usual.days
