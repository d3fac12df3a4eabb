"""What partners say of what we sent: matched by MsgId and receiver, told to whoever sent it (HIS 80415 3.3)."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from hub import desk, intake, watch
from hub.change import AlertKind, Answer
from hub.desk import Act
from hub.directory import Directory, InboxId
from hub.item import Action, Item, Outcome
from hub.message import Code, Conversation, Message, MessageId, Party, Receipt
from hub.store import Committed, Outdated, Store, Writing, rows
from hub.store.tables import alert, outbox
from hub.transport import Label
from tests import builders

NOW = builders.TUESDAY
TEAM = builders.TEAM[0]
HOURS = timedelta(hours=1)
AUTHOR = replace(builders.NURSE, inboxes=(*builders.TEAM, InboxId("nurse")))
E21 = Code("E21", "Mottaker finnes ikke: ukjent tjeneste")


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """A store with a message that was answered."""
    async with Store(url) as opened:
        change = intake.judge(builders.message(), builders.order(), NOW)
        await opened.commit([Writing(change, NOW, b"raw", "test", (b"ack",))])
        await answer(opened)
        yield opened


async def answer(store: Store) -> None:
    change = intake.judge(builders.message(), builders.order(), NOW)
    practice = builders.directory().practices[builders.OURS]
    sent = Act(Action.ANSWER, "Ja.")
    change = desk.send(await item(store), change.deadlines, builders.message(), practice, sent, builders.NURSE, NOW)
    await store.commit([Writing(change, NOW, documents=(b"answer",))])


async def item(store: Store) -> Item:
    id = intake.judge(builders.message(), builders.order(), NOW).items[0].id
    stored = await store.stored(id)
    assert stored is not None
    return stored.item


async def sent_id(store: Store) -> MessageId:
    (sent,) = await store.sent((await item(store)).id)
    return MessageId(sent.msg_id)


async def hear(
    store: Store,
    n: int,
    *faults: Code,
    sender: Party | None = None,
    at: datetime = NOW,
    status: str = "",
    original: MessageId | None = None,
) -> None:
    sender, status = sender or builders.message().envelope.sender, status or ("2" if faults else "1")
    about = Receipt(builders.msg_id(1000 + n), sender, original or await sent_id(store), status, faults)
    assert [Committed()] == await store.commit([Writing(intake.judge(about, builders.order(), at), at, b"r%d" % n)])


async def receipt(store: Store) -> tuple[str | None, str]:
    (sent,) = await store.sent((await item(store)).id)
    return sent.receipt, sent.faults


async def alerts(store: Store) -> list[tuple[AlertKind, str]]:
    return [(raised.alert.kind, raised.alert.words) for raised in await store.alerts(TEAM)]


async def give_up(store: Store, at: datetime) -> int:
    found = await store.unacknowledged(at, 10)
    await store.commit([Writing(watch.give_up(sent, x, builders.directory(), at), at) for sent, x in found])
    return len(found)


async def test_what_was_sent_waits_for_its_acknowledgement(store: Store) -> None:
    assert (None, "") == await receipt(store)
    assert [] == await alerts(store)


async def test_a_positive_one_is_kept_with_the_document_and_alerts_nobody(store: Store) -> None:
    await hear(store, 1)
    assert ("accepted", "") == await receipt(store)
    assert [] == await alerts(store)


async def test_one_that_writes_our_id_in_capitals_is_about_it_too(store: Store) -> None:
    await hear(store, 1, original=MessageId((await sent_id(store)).upper()))
    assert ("accepted", "") == await receipt(store)


async def test_a_negative_one_alerts_the_inbox_with_code_and_text(store: Store) -> None:
    await hear(store, 1, E21)
    words = "E21: Mottaker finnes ikke: ukjent tjeneste"
    assert ("rejected", words) == await receipt(store)
    assert [(AlertKind.REJECTED, words)] == await alerts(store)
    assert "answer.rejected" in [line.event for line in await store.history((await item(store)).id)]


async def test_one_that_takes_it_with_faults_is_positive_and_tells_them(store: Store) -> None:
    await hear(store, 1, E21, status="3")
    words = "E21: Mottaker finnes ikke: ukjent tjeneste"
    assert ("accepted", words) == await receipt(store)
    assert [(AlertKind.REMARKED, words)] == await alerts(store)


@pytest.mark.parametrize(("faults", "words"), [((), "Status 9"), ((E21,), f"Status 9; E21: {E21.text}")])
async def test_a_status_that_nobody_knows_is_no_yes(store: Store, faults: tuple[Code, ...], words: str) -> None:
    await hear(store, 1, *faults, status="9")
    assert ("rejected", words) == await receipt(store)
    assert [(AlertKind.REJECTED, words)] == await alerts(store)


async def test_of_endless_words_the_beginning_is_told(store: Store) -> None:
    await hear(store, 1, Code("E21", "x" * 1_000_000))
    ((_, words),) = await alerts(store)
    assert (2_000, "E21: xxx", "…") == (len(words), words[:8], words[-1])


async def test_of_two_the_second_is_ignored(store: Store) -> None:
    await hear(store, 1)
    await hear(store, 2, E21)
    assert ("accepted", "") == await receipt(store)
    assert [] == await alerts(store)


async def test_one_from_somebody_else_than_the_receiver_changes_nothing(store: Store) -> None:
    await hear(store, 1, E21, sender=builders.party("999", "998"))
    assert (None, "") == await receipt(store)
    assert [] == await alerts(store)


async def test_after_96_hours_without_one_the_inbox_is_alerted_once(store: Store) -> None:
    assert 0 == await give_up(store, NOW + 95 * HOURS)
    assert [1, 0] == [await give_up(store, NOW + 96 * HOURS), await give_up(store, NOW + 97 * HOURS)]
    assert ("missing", "") == await receipt(store)
    assert [(AlertKind.MISSING, "")] == await alerts(store)
    assert ["coordinator"] == [raised.alert.inbox for raised in await store.alerts(InboxId("coordinator"))]


async def test_the_author_and_the_coordinator_are_told_too_that_nothing_came(store: Store) -> None:
    directory = replace(builders.directory(), people={**builders.directory().people, "nurse": AUTHOR})
    found = await store.unacknowledged(NOW + 96 * HOURS, 10)
    told = [x.inbox for sent, x in found for x in watch.give_up(sent, x, own_inbox(directory), NOW).alerts]
    assert ["team", "nurse", "coordinator"] == told
    gone = replace(directory, people={id: p for id, p in directory.people.items() if id != "nurse"})
    told = [x.inbox for sent, x in found for x in watch.give_up(sent, x, gone, NOW).alerts]
    assert ["team", "coordinator"] == told


async def test_what_the_transport_gives_up_is_told_at_once_to_the_same(store: Store) -> None:
    found = await parked(store)
    assert 1 == await give_up(store, NOW)
    assert ("missing", "") == await receipt(store)
    for inbox in builders.TEAM:
        assert [AlertKind.UNDELIVERED] == [raised.alert.kind for raised in await store.alerts(inbox)]
    assert "answer.undelivered" in [line.event for line in await store.history((await item(store)).id)]
    assert 0 == await give_up(store, NOW + 97 * HOURS)
    # Whoever brings it once more waits anew, and nobody need look for it; and when that fails it is told again.
    assert 1 == await store.unpark([found], "oda", NOW + HOURS)
    assert ((None, ""), []) == (await receipt(store), await alerts(store))
    assert 0 == await give_up(store, NOW + 96 * HOURS)
    assert found == await parked(store, NOW + 2 * HOURS)
    assert [1, [(AlertKind.UNDELIVERED, "")]] == [await give_up(store, NOW + 3 * HOURS), await alerts(store)]


async def test_what_arrived_after_all_takes_its_alerts_away(store: Store) -> None:
    await parked(store)
    await give_up(store, NOW)
    await hear(store, 1)
    assert (("accepted", ""), []) == (await receipt(store), await alerts(store))


async def test_whoever_is_told_of_a_document_may_open_its_item(store: Store) -> None:
    await give_up(store, NOW + 96 * HOURS)
    assert {*builders.TEAM} <= await store.told((await item(store)).id)


async def parked(store: Store, at: datetime = NOW) -> int:
    """The answer goes by the broker, which does not take it however often it is tried; returns its number."""
    label = Label("DIALOG_SVAR", "101", "201", "201_async")
    await store.mend(
        lambda c: c.execute(update(outbox).where(outbox.c.kind == "answer").values(label=rows.encode(label)))
    )
    await store.mend(
        lambda c: c.execute(
            update(outbox).where(outbox.c.kind == "answer", outbox.c.parked_at.is_(None)).values(next_attempt_at=at)
        )
    )
    (claimed,) = await store.relay(at, at + HOURS, 10)
    await store.put_off([(claimed, "unroutable", None)], at)
    return claimed.id


def own_inbox(directory: Directory) -> Directory:
    """The nurse has an inbox of her own beside the team's."""
    return replace(directory, inboxes={**directory.inboxes, "nurse": builders.inbox("nurse", owner="nurse")})


