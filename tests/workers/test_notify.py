"""What inboxes are told reaches people and systems beside them: once, in few messages, and without a patient."""

import asyncio
import dataclasses
import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as clock
from enum import Enum
from itertools import count
from typing import Any

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from hub import desk, intake, reckoning, settings, status
from hub.account import Accounts
from hub.change import Alert, AlertKind, Change
from hub.clock import Clock
from hub.courier import Courier
from hub.deadline import Ladder, Step
from hub.desk import Act
from hub.directory import Directory, InboxId
from hub.dispatch import Claimed
from hub.intake import Order
from hub.item import Action, Item, ItemId, Outcome
from hub.message import Attachment, Message
from hub.notifying import Pace
from hub.readers import readers_of
from hub.route import Rule
from hub.service import Hub
from hub.settings import Acceptance, Notices, Signatures, Wire
from hub.status import Facts, Kept
from hub.store import Store, Writing
from hub.store.tables import alert
from tests import builders
from tests.servers import hooks, smtp
from workers import notify

NOW = builders.TUESDAY
TEAM, COORDINATOR = InboxId("team"), InboxId("coordinator")
DUE = datetime.fromisoformat("2026-11-24T16:00:00+01:00")
PACE = Pace(timedelta(0), timedelta(minutes=30))
GRACE = timedelta(minutes=5)
SECRET = "s3cret-s3cret-s3cret"
TO = {"nurse": "nurse@x.example", "other": "other@x.example", "berg": "berg@x.example", "dahl": "dahl@x.example"}
HANDLED = Act(Action.CLOSE, outcome=Outcome.TELEPHONE)


def directory(**inboxes: dict[str, Any]) -> Directory:
    """Everybody has mail; some inboxes have more."""
    found = builders.directory()
    people = {p.id: replace(p, mail=TO[p.id]) for p in found.people.values()}
    changed = {id: replace(x, **inboxes.get(id, {})) for id, x in found.inboxes.items()}
    return replace(found, people=people, inboxes=changed)


def ordered(found: Directory, **more: Any) -> Order:
    """Each message is one item, and the team's."""
    return builders.order(directory=found, rules=(Rule("all", "pht"),), **more)


def made(store: Store, **order: Any) -> Hub:
    """A hub whose clock is the morning's."""
    found = ordered(directory(), **order)
    readers = readers_of(Wire(), Acceptance(), Signatures())
    return Hub(found, Accounts({}, {}), store, readers, Clock(NOW, time.time()), GRACE)


@pytest.fixture
async def hub(url: str) -> AsyncIterator[Hub]:
    """A hub with each kind of database."""
    async with Store(url) as store:
        yield made(store)


@pytest.fixture
async def post() -> AsyncIterator[smtp.MailServer]:
    async with smtp.serving() as found:
        yield found


@pytest.fixture
async def web() -> AsyncIterator[hooks.Hooks]:
    async with hooks.serving() as found:
        yield found


@pytest.fixture
async def by(post: smtp.MailServer, web: hooks.Hooks) -> AsyncIterator[Courier]:
    """The ways out."""
    async with notify.courier(notices(post, web)) as found:
        yield found


def notices(post: smtp.MailServer, web: hooks.Hooks) -> Notices:
    return Notices(
        sender="sambud@x.example",
        smtp_host="127.0.0.1",
        smtp_port=post.port,
        smtp_tls="none",
        webhooks={"ops": settings.Webhook(url=f"{web.url}/hook", secret=SECRET)},
        alertmanager=web.url,
        link="https://sambud.example",
        gather_seconds=0,
        seconds=2.0,
    )


async def arrive(hub: Hub, *numbers: int, **changes: Any) -> None:
    """Messages about a patient of the team."""
    now = hub.clock.now()
    judged = [intake.judge(builders.message(n, **changes), hub.order, now) for n in numbers]
    written = [Writing(x, now, b"raw%d" % n, "t", tuple(b"a" for _ in x.outgoing)) for n, x in enumerate(judged)]
    await hub.store.commit(written)


