"""Lists over several inboxes: in the order of due times, narrowed by filters, and never read further than needed."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from hub import intake
from hub.change import Alert, AlertKind, Change
from hub.directory import InboxId, PersonId
from hub.item import Item, Purpose, State
from hub.message import MessageId, MessageKey
from hub.record import Listed
from hub.selection import NOBODY, Filters, Folder, Selection
from hub.store import Store, Writing, listing
from tests import builders

NOW = builders.TUESDAY
MINUTE = timedelta(minutes=1)
TEAM, OTHER, THIRD = InboxId("team"), InboxId("berg"), InboxId("dahl")
NURSE = PersonId("nurse")
INFORMATION = Purpose.INFORMATION


def came(n: int, inbox: InboxId = TEAM, due: int = 60, **more: Any) -> Writing:
    """The n-th message, in one inbox, due so many minutes from now; the rest as it is named."""
    sender, urgent, kind = more.pop("sender", "200"), more.pop("urgent", False), more.pop("kind", "dialogue")
    subject, files = more.pop("subject", f"number {n}"), more.pop("attachments", 0)
    change = intake.judge(builders.message(n), builders.order(), NOW)
    arrival, item, clock = change.arrival, change.items[0], change.deadlines[0]
    assert arrival is not None
    key = MessageKey(sender, MessageId(str(arrival.key.msg_id)))
    headline = replace(item.headline, subject=subject, attachments=files, sender=f"Sender {sender}")
    item = replace(item, message=key, inbox=inbox, headline=headline, **more)
    clock = replace(clock, due=NOW + due * MINUTE, urgent=urgent)
    arrival = replace(arrival, key=key, kind=kind)
    whole = Change((), arrival, (item,), (clock if item.open else clock.stopped,))
    return Writing(whole, NOW, b"raw %d" % n, "test")


def wanted(folder: Folder, *inboxes: InboxId, **filters: Any) -> Selection:
    return Selection(folder, inboxes or (TEAM, OTHER), NURSE, Filters(**filters))


def numbers(found: Listed) -> list[int]:
    """Which messages the lines are about."""
    return [int(re.sub(r"\D", "", x.item.headline.subject)) for x in found.lines]


async def listed(store: Store, selection: Selection, after: tuple[str, str] | None = None, limit: int = 100) -> Listed:
    return await store.lists.listing(selection, after, limit, NOW)


async def all_pages(store: Store, selection: Selection, limit: int) -> list[int]:
    found, page = [], await listed(store, selection, limit=limit)
    found += numbers(page)
    while page.following:
        page = await listed(store, selection, page.following, limit)
        found += numbers(page)
    return found


async def test_open_items_of_several_inboxes_stand_by_due_time_and_page_by_page(store: Store) -> None:
    places = [(TEAM, 50), (OTHER, 10), (TEAM, 30), (OTHER, 30), (THIRD, 5), (TEAM, 30), (OTHER, 70)]
    await store.commit([came(n, inbox, due) for n, (inbox, due) in enumerate(places)])
    whole = numbers(await listed(store, wanted(Folder.GROUP)))
    assert (1, [2, 3, 5], [0, 6]) == (whole[0], sorted(whole[1:4]), whole[4:])
    assert [whole] * 3 == [await all_pages(store, wanted(Folder.GROUP), size) for size in (1, 2, 4)]
    assert [] == numbers(await listed(store, Selection(Folder.GROUP, (), NURSE)))


async def test_each_folder_has_what_it_is_for_and_counts_it(store: Store) -> None:
    await store.commit(
        [
            came(1),
            came(2, purpose=INFORMATION),
            came(3, OTHER, purpose=Purpose.READING, state=State.CLAIMED, owner=NURSE),
            came(4, OTHER, state=State.CLAIMED, owner=PersonId("berg")),
            came(5, state=State.WAITING),
            came(6, state=State.CLOSED, owner=NURSE),
            came(7, OTHER, due=90, state=State.ANSWERED),
            came(8, THIRD),
            came(9, THIRD, state=State.CLAIMED, owner=NURSE),
            came(10, THIRD, state=State.CLAIMED, owner=NURSE, home=TEAM),
        ]
    )
    found = {folder: sorted(numbers(await listed(store, wanted(folder)))) for folder in Folder}
    assert {
        Folder.NEW: [1],
        Folder.MINE: [3, 10],
        Folder.GROUP: [1, 2, 3, 4, 5],
        Folder.WAITING: [5],
        Folder.DEVIATIONS: [1, 2, 3, 4, 5],
        Folder.INFORMATION: [2, 3],
        Folder.ARCHIVE: [6, 7],
    } == found
    assert [7, 6] == numbers(await listed(store, wanted(Folder.ARCHIVE)))
    counted = await store.lists.counts((TEAM, OTHER), NURSE)
    assert {x: len(found[x]) for x in Folder if x not in (Folder.DEVIATIONS, Folder.ARCHIVE)} | {
        Folder.DEVIATIONS: 0
    } == counted


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({"kind": "note"}, [2]),
    ({"sender": "300"}, [3]),
    ({"theme": "UTSKR"}, [4]),
    ({"theme": "%"}, []),
    ({"urgent": True}, [5]),
    ({"attachments": True}, [6]),
    ({"late": True}, [7]),
    ({"soon": True}, [1, 2, 3, 4, 5, 6]),
    ({"owner": NOBODY}, [1, 2, 3, 4, 5, 6, 7]),
    ({"owner": "nurse"}, [8]),
    ({"owner": "nurse", "attachments": True}, []),
    ({"late": True, "urgent": True}, []),
]


async def test_a_filter_leaves_what_it_names(store: Store) -> None:
    await store.commit(
        [
            came(1),
            came(2, kind="note"),
            came(3, sender="300"),
            came(4, subject="Utskrivning 4"),
            came(5, urgent=True),
            came(6, attachments=2),
            came(7, due=-1),
            came(8, due=90, state=State.CLAIMED, owner=NURSE),
        ]
    )
    found = [(x, sorted(numbers(await listed(store, wanted(Folder.GROUP, **x))))) for x, _ in FILTERS]
    assert FILTERS == found


async def test_a_rare_thing_is_looked_for_in_portions_and_found_by_whoever_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LOOKED", 4)
    notes = (2, 11)
    await store.commit([came(n, due=n, kind="note" if n in notes else "dialogue") for n in range(12)])
    first = await listed(store, wanted(Folder.GROUP, kind="note"))
    assert ([2], (NOW + 3 * MINUTE).isoformat()) == (numbers(first), first.following and first.following[0])
    assert [*notes] == await all_pages(store, wanted(Folder.GROUP, kind="note"), 100)


async def test_a_line_says_whether_it_is_urgent_and_by_which_ladder_it_is_due(store: Store) -> None:
    await store.commit([came(1, urgent=True), came(2, due=90)])
    lines = (await listed(store, wanted(Folder.GROUP))).lines
    assert [(True, "same day"), (False, "same day")] == [(x.urgent, x.ladder) for x in lines]


async def test_senders_are_those_of_the_folder_by_the_names_on_the_list(store: Store) -> None:
    await store.commit([came(1), came(2, OTHER, sender="300"), came(3, THIRD, sender="400")])
    senders = await store.lists.senders(wanted(Folder.GROUP, sender="300"), NOW)
    assert {"200": "Sender 200", "300": "Sender 300"} == senders


async def test_deviations_are_what_did_not_get_through_until_somebody_has_seen_it(store: Store) -> None:
    await store.commit([came(n, TEAM) for n in (1, 2)] + [came(3, THIRD)])
    items = [x.item for x in (await listed(store, wanted(Folder.GROUP, TEAM, THIRD))).lines]

    def alert(x: Item, kind: AlertKind) -> Alert:
        return Alert(kind, x.inbox, x.id, "their words", NOW)

    kinds = (AlertKind.REJECTED, AlertKind.CHANGED, AlertKind.MISSING)
    alerts = tuple(alert(x, kind) for x in items for kind in kinds)
    await store.commit([Writing(Change((), alerts=alerts), NOW)])
    assert 4 == (await store.lists.counts((TEAM, OTHER), NURSE))[Folder.DEVIATIONS]
    raised = await store.lists.deviations((TEAM,), None, 3)
    assert [AlertKind.MISSING, AlertKind.REJECTED, AlertKind.MISSING] == [x.alert.kind for x in raised]
    (rest,) = await store.lists.deviations((TEAM,), raised[-1].id, 3)
    assert await store.seen(rest.id, (TEAM,), NURSE, NOW)
    assert [] == await store.lists.deviations((TEAM,), raised[-1].id, 3)
    assert 3 == (await store.lists.counts((TEAM, OTHER), NURSE))[Folder.DEVIATIONS]


async def test_views_are_each_persons_own_and_no_more_than_so_many(store: Store) -> None:
    other = PersonId("berg")
    assert [True, True, False] == [await store.lists.save_view(NURSE, x, "/folders/new", 2) for x in ("b", "a", "c")]
    assert await store.lists.save_view(NURSE, "b", "/folders/mine", 2)
    assert await store.lists.save_view(other, "c", "/folders/group", 2)
    assert [("a", "/folders/new"), ("b", "/folders/mine")] == [*(await store.lists.views(NURSE)).items()]
    assert [True, False] == [await store.lists.delete_view(NURSE, "a") for _ in range(2)]
    assert {"b": "/folders/mine"} == await store.lists.views(NURSE)
    assert {"c": "/folders/group"} == await store.lists.views(other)


ASKED: list[tuple[str, Callable[[Store], Awaitable[object]], Sequence[str]]] = [
    ("group", lambda s: listed(s, wanted(Folder.GROUP)), ["ix_item_open (inbox=?)"]),
    ("new", lambda s: listed(s, wanted(Folder.NEW)), ["ix_item_open (inbox=?)"]),
    ("late", lambda s: listed(s, wanted(Folder.GROUP, late=True)), ["ix_item_open (inbox=? AND due_at<?)"]),
    ("information", lambda s: listed(s, wanted(Folder.INFORMATION)), ["ix_item_reading (inbox=?)"]),
    ("archive", lambda s: listed(s, wanted(Folder.ARCHIVE)), ["ix_item_inbox (inbox=?)"]),
    ("mine", lambda s: listed(s, wanted(Folder.MINE)), ["ix_item_owner (owner=?)"]),
    (
        "counts",
        lambda s: s.lists.counts((TEAM, OTHER), NURSE),
        ["COVERING INDEX ix_item_open", "COVERING INDEX ix_item_reading", "ix_item_owner", "ix_alert_unseen"],
    ),
]


@pytest.mark.parametrize(("name", "ask", "indexes"), ASKED, ids=[name for name, *_ in ASKED])
async def test_sqlite_asks_the_indexes_and_sorts_no_list(
    sqlite_url: str, name: str, ask: Callable[[Store], Awaitable[object]], indexes: Sequence[str]
) -> None:
    said: list[tuple[str, Any]] = []
    async with Store(sqlite_url) as store:
        engine = store._readers.engine
        event.listen(engine, "before_cursor_execute", lambda _c, _x, sql, values, *_: said.append((sql, values)))
        await ask(store)
        (select,) = [x for x in said if x[0].startswith("SELECT")]
        with engine.connect() as c:
            plan = " | ".join(str(r.detail) for r in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {select[0]}", select[1]))
    assert [] == [index for index in indexes if index not in plan], plan
    assert "SCAN item" not in plan


def test_nothing_is_asked_of_the_time_by_an_inbox_alone() -> None:
    assert [] == [*listing._inside(Selection(Folder.GROUP, (TEAM,), NURSE), datetime.min)]
