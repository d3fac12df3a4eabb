"""Changes replace and cancellations withdraw what was sent before, in whatever order they arrive (HISD 1154:2018)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from hub import desk, intake, watch
from hub.change import AlertKind
from hub.desk import Act
from hub.directory import Directory, Inbox, InboxId, InboxKind
from hub.item import Action, Item, Outcome, Purpose
from hub.message import Conversation, HerId, Message, MessageId, Receiver, Status
from hub.record import Stored
from hub.store import Committed, Store, Writing
from tests import builders

NOW = builders.TUESDAY
TEAM = builders.TEAM[0]


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """A store of its own."""
    async with Store(url) as opened:
        yield opened


def edition(n: int, status: Status = Status.NEW, document: str = "D1", sender: str = "200") -> Message:
    """The n-th edition of a document, written so many minutes after the first."""
    m = builders.message(n)
    party = builders.party(sender, "201") if sender != "200" else m.envelope.sender
    envelope = replace(m.envelope, generated=NOW + timedelta(minutes=n), sender=party)
    return replace(m, envelope=envelope, status=status, document_id=document)


def writing(m: Message, minutes: int = 0) -> Writing:
    now = NOW + timedelta(minutes=minutes)
    change = intake.judge(m, builders.order(), now)
    return Writing(change, now, b"raw %s" % m.key.msg_id.encode(), "test", tuple(b"ack" for _ in change.outgoing))


async def arrive(store: Store, *editions: Message) -> None:
    for n, m in enumerate(editions):
        assert [Committed()] == await store.commit([writing(m, n)])


async def everything(store: Store) -> dict[MessageId, Stored]:
    """What lies in the team's inbox by its message's id, also what is ended; the GP's copies are left out."""
    found = {}
    for closed in (False, True):
        for line in await store.lines(TEAM, closed):
            stored = await store.stored(line.item.id)
            assert stored is not None
            found[line.item.message.msg_id] = stored
    return found


async def item(store: Store, m: Message) -> Item:
    return (await everything(store))[m.key.msg_id].item


async def act(store: Store, m: Message, done: Act) -> None:
    stored = (await everything(store))[m.key.msg_id]
    clocks = (stored.deadline,) if stored.deadline else ()
    change = desk.act(stored.item, clocks, done, builders.NURSE, NOW)
    assert [Committed()] == await store.commit([Writing(change, NOW)])


CLAIM, VISITED = Act(Action.CLAIM), Act(Action.CLOSE, outcome=Outcome.HOME_VISIT)


async def test_a_change_withdraws_what_was_open_and_goes_on_by_its_clock(store: Store) -> None:
    first, change = edition(1), edition(2, Status.CHANGED)
    await arrive(store, first)
    before = (await everything(store))[first.key.msg_id].deadline
    await arrive(store, change)
    found = await everything(store)
    old, new = found[first.key.msg_id], found[change.key.msg_id]
    assert ("withdrawn", None) == (old.item.state, old.deadline and old.deadline.fires_at)
    assert before is not None and new.deadline is not None
    assert ("new", TEAM, before.due, before.why) == (new.item.state, new.item.inbox, new.deadline.due, new.deadline.why)


async def test_who_had_the_earlier_edition_has_the_new_one_and_is_told(store: Store) -> None:
    first, change = edition(1), edition(2, Status.CHANGED)
    await arrive(store, first)
    await act(store, first, CLAIM)
    await arrive(store, change)
    new = await item(store, change)
    assert ("claimed", builders.NURSE.id) == (new.state, new.owner)
    assert [(AlertKind.CHANGED, new.id)] == [(r.alert.kind, r.alert.item) for r in await store.alerts(TEAM)]


async def test_a_change_of_what_was_done_has_to_be_looked_at_again(store: Store) -> None:
    first, change = edition(1), edition(2, Status.CHANGED)
    await arrive(store, first)
    await act(store, first, VISITED)
    await arrive(store, change)
    assert ("closed", "new") == ((await item(store, first)).state, (await item(store, change)).state)


async def test_a_cancellation_of_what_nobody_had_needs_nobody(store: Store) -> None:
    first, cancellation = edition(1), edition(2, Status.CANCELLED)
    await arrive(store, first, cancellation)
    assert ("withdrawn", "closed") == ((await item(store, first)).state, (await item(store, cancellation)).state)


@pytest.mark.parametrize("done", [CLAIM, VISITED], ids=["taken", "done"])
async def test_a_cancellation_is_told_in_the_inbox_where_somebody_had_the_message(store: Store, done: Act) -> None:
    first, cancellation = edition(1), edition(2, Status.CANCELLED)
    await arrive(store, first)
    await act(store, first, done)
    await arrive(store, cancellation)
    told = await item(store, cancellation)
    assert ("new", Purpose.READING, TEAM) == (told.state, told.purpose, told.inbox)
    assert not (await item(store, first)).open