async def test_the_hub_wakes_when_the_96_hours_are_over(store: Store) -> None:
    (copy,) = await store.lines(InboxId("berg"))
    stored = await store.stored(copy.item.id)
    assert stored is not None and stored.deadline is not None
    read = Act(Action.CLOSE, outcome=Outcome.READ)
    await store.commit([Writing(desk.act(stored.item, (stored.deadline,), read, builders.NURSE, NOW), NOW)])
    assert NOW + 96 * HOURS == await store.next_due()


async def test_a_late_positive_one_still_counts_and_takes_the_alert_away(store: Store) -> None:
    await give_up(store, NOW + 96 * HOURS)
    await hear(store, 1, at=NOW + 120 * HOURS)
    assert ("accepted", "") == await receipt(store)
    assert [] == await alerts(store)


async def test_one_that_comes_just_before_it_is_given_up_wins(store: Store) -> None:
    found = await store.unacknowledged(NOW + 96 * HOURS, 10)
    await hear(store, 1)
    changes = [watch.give_up(sent, x, builders.directory(), NOW) for sent, x in found]
    assert [Outdated(0)] == await store.commit([Writing(change, NOW) for change in changes])
    assert [] == await alerts(store)


async def test_whoever_has_seen_an_alert_sees_it_no_more(store: Store) -> None:
    await hear(store, 1, E21)
    (raised,) = await store.alerts(TEAM)
    assert not await store.seen(raised.id, builders.TEAM[1:], builders.NURSE.id, NOW)
    assert await store.seen(raised.id, builders.TEAM, builders.NURSE.id, NOW)
    assert [] == await alerts(store)