async def at(hub: Hub, moment: datetime) -> None:
    """It is then, and every clock that has come by then has lapsed."""
    hub.clock = Clock(moment, time.time())
    while await hub.tick(hub.clock.now()):
        pass


async def told(hub: Hub, by: Courier, pace: Pace = PACE) -> int:
    """Everything that is to be told now is; returns how many messages that were."""
    while await notify.sort(hub, pace):
        pass
    sent = 0
    while some := await notify.send(hub, by):
        sent += some
    return sent


async def items(hub: Hub, inbox: InboxId = TEAM) -> list[Item]:
    return [line.item for line in await hub.store.lines(inbox)]


async def handled(hub: Hub, *some: Item) -> None:
    """Somebody telephoned about them."""
    for x in some:
        stored = await hub.store.stored(x.id)
        assert stored
        assert stored.deadline
        change = desk.act(stored.item, (stored.deadline,), HANDLED, builders.NURSE, hub.clock.now())
        await hub.store.commit([Writing(change, hub.clock.now())])


async def test_forty_items_that_are_late_together_are_one_mail_to_each_who_is_told(
    hub: Hub, post: smtp.MailServer, by: Courier
) -> None:
    await arrive(hub, *range(40))
    await at(hub, DUE - timedelta(hours=1))
    assert (2, 0) == (await told(hub, by), await told(hub, by))
    await at(hub, DUE)
    await told(hub, by)
    assert ["40 saker har frist snart (team)", "40 saker er over fristen (coordinator)"] == [
        x["Subject"] for x in post.to("nurse@x.example")
    ]
    assert 4 == len(post.letters)


async def test_however_many_watch_each_thing_is_told_once(
    hub: Hub, web: hooks.Hooks, by: Courier, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "PORTION", 7)
    to_ops = ordered(directory(coordinator={"webhooks": ("ops",)}))
    hub.order = to_ops
    await arrive(hub, *range(60))
    await at(hub, DUE)
    async with AsyncExitStack() as stack:
        hubs = [made(await stack.enter_async_context(Store(url))) for _ in range(3)]
        for each in hubs:
            each.clock, each.order = hub.clock, to_ops
        await asyncio.gather(*(told(each, by, Pace(timedelta(0), timedelta(0))) for each in hubs))
    calls = web.at("/hook")
    keys = [x.headers["idempotency-key"] for x in calls]
    names = [id for x in calls for line in x.json["lines"] for id in line["items"]]
    assert (sorted(set(keys)), sorted(x.id for x in await items(hub))) == (sorted(keys), sorted(names))


async def test_what_comes_soon_after_goes_together_at_the_end_of_the_pause(
    hub: Hub, post: smtp.MailServer, by: Courier
) -> None:
    await arrive(hub, 1)
    await at(hub, DUE)
    await told(hub, by)
    for minutes in (10, 20):
        await arrive(hub, minutes, envelope=builders.envelope(minutes))
        await overdue(hub, DUE + timedelta(minutes=minutes))
        await told(hub, by)
    assert 1 == len(post.to("nurse@x.example"))
    hub.clock = Clock(DUE + timedelta(minutes=31), time.time())
    await told(hub, by)
    _, second = post.to("nurse@x.example")
    assert "2 saker er over fristen (coordinator)" == second["Subject"]


async def overdue(hub: Hub, moment: datetime) -> None:
    """It is then, and what came last is due then."""
    hub.clock = Clock(moment, time.time())
    for x in await items(hub):
        stored = await hub.store.stored(x.id)
        assert stored
        assert stored.deadline
        if not stored.item.level:
            steps = (Step(0, ("coordinator",)),)
            clock = replace(stored.deadline, due=moment, steps=steps, step=0, fires_at=moment)
            await hub.store.commit([Writing(Change((), items=(stored.item,), deadlines=(clock,)), moment)])
    while await hub.tick(hub.clock.now()):
        pass