async def test_a_cancellation_that_comes_first_withdraws_the_message_when_it_comes(store: Store) -> None:
    first, cancellation = edition(1), edition(2, Status.CANCELLED)
    await arrive(store, cancellation, first)
    stored = (await everything(store))[first.key.msg_id]
    assert ("withdrawn", None) == (stored.item.state, stored.deadline and stored.deadline.fires_at)
    assert "item.withdrawn" in [line.event for line in await store.history(stored.item.id)]


async def test_a_cancellation_takes_back_all_editions(store: Store) -> None:
    editions = edition(1), edition(2, Status.CHANGED), edition(3, Status.CHANGED), edition(4, Status.CANCELLED)
    await arrive(store, *editions)
    assert ["withdrawn", "withdrawn", "withdrawn", "closed"] == [(await item(store, m)).state for m in editions]


async def test_an_older_change_that_comes_late_does_not_hide_the_newer(store: Store) -> None:
    first, older, newer = edition(1), edition(2, Status.CHANGED), edition(3, Status.CHANGED)
    await arrive(store, first, newer, older)
    assert ["withdrawn", "withdrawn", "new"] == [(await item(store, m)).state for m in (first, older, newer)]


async def test_a_new_document_after_the_cancellation_stands(store: Store) -> None:
    await arrive(store, edition(1), edition(2, Status.CANCELLED), edition(3))
    assert "new" == (await item(store, edition(3))).state


@pytest.mark.parametrize("backwards", [False, True])
async def test_both_in_one_batch_are_as_good_as_one_after_the_other(store: Store, backwards: bool) -> None:
    first, cancellation = edition(1), edition(2, Status.CANCELLED)
    batch = [writing(first), writing(cancellation)]
    assert [Committed()] * 2 == await store.commit(batch[::-1] if backwards else batch)
    assert ("withdrawn", "closed") == ((await item(store, first)).state, (await item(store, cancellation)).state)


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_message_in_msghead_is_referred_to_by_its_id(store: Store, backwards: bool) -> None:
    first = edition(1, document="")
    refers = Conversation(first.key.msg_id, first.key.msg_id)
    cancellation = replace(edition(2, Status.CANCELLED, document=""), conversation=refers)
    await arrive(store, *((cancellation, first) if backwards else (first, cancellation)))
    assert "withdrawn" == (await item(store, first)).state


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda order: "".join("NMC"[n] for n in order))
@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one batch"])
async def test_change_and_cancellation_of_one_original_come_in_any_order(
    store: Store, order: tuple[int, ...], together: bool
) -> None:
    first = edition(1, document="")
    refers = Conversation(first.key.msg_id, first.key.msg_id)
    change = replace(edition(2, Status.CHANGED, document=""), conversation=refers)
    cancellation = replace(edition(3, Status.CANCELLED, document=""), conversation=refers)
    editions = [(first, change, cancellation)[n] for n in order]
    if together:
        await store.commit([writing(m) for m in editions])
    else:
        await arrive(store, *editions)
    assert ["withdrawn", "withdrawn"] == [(await item(store, m)).state for m in (first, change)]


async def test_a_reference_counts_more_than_the_clocks_of_two_systems(store: Store) -> None:
    first = edition(5, document="")
    refers = Conversation(first.key.msg_id, first.key.msg_id)
    cancellation = replace(edition(2, Status.CANCELLED, document=""), conversation=refers)
    await arrive(store, first, cancellation)
    assert "withdrawn" == (await item(store, first)).state


async def test_a_cancellation_of_what_never_came_stays_to_be_read(store: Store) -> None:
    cancellation = edition(2, Status.CANCELLED, document="")
    await arrive(store, edition(1), cancellation)
    assert ("new", "new") == ((await item(store, edition(1))).state, (await item(store, cancellation)).state)


async def test_of_two_cancellations_the_second_finds_nothing_more_to_tell(store: Store) -> None:
    editions = edition(1), edition(2, Status.CANCELLED), edition(3, Status.CANCELLED)
    await arrive(store, *editions)
    assert ["withdrawn", "closed", "closed"] == [(await item(store, m)).state for m in editions]


async def test_who_read_a_copy_is_told_of_the_cancellation_too(store: Store) -> None:
    first, cancellation = edition(1), edition(2, Status.CANCELLED)
    await arrive(store, first)
    (copy,) = await store.lines(InboxId("berg"))
    change = desk.act(copy.item, (), VISITED, builders.person("berg"), NOW)
    await store.commit([Writing(change, NOW)])
    await arrive(store, cancellation)
    (told,) = await store.lines(InboxId("berg"))
    assert (cancellation.key.msg_id, Purpose.READING) == (told.item.message.msg_id, told.item.purpose)


def as_test(m: Message) -> Message:
    return replace(m, envelope=replace(m.envelope, test=True))


@pytest.mark.parametrize("status", [Status.CHANGED, Status.CANCELLED])
@pytest.mark.parametrize("backwards", [False, True])
async def test_a_test_touches_nothing_real(store: Store, status: Status, backwards: bool) -> None:
    first, later = edition(1), as_test(edition(2, status))
    await arrive(store, *((later, first) if backwards else (first, later)))
    assert ("new", TEAM) == ((await item(store, first)).state, (await item(store, first)).inbox)


