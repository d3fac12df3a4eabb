"""The list of what passed on a day has all of it and nothing else, whatever the clock did, and never a patient."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hub import intake, reconciliation
from hub.message import Code, HerId, MessageId
from hub.reconciliation import Passed, Way
from hub.store import Store, Writing, passing
from hub.transport import Label
from tests import builders

DAY = date(2026, 11, 24)
FIRST, END = reconciliation.span(DAY, "Europe/Oslo")
SECOND = timedelta(seconds=1)
PARTNER = frozenset({"200", "201"})


def came(n: int, at: datetime, verdict: str = "accepted", sender: str = "200", label: bool = False) -> Writing:
    change = intake.judge(
        builders.message(n, envelope=builders.envelope(n, sender=builders.party(sender, None))), ORDER, at
    )
    assert change.arrival is not None
    labels = (Label("APPREC", "101", "201", "201_async"),) * len(change.outgoing) if label else ()
    arrival = replace(change.arrival, verdict=verdict)
    documents = (b"ack",) * len(change.outgoing)
    return Writing(replace(change, arrival=arrival), at, b"raw %d" % n, "test", documents, labels)


ORDER = builders.order()


async def listed(store: Store, senders: frozenset[str] = PARTNER) -> list[Passed]:
    return await store.partners.passed(senders, FIRST, END)


def ids(found: list[Passed], way: Way = Way.TO_HUB) -> list[str]:
    return [x.msg_id for x in found if x.way is way]


async def test_a_day_begins_and_ends_at_midnight_of_the_practice(store: Store) -> None:
    assert datetime(2026, 11, 23, 23, tzinfo=UTC) == FIRST
    at = (FIRST - SECOND, FIRST, END - SECOND, END)
    for n, moment in enumerate(at, 1):
        await store.commit([came(n, moment)])
    found = await listed(store)
    assert [builders.msg_id(2), builders.msg_id(3)] == ids(found)
    assert [builders.msg_id(2), builders.msg_id(3)] == [x.about for x in found if x.way is Way.FROM_HUB]


async def test_a_clock_that_was_wrong_by_a_day_hides_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = FIRST + timedelta(hours=12)
    wrong = (timedelta(days=-1), timedelta(days=1), timedelta(0))
    for n in range(60):
        await store.commit([came(n, noon + wrong[n // 5 % 3] + n * SECOND)])
    assert [builders.msg_id(n) for n in range(60) if n // 5 % 3 == 2] == ids(await listed(store))


async def test_only_that_partner_is_told_of(store: Store) -> None:
    noon = FIRST + timedelta(hours=12)
    await store.commit([came(1, noon), came(2, noon, sender="999")])
    found = await listed(store)
    assert [builders.msg_id(1)] == ids(found)
    assert [builders.msg_id(1)] == [x.about for x in found if x.way is Way.FROM_HUB]
    assert [] == await listed(store, frozenset({"300"}))


async def test_each_says_what_came_of_it(store: Store) -> None:
    noon = FIRST + timedelta(hours=12)
    await store.commit([came(1, noon), came(2, noon, "rejected"), came(3, noon, label=True)])
    held = intake.quarantine("sender", (), builders.envelope(4).key, noon)
    await store.commit([Writing(held, noon, b"raw 4", "test")])
    (claimed,) = await store.relay(noon, noon + timedelta(seconds=20), 10)
    await store.relayed([claimed], noon)
    found = await listed(store)
    assert ["accepted", "rejected", "accepted", "held"] == [x.verdict for x in found if x.way is Way.TO_HUB]
    assert {"waiting": 2, "sent": 1} == {
        v: sum(x.verdict == v for x in found if x.way is Way.FROM_HUB) for v in ("waiting", "sent")
    }


async def test_the_rows_of_other_days_are_not_looked_at(store: Store) -> None:
    for n in range(40):
        await store.commit([came(n, FIRST + timedelta(days=n - 20))])
    near = await store._readers.run(lambda c: passing._near(c, passing.message, "received_at", FIRST, END))
    low, high = (clause.right.value for clause in near)
    assert (19, 24) == (low, high)


CANARY = "Kanarifugl"


async def test_no_word_that_anybody_wrote_is_in_a_list(store: Store) -> None:
    """What a partner may write itself is a canary here: the MsgId, the type, the verdict's and the sender's words."""
    noon = FIRST + timedelta(hours=12)
    number = builders.listing("01864612632").national_id
    for n, id in enumerate((CANARY, f"{CANARY}-{number}", number, f"00000000-0000-{CANARY}"), 1):
        envelope = builders.envelope(n, msg_id=MessageId(id), type=Code(CANARY, CANARY))
        message = builders.message(n, envelope=envelope, patient=replace(builders.patient(number), family_name=CANARY))
        change = intake.judge(message, ORDER, noon)
        assert change.arrival is not None
        arrival = replace(
            change.arrival, kind=CANARY, document=CANARY, parent=CANARY, thread=CANARY, verdict="rejected"
        )
        documents = (CANARY.encode(),) * len(change.outgoing)
        await store.commit([Writing(replace(change, arrival=arrival), noon, CANARY.encode(), CANARY, documents)])
        held = intake.quarantine("sender", (), replace(envelope.key, msg_id=MessageId(f"{id}x")), noon)
        await store.commit([Writing(held, noon, CANARY.encode(), CANARY)])
    lines = await listed(store)
    assert (8, {"other"}) == (sum(x.way is Way.TO_HUB for x in lines), {x.kind for x in lines if x.way is Way.TO_HUB})
    ours = [str(HerId("100"))]
    listed_as = reconciliation.as_csv(lines, "200", DAY, "Europe/Oslo")
    for content in (listed_as, reconciliation.as_json(lines, "200", ours, DAY, "Europe/Oslo")):
        assert CANARY.casefold().encode() not in content.lower() and number.encode() not in content
        assert b"Nordmann" not in content and b"Home service" not in content