async def test_what_is_answered_before_it_goes_is_told_to_nobody(hub: Hub, post: smtp.MailServer, by: Courier) -> None:
    await arrive(hub, 1, 2)
    await at(hub, DUE)
    pace = Pace(timedelta(minutes=1), timedelta(minutes=30))
    await told(hub, by, pace)
    one, two = await items(hub)
    await handled(hub, one)
    hub.clock = Clock(DUE + timedelta(minutes=2), time.time())
    await told(hub, by)
    (letter,) = post.to("nurse@x.example")
    assert {two.id} == mentioned(letter.get_content())
    await handled(hub, two)
    assert 0 == await told(hub, by)


def mentioned(text: str) -> set[str]:
    """The items that a mail names."""
    return set(re.findall(r"\b[0-9a-f]{20}\b", text))


async def test_what_a_receiver_does_not_take_is_tried_again_ever_more_seldom_then_given_up_and_told(
    hub: Hub, post: smtp.MailServer, by: Courier
) -> None:
    await arrive(hub, 1)
    post.refusal = "451 later"
    await at(hub, DUE)
    for n in range(notify.MOST):
        await told(hub, by)
        assert (n + 1) * 2 == post.tries
        hub.clock = Clock(hub.clock.now() + timedelta(minutes=25), time.time())
    assert 0 == await told(hub, by)
    found = await hub.store.dispatches.undelivered(hub.clock.now())
    assert (2, 0, True) == (found.given_up, found.waiting, found.why.endswith("this address (451)"))
    (finding,) = (x for x in status.judge(Facts(Kept(undelivered=found)), hub.clock.now()) if x.about != "serve")
    assert ("notices", True) == (finding.about, "2 notices are given up" in finding.what)
    post.refusal = ""
    await arrive(hub, 2)
    await overdue(hub, hub.clock.now() + timedelta(minutes=1))
    await told(hub, by)
    assert 0 == (await hub.store.dispatches.undelivered(hub.clock.now())).given_up


async def test_a_reply_that_the_sender_owes_is_told_as_that(hub: Hub, post: smtp.MailServer, by: Courier) -> None:
    await arrive(hub, 1)
    (asked,) = await items(hub)
    stored = await hub.store.stored(asked.id)
    assert stored and stored.deadline
    waits = reckoning.wait(asked, stored.deadline, hub.order.ladders, builders.hours(), "nurse", NOW)
    await hub.store.commit([Writing(waits, NOW)])
    await at(hub, waits.deadlines[0].due)
    await told(hub, by)
    assert {"1 svar fra avsenderen har ikke kommet (team)"} == {x["Subject"] for x in post.letters}


def asleep(*ids: str) -> Directory:
    """Some of the people have quiet hours from eight to seven."""
    found = directory()
    people = {p.id: replace(p, quiet=(clock(20), clock(7)) if p.id in ids else None) for p in found.people.values()}
    return replace(found, people=people)