async def test_an_answer_to_what_we_sent_comes_back_to_where_it_was_sent_from(store: Store) -> None:
    ours = await sent_id(store)
    reply = replace(builders.message(2, patient=None), conversation=Conversation(ours, builders.msg_id(1)))
    change = intake.judge(reply, builders.order(), NOW, await store.answered({ours}))
    assert (TEAM, "conversation") == (change.items[0].inbox, change.items[0].placing.rule)


@pytest.mark.parametrize(
    "changed",
    [
        lambda m: replace(m, envelope=replace(m.envelope, sender=builders.party("300", "301"))),
        lambda m: replace(m, envelope=replace(m.envelope, test=True)),
        lambda m: replace(m, patient=builders.patient("3")),
    ],
    ids=["somebody else", "a test", "another patient"],
)
async def test_only_who_got_it_answers_it_about_the_same_patient_and_in_earnest(
    store: Store, changed: Callable[[Message], Message]
) -> None:
    ours = await sent_id(store)
    reply = changed(replace(builders.message(2), conversation=Conversation(ours, builders.msg_id(1))))
    change = intake.judge(reply, builders.order(), NOW, await store.answered({ours}))
    assert "conversation" != change.items[0].placing.rule


async def test_a_returned_message_tells_its_sender_why(store: Store) -> None:
    m = builders.message(3)
    change = intake.judge(m, builders.order(), NOW)
    practice = builders.directory().practices[builders.OURS]
    returned = Act(Action.RETURN, "Pasienten har annen fastlege.", reason=desk.REASONS["1"])
    sent = desk.send(change.items[0], change.deadlines[:1], m, practice, returned, builders.NURSE, NOW)
    document = sent.outgoing[0].document
    assert isinstance(document, Answer)
    assert ("returned", desk.REASONS["1"]) == (sent.items[0].state, document.deviation)
    assert [None] == [d.fires_at for d in sent.deadlines]


async def test_a_second_time_that_no_acknowledgement_comes_is_told_too(store: Store) -> None:
    await give_up(store, NOW + 96 * HOURS)
    found = await parked(store, NOW + 97 * HOURS)
    assert 1 == await store.unpark([found], "oda", NOW + 98 * HOURS)
    assert [] == await alerts(store)
    before = await newest(store)
    assert [1, [(AlertKind.MISSING, "")]] == [await give_up(store, NOW + 194 * HOURS), await alerts(store)]
    # By its number it is told beside the inbox whether somebody was told of it before.
    assert before < await newest(store)


async def newest(store: Store) -> int:
    return await store.look(lambda c: c.execute(select(func.max(alert.c.id))).scalar_one())
