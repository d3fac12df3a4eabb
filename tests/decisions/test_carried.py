"""What a broker brings is judged with what it tells: who really sent it, to whom, and whom to tell when it is wrong."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from hub import intake, shipping
from hub.change import Acknowledgement, Change, Returned
from hub.message import Code, Fault, Message, MessageId, Receipt, Receiver, Refusal, Unreadable
from hub.store import Committed, Duplicate, Store, Writing
from hub.transport import Condition, Label
from tests import builders

NOW = builders.TUESDAY
ORIGIN = builders.ORIGIN
RECEIPT = Receipt(builders.msg_id(7), builders.party("200", "201"), MessageId("ours"), "2", (Code("E21"),))
UNREADABLE = Unreadable((Fault("T01", "not XML", "ikke XML"),))
READINGS = [builders.message(), Refusal(builders.envelope(), (Fault("E36", "en", "nb"),)), RECEIPT]

Reading = Message | Refusal | Receipt | Unreadable


def judge(reading: Reading, **changes: str) -> Change:
    """What a delivery makes, told otherwise than in order."""
    return intake.judge(reading, builders.order(), NOW, origin=replace(ORIGIN, **changes))


def error(change: Change) -> Label:
    """The only thing that goes out: an error message."""
    (out,) = change.outgoing
    assert isinstance(out.document, Returned)
    return out.document.label


def held(change: Change) -> str:
    """Why it is in quarantine, where alone it is."""
    assert change.quarantined is not None
    assert ((), (), None) == (change.items, change.deadlines, change.arrival)
    return change.quarantined.why


@pytest.mark.parametrize("from_her_id", ["200", "201"])
@pytest.mark.parametrize("to_her_id", ["100", "101"])
@pytest.mark.parametrize("reading", READINGS, ids=lambda x: type(x).__name__)
def test_what_is_told_rightly_at_either_level_changes_nothing(
    reading: Reading, from_her_id: str, to_her_id: str
) -> None:
    told = judge(reading, from_her_id=from_her_id, to_her_id=to_her_id)
    assert intake.judge(reading, builders.order(), NOW) == told


@pytest.mark.parametrize("reading", [*READINGS, UNREADABLE], ids=lambda x: type(x).__name__)
@pytest.mark.parametrize(
    ("changes", "condition", "data"),
    [
        ({"to_her_id": ""}, Condition.REQUIRED_FIELD_MISSING, "toHerId"),
        ({"label": ""}, Condition.REQUIRED_FIELD_MISSING, "Label"),
        ({"sent": "yesterday"}, Condition.INVALID_FIELD_VALUE, "applicationTimeStamp"),
        ({"content_type": "application/pkcs7-mime"}, Condition.DECRYPTION_FAILED, "ContentType"),
    ],
)
def test_what_is_told_wrongly_is_held_and_its_sender_hears_what_is_wrong(
    reading: Reading, changes: dict[str, str], condition: Condition, data: str
) -> None:
    change = judge(reading, **changes)
    label = error(change)
    assert ("transport", "201_error", condition.value, data) == (
        held(change),
        label.queue,
        label.told["errorCondition"],
        label.told["errorConditionData"],
    )


@pytest.mark.parametrize("from_her_id", ["", "nobody"])
def test_what_nobody_is_named_for_is_held_and_nobody_is_told(from_her_id: str) -> None:
    change = judge(builders.message(), from_her_id=from_her_id, reply_to="")
    assert ("transport", ()) == (held(change), change.outgoing)


@pytest.mark.parametrize("reading", READINGS, ids=lambda x: type(x).__name__)
def test_a_sender_who_is_another_than_the_documents_is_told_of_its_attack(
    reading: Message | Refusal | Receipt,
) -> None:
    change = judge(reading, from_her_id="300")
    label = error(change)
    assert ("sender", "300_error", "abuse:spoofing-attack", "fromHerId") == (
        held(change),
        label.queue,
        label.told["errorCondition"],
        label.told["errorConditionData"],
    )
    assert reading.key == (change.quarantined and change.quarantined.sender)
    assert [("message.quarantined", reading.key)] == [(e.event, e.message) for e in change.entries]


def test_nobody_hears_of_an_attack_in_whose_name_it_was_made() -> None:
    label = error(judge(builders.message(), from_her_id="300", reply_to="201_async"))
    assert ("300", "300_error") == (label.to_her_id, label.queue)


@pytest.mark.parametrize("to_her_id", ["102", "300", "999"])
@pytest.mark.parametrize("reading", READINGS[:2], ids=lambda x: type(x).__name__)
def test_what_came_to_another_than_the_documents_receivers_is_refused(
    reading: Message | Refusal, to_her_id: str
) -> None:
    change = judge(reading, to_her_id=to_her_id)
    (out,) = change.outgoing
    assert isinstance(out.document, Acknowledgement)
    (fault,) = out.document.faults
    assert ("E10", True, True) == (fault.code, to_her_id in fault.en, to_her_id in fault.nb)
    assert ("rejected", (), None) == (
        change.arrival and change.arrival.verdict,
        change.items,
        change.quarantined,
    )
    label = shipping.label(out, builders.directory(), True, ORIGIN.id)
    assert ("201_async", "id-1") == (label and label.queue, label and label.correlation)


def test_a_document_for_nobody_here_that_came_by_the_broker_is_refused() -> None:
    """By HTTP nobody of ours is addressed; by the broker somebody was, wrongly."""
    receivers = (Receiver(builders.party("8", "9"), path="/MsgHead/MsgInfo/Receiver", line=12),)
    change = judge(builders.message(envelope=builders.envelope(receivers=receivers)), to_her_id="9")
    (out,) = change.outgoing
    assert isinstance(out.document, Acknowledgement)
    assert [("E10", "/MsgHead/MsgInfo/Receiver", 12)] == [(f.code, f.path, f.line) for f in out.document.faults]
    assert None is change.quarantined


def test_the_other_receivers_of_a_document_are_answered_all_the_same() -> None:
    receivers = (Receiver(builders.party("100", "101")), Receiver(builders.party("300", "301"), "COP"))
    m = builders.message(envelope=builders.envelope(receivers=receivers))
    assert intake.judge(m, builders.order(), NOW) == judge(m, to_her_id="301")


@pytest.mark.parametrize(
    ("fault", "condition"),
    [
        (Fault("T01", "not XML", "ikke XML"), "transport:not-well-formed-xml"),
        (Fault("T01", "an encoding that is not taken", "tegnkoding"), "transport:invalid-encoding"),
        (Fault("T10", "unknown", "ukjent"), "transport:unsupported-message"),
    ],
)
def test_what_cannot_be_read_is_held_and_its_sender_hears_why(fault: Fault, condition: str) -> None:
    change = judge(Unreadable((fault,)))
    label = error(change)
    assert ("unreadable", condition, fault.en, "id-1") == (
        held(change),
        label.told["errorCondition"],
        label.told["errorDescription"],
        label.told["originalMessageId"],
    )


@pytest.mark.parametrize("to_her_id", ["101", "102", "300"])
def test_a_receipt_is_never_answered(to_her_id: str) -> None:
    change = judge(RECEIPT, to_her_id=to_her_id)
    assert ((), "noted") == (change.outgoing, change.arrival and change.arrival.verdict)


def test_the_same_bad_delivery_makes_the_same_error_and_another_one_another() -> None:
    assert judge(UNREADABLE).outgoing == judge(UNREADABLE).outgoing
    ids = {
        judge(UNREADABLE, **changes).outgoing[0].document.id
        for changes in ({}, {"id": "id-2"}, {"from_her_id": "200"}, {"id": ""})
    }
    assert 4 == len(ids)


def test_what_is_told_of_a_bad_delivery_never_holds_what_it_says() -> None:
    told = repr([judge(builders.message(), label="").outgoing, judge(builders.message(), from_her_id="300").outgoing])
    assert not any(word in told for word in ("Nordmann", "180/100", "Blodtrykk"))


class TestCommitted:
    """The same in both databases."""

    @pytest.fixture
    async def store(self, url: str) -> AsyncIterator[Store]:
        async with Store(url) as opened:
            yield opened

    def writing(self, raw: bytes = b"\x00", **changes: str) -> Writing:
        change = judge(UNREADABLE, **changes)
        labels = tuple(shipping.label(out, builders.directory(), True, ORIGIN.id) for out in change.outgoing)
        return Writing(change, NOW, raw, "broker:201", (b"",) * len(labels), labels)

    async def errors(self, store: Store) -> list[tuple[str, str]]:
        return [(x.kind, x.label.queue) for x in await store.relay(NOW, NOW, 100)]

    async def test_a_bad_delivery_that_comes_again_is_held_and_told_once(self, store: Store) -> None:
        assert [Committed()] == await store.commit([self.writing()])
        assert [Duplicate("held", None)] == await store.commit([self.writing()])
        assert [("error", "201_error")] == await self.errors(store)
        tally = await store.tally()
        assert ({"held": 1}, 1) == (tally["quarantine"], tally["events"]["message.duplicate"])

    async def test_a_bad_delivery_that_comes_twice_in_one_batch_is_held_and_told_once(self, store: Store) -> None:
        assert [Committed(), Duplicate("held", None)] == await store.commit([self.writing(), self.writing()])
        assert [("error", "201_error")] == await self.errors(store)
        assert {"held": 1} == (await store.tally())["quarantine"]

    async def test_bad_deliveries_of_others_are_told_each(self, store: Store) -> None:
        others = [self.writing(from_her_id="200"), self.writing(id="id-2"), self.writing()]
        assert [Committed()] * 3 == await store.commit(others)
        assert ["200_error", "201_error", "201_error"] == sorted(queue for _, queue in await self.errors(store))

    async def test_a_bad_delivery_of_nobody_is_held_each_time_it_comes(self, store: Store) -> None:
        """Nothing tells whether it is the same one, and it is better held twice than lost."""
        for _ in range(2):
            assert [Committed()] == await store.commit([self.writing(from_her_id="", reply_to="")])
        assert ([], {"held": 2}) == (await self.errors(store), (await store.tally())["quarantine"])

    async def test_an_error_is_nobodys_mail(self, store: Store) -> None:
        await store.commit([self.writing()])
        for box in ("", "200", "201", "101"):
            assert [] == await store.mailbox(box)

    async def test_a_bad_delivery_does_not_take_the_good_ones_beside_it_along(self, store: Store) -> None:
        good = judge(builders.message())
        labels = tuple(shipping.label(out, builders.directory(), True, ORIGIN.id) for out in good.outgoing)
        written = Writing(good, NOW, b"<xml/>", "broker:201", (b"ack",) * len(labels), labels)
        assert [Committed(), Committed(), Duplicate("held", None)] == await store.commit(
            [self.writing(), written, self.writing()]
        )
        assert {("error", "201_error"), ("apprec", "201_async")} == set(await self.errors(store))
        assert {"accepted": 1} == (await store.tally())["messages"]