async def test_what_waited_over_a_stop_of_the_hub_goes_to_nobody_in_their_quiet_hours(
    hub: Hub, post: smtp.MailServer, by: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever has no quiet hours is not held up by those who have them, however many go together.
    monkeypatch.setattr(notify, "TOGETHER", 1)
    hub.order = ordered(asleep("nurse"))
    await arrive(hub, 1)
    await at(hub, DUE)
    await notify.sort(hub, PACE)
    hub.clock = Clock(DUE + timedelta(hours=7), time.time())
    assert (1, 0) == (await told(hub, by), await told(hub, by))
    assert ["other@x.example"] == [x["To"] for x in post.letters]
    hub.clock = Clock(DUE + timedelta(hours=15, seconds=1), time.time())
    await told(hub, by)
    assert 1 == len(post.to("nurse@x.example"))


async def test_what_is_tried_again_goes_to_nobody_in_their_quiet_hours(
    hub: Hub, post: smtp.MailServer, by: Courier
) -> None:
    hub.order = ordered(asleep("nurse", "other"))
    post.refusal = "451 later"
    await arrive(hub, 1)
    await at(hub, DUE)
    for minutes in range(0, 240, 10):
        hub.clock = Clock(DUE + timedelta(minutes=minutes), time.time())
        await told(hub, by)
    post.refusal, tries = "", post.tries
    for minutes in range(240, 890, 25):
        hub.clock = Clock(DUE + timedelta(minutes=minutes), time.time())
        await told(hub, by)
    assert (True, tries, []) == (tries > 4, post.tries, post.letters)
    hub.clock = Clock(DUE + timedelta(hours=15, seconds=1), time.time())
    await told(hub, by)
    assert {"nurse@x.example", "other@x.example"} == {x["To"] for x in post.letters}


async def test_what_is_tried_in_vain_for_a_quarter_of_an_hour_is_told_too(
    hub: Hub, post: smtp.MailServer, by: Courier
) -> None:
    await arrive(hub, 1)
    post.refusal = "451 later"
    await at(hub, DUE)
    await told(hub, by)
    kept = Kept(undelivered=await hub.store.dispatches.undelivered(hub.clock.now()))
    for minutes, abouts in ((14, ["serve"]), (16, ["serve", "notices"])):
        found = status.judge(Facts(kept), DUE + timedelta(minutes=minutes))
        assert abouts == [x.about for x in found]
    finding = found[-1]
    assert "2 tried in vain" in finding.what


async def test_who_dies_before_it_is_noted_that_it_went_leaves_it_to_the_next_under_the_same_key(
    hub: Hub, web: hooks.Hooks, by: Courier
) -> None:
    hub.order = ordered(directory(coordinator={"webhooks": ("ops",)}))
    await arrive(hub, 1)
    await at(hub, DUE)
    await notify.sort(hub, PACE)
    for x in await claimed(hub):
        await by.take(x, hub.clock.now())
    assert 0 == await told(hub, by)
    hub.clock = Clock(DUE + timedelta(seconds=65), time.time())
    await told(hub, by)
    first, second = web.at("/hook")
    assert (first.headers["idempotency-key"], first.body) == (second.headers["idempotency-key"], second.body)
    assert 0 == await told(hub, by)


async def test_alertmanager_hears_each_minute_that_something_is_late_until_nothing_is(
    hub: Hub, web: hooks.Hooks, by: Courier
) -> None:
    hub.order = ordered(builders.directory())
    told_by = replace(hub.directory.inboxes[COORDINATOR], alertmanager=True)
    found = replace(hub.directory, inboxes={**hub.directory.inboxes, COORDINATOR: told_by})
    hub.order = replace(hub.order, directory=found)
    await arrive(hub, 1, 2)
    await at(hub, DUE)
    await told(hub, by)
    hub.clock = Clock(DUE + timedelta(seconds=30), time.time())
    assert 0 == await told(hub, by)
    await handled(hub, (await items(hub))[0])
    hub.clock = Clock(DUE + timedelta(seconds=65), time.time())
    await told(hub, by)
    await handled(hub, (await items(hub))[0])
    hub.clock = Clock(DUE + timedelta(seconds=135), time.time())
    await told(hub, by)
    hub.clock = Clock(DUE + timedelta(minutes=10), time.time())
    assert 0 == await told(hub, by)
    alerts = [x.json[0] for x in web.at("/api/v2/alerts")]
    assert ["2", "1", "0"] == [x["annotations"]["count"] for x in alerts]
    assert 1 == len({str(x["labels"]) + x["startsAt"] for x in alerts})
    assert ["15:05", "15:06", "15:02"] == [x["endsAt"][11:16] for x in alerts]


async def test_an_alert_that_alertmanager_does_not_take_is_never_given_up(
    hub: Hub, web: hooks.Hooks, by: Courier
) -> None:
    hub.order = ordered(directory(coordinator={"alertmanager": True}))
    await arrive(hub, 1)
    await at(hub, DUE)
    web.status = 503
    for _ in range(notify.MOST + 2):
        await told(hub, by)
        hub.clock = Clock(hub.clock.now() + timedelta(minutes=25), time.time())
    web.status, before = 200, len(web.told)
    await told(hub, by)
    assert (True, before + 1) == (before > notify.MOST, len(web.told))


async def test_what_a_partner_did_not_take_is_told_to_whoever_sent_it(
    hub: Hub, post: smtp.MailServer, by: Courier
) -> None:
    await arrive(hub, 1)
    await told(hub, by)
    (x,) = await items(hub)
    await hub.store.commit([Writing(Change((), alerts=(rejected(x.id, "doc"), rejected(x.id, "other"))), NOW)])
    await told(hub, by)
    (letter,) = post.to("nurse@x.example")
    assert "1 varsel å se på (team)" == letter["Subject"]
    assert 0 == await told(hub, by)


def rejected(item: ItemId, about: str) -> Alert:
    return Alert(AlertKind.REJECTED, TEAM, item, about, NOW, "words of the partner")


CANARY = "kanari"


def sown(value: Any, number: "count[int]") -> Any:
    """The same with a canary in every text; what decides that it comes to us, and where, is left as it is."""
    match value:
        case Enum() | bytes():
            return value
        case str():
            return f"{CANARY}{next(number)} {value}".strip()
        case tuple():
            return tuple(sown(x, number) for x in value)
        case _ if dataclasses.is_dataclass(value):
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
            return replace(value, **{name: sown(x, number) for name, x in fields.items()})  # type: ignore[type-var]
        case _:
            return value


def canaries() -> Message:
    """A message with a canary in every field that has words; its receiver is ours, and its patient the team's."""
    number = count()
    files = (Attachment("Røntgen", "application/pdf", 3, "0a", 1, 3),)
    whole = builders.message(1, attachments=files)
    found: Message = sown(whole, number)
    kept = {"receivers": whole.envelope.receivers, "generated": whole.envelope.generated}
    envelope = replace(found.envelope, **kept)
    return replace(found, envelope=envelope, kind=whole.kind)


@asynccontextmanager
async def overheard(caplog: pytest.LogCaptureFixture) -> AsyncIterator[list[str]]:
    """Every line that is logged meanwhile, by us or a library."""
    lines: list[str] = []
    caplog.set_level(logging.DEBUG)
    # The mail server of the tests tells what it is told, which is looked at there.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    with capture_logs() as logged:
        yield lines
    lines += [repr(line) for line in logged]
    lines += [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("well", [True, False], ids=["taken", "refused"])
async def test_no_canary_in_any_field_of_a_message_is_in_a_mail_a_webhook_an_alert_or_a_log_line(
    hub: Hub, post: smtp.MailServer, web: hooks.Hooks, by: Courier, caplog: pytest.LogCaptureFixture, well: bool
) -> None:
    everywhere = {"mail": ("address@x.example",), "webhooks": ("ops",), "alertmanager": True}
    found = directory(**dict.fromkeys(builders.directory().inboxes, everywhere))
    m = canaries()
    listed = replace(builders.listing(m.about, pht="team"), family_name=f"{CANARY}-name", given_name=f"{CANARY}-given")
    urgent = Ladder(f"{CANARY} ladder", f"{CANARY} promise", builders.LADDER.due, builders.LADDER.steps, urgent=True)
    hub.order = ordered(replace(found, listings={m.about: listed}), ladders=(urgent, builders.LADDER))
    if not well:
        post.refusal, web.status, web.words = f"550 {CANARY}", 500, CANARY
    async with overheard(caplog) as lines:
        change = intake.judge(m, hub.order, hub.clock.now())
        raw = CANARY.encode()
        await hub.store.commit([Writing(change, NOW, raw, CANARY, tuple(raw for _ in change.outgoing))])
        (x,) = await items(hub)
        assert CANARY in repr(x)
        worst = Alert(AlertKind.MISSING, TEAM, x.id, f"{CANARY} about", NOW, f"{CANARY} words")
        await hub.store.commit([Writing(Change((), alerts=(worst,)), NOW)])
        for hours in (0, 6, 7, 8, 9):
            await at(hub, NOW + timedelta(hours=hours))
            await told(hub, by)
        await notify._put_off(await in_hand(hub), "why", hub)
    sent = [*post.raw, *(x.body for x in web.told), *(repr(x.headers).encode() for x in web.told)]
    assert [] == [x for x in sent if CANARY.encode() in x.lower()]
    assert [] == [x for x in lines if CANARY in x.lower()]
    assert (well, True, True) == (bool(post.raw), len(web.told) > 3, len(lines) > 5)


async def in_hand(hub: Hub) -> Any:
    """Something that was to go."""
    await arrive(hub, 2)
    hub.clock = Clock(hub.clock.now() + timedelta(days=1, hours=9), time.time())
    while await hub.tick(hub.clock.now()):
        pass
    await notify.sort(hub, PACE)
    return (await claimed(hub))[0]


async def claimed(hub: Hub) -> list[Claimed]:
    """What is to go now, in somebody's hand for a minute."""
    now = hub.clock.now()
    return await hub.store.dispatches.claim(now, now + timedelta(seconds=60), 8, lambda _: now)


async def test_the_loop_tells_within_moments_and_stops_in_order(
    hub: Hub, post: smtp.MailServer, web: hooks.Hooks
) -> None:
    found = settings.load(settings.sample()).model_copy(update={"notices": notices(post, web)})
    await arrive(hub, 1)
    await at(hub, DUE)
    stop = asyncio.Event()
    running = asyncio.create_task(notify.run(hub, found, stop))
    async with asyncio.timeout(10):
        while len(post.letters) < 2:
            await asyncio.sleep(0.02)
    stop.set()
    async with asyncio.timeout(5):
        await running


async def test_a_fault_that_nobody_thought_of_ends_nothing(
    hub: Hub, post: smtp.MailServer, web: hooks.Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, failed = Courier.take, list[str]()

    async def fails(self: Courier, *args: Any) -> None:
        if not failed:
            failed.append("once")
            raise RuntimeError("nobody thought of this")
        await take(self, *args)

    monkeypatch.setattr(Courier, "take", fails)
    monkeypatch.setattr(notify, "CLAIM_SECONDS", 0.0)
    monkeypatch.setattr(notify, "FAILED_SECONDS", 0.05)
    found = settings.load(settings.sample()).model_copy(update={"notices": notices(post, web)})
    await arrive(hub, 1)
    await at(hub, DUE)
    stop = asyncio.Event()
    running = asyncio.create_task(notify.run(hub, found, stop))
    async with asyncio.timeout(10):
        while {"nurse@x.example", "other@x.example"} - {x["To"] for x in post.letters}:
            await asyncio.sleep(0.02)
    stop.set()
    await running


async def test_an_alert_that_was_seen_before_it_goes_is_told_to_nobody(
    hub: Hub, post: smtp.MailServer, by: Courier
) -> None:
    await arrive(hub, 1)
    await told(hub, by)
    (x,) = await items(hub)
    for about in ("doc", "other"):
        # The second one waits until the pause is over.
        await hub.store.commit([Writing(Change((), alerts=(rejected(x.id, about),)), hub.clock.now())])
        await told(hub, by)
    await hub.store.mend(lambda c: c.execute(update(alert).values(seen_at=NOW, seen_by="nurse")))
    hub.clock = Clock(NOW + timedelta(hours=4), time.time())
    assert 0 == await told(hub, by)
    assert 1 == len(post.to("nurse@x.example"))


async def test_what_goes_by_mail_holds_up_nothing_that_goes_otherwise(
    hub: Hub, post: smtp.MailServer, web: hooks.Hooks, by: Courier
) -> None:
    told_by = replace(hub.directory.inboxes[TEAM], alertmanager=True)
    found = replace(hub.directory, inboxes={**hub.directory.inboxes, TEAM: told_by})
    hub.order = replace(hub.order, directory=found)
    await arrive(hub, 1)
    await at(hub, DUE)
    await notify.sort(hub, PACE)
    mails, others = notify.WAYS
    while await notify.send(hub, by, others):
        pass
    assert (0, True) == (len(post.letters), len(web.told) > 0)
    while await notify.send(hub, by, mails):
        pass
    assert len(post.letters) > 0