@pytest.mark.parametrize("status", [Status.CHANGED, Status.CANCELLED])
async def test_what_is_real_does_not_go_on_in_the_place_of_a_test(store: Store, status: Status) -> None:
    await arrive(store, as_test(edition(1)), edition(2, status))
    assert "new" == (await item(store, edition(2, status))).state


async def test_nobody_takes_back_what_is_about_another_patient(store: Store) -> None:
    first, other = edition(1), replace(edition(2, Status.CANCELLED), patient=builders.patient("3"))
    await arrive(store, first, other)
    assert "new" == (await item(store, first)).state


async def test_nobody_can_take_back_what_another_sent(store: Store) -> None:
    first, cancellation = edition(1), edition(2, Status.CANCELLED, sender="300")
    refers = Conversation(first.key.msg_id, first.key.msg_id)
    await arrive(store, first, replace(cancellation, conversation=refers))
    assert "new" == (await item(store, first)).state


async def test_another_document_of_the_sender_is_left_alone(store: Store) -> None:
    await arrive(store, edition(1), edition(2, Status.CANCELLED, document="D2"))
    assert "new" == (await item(store, edition(1))).state


def family(last: Status, fast: bool) -> dict[str, Message]:
    """An original, a change, and what follows it, whose system's clock may be a minute behind the other's."""
    original = replace(edition(0), document_id="")
    change = naming(edition(10, Status.CHANGED), original, original)
    return {"original": original, "change": change, "last": naming(edition(9 if fast else 11, last), change, original)}


def naming(m: Message, parent: Message, first: Message) -> Message:
    refers = Conversation(MessageId(parent.key.msg_id), MessageId(first.key.msg_id))
    return replace(m, conversation=refers, document_id="")


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("order", list(permutations(("original", "change", "last"))), ids=" ".join)
@pytest.mark.parametrize("together", [False, True])
async def test_the_last_by_its_reference_stands_whatever_the_clocks_say(
    store: Store, order: tuple[str, ...], together: bool, fast: bool
) -> None:
    come = family(Status.CHANGED, fast)
    if together:
        await store.commit([writing(come[name]) for name in order])
    else:
        await arrive(store, *(come[name] for name in order))
    states = {name: (await item(store, m)).state.value for name, m in come.items()}
    assert {"original": "withdrawn", "change": "withdrawn", "last": "new"} == states


@pytest.mark.parametrize("order", list(permutations(("original", "change", "last"))), ids=" ".join)
async def test_a_cancellation_with_a_slow_clock_is_not_lost_itself(store: Store, order: tuple[str, ...]) -> None:
    come = family(Status.CANCELLED, fast=True)
    await arrive(store, *(come[name] for name in order))
    states = {name: (await item(store, m)).state.value for name, m in come.items()}
    assert ("withdrawn", "withdrawn", True) == (states["original"], states["change"], states["last"] != "withdrawn")


async def test_what_is_late_stays_late_in_its_next_edition(store: Store) -> None:
    first, change = edition(1), edition(2, Status.CHANGED)
    await arrive(store, first)
    stored = (await everything(store))[first.key.msg_id]
    while stored.deadline and stored.deadline.fires_at and stored.deadline.step < len(stored.deadline.steps):
        lapsed = watch.lapse(stored.item, stored.deadline, builders.directory(), timedelta(), stored.deadline.fires_at)
        assert [Committed()] == await store.commit([Writing(lapsed, NOW)])
        stored = (await everything(store))[first.key.msg_id]
    assert [Committed()] == await store.commit([writing(change, 3000)])
    new = (await everything(store))[change.key.msg_id]
    assert stored.deadline is not None and new.deadline is not None
    kept = (stored.deadline.due, stored.deadline.fires_at, stored.item.level)
    assert kept == (new.deadline.due, new.deadline.fires_at, new.item.level)


async def test_what_is_sent_to_another_practice_instead_lies_there(store: Store) -> None:
    """A sender who addressed the wrong practice sends the next edition to the right one."""
    known = two_practices()
    first, change = edition(1), edition(2, Status.CHANGED)
    other = replace(change.envelope, receivers=(Receiver(builders.party("300", "301")),))
    await arrive(store, first)
    judged = intake.judge(replace(change, envelope=other), builders.order(directory=known), NOW)
    assert [Committed()] == await store.commit([Writing(judged, NOW, b"raw", "test", (b"ack",))])
    assert "withdrawn" == (await item(store, first)).state
    assert [change.key.msg_id] == [line.item.message.msg_id for line in await store.lines(InboxId("pile"))]
    assert [] == await store.lines(TEAM)


def two_practices() -> Directory:
    known = builders.directory()
    ours = known.practices[builders.OURS]
    other = replace(ours, her_id=HerId("300"), name="Other", services={HerId("301"): ours.services[builders.CENTRE]})
    pile = Inbox(InboxId("pile"), "pile", InboxKind.COORDINATOR, other.her_id)
    return replace(known, practices={**known.practices, other.her_id: other}, inboxes={**known.inboxes, pile.id: pile})
