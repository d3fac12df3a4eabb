"""Messages with their items and clocks, written in bulk as the hub would have written them, but for their bytes."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Table, text

from hub import deadline
from hub.deadline import Deadline
from hub.directory import InboxKind
from hub.intake import Order
from hub.item import Headline, Item, Placing, Purpose
from hub.message import MessageId, MessageKey
from hub.store import lane, rows
from hub.store.tables import deadline as deadlines
from hub.store.tables import item as items
from hub.store.tables import message as messages
from tests.year import site
from tests.year.plan import Case

SENDER = "200"
HEADLINE = Headline("dialogue", "Blodtrykk", "Home service")
PLACING = Placing("team patients", "the patient is the team's")


def key(number: int) -> MessageKey:
    """The n-th message."""
    return MessageKey(SENDER, MessageId(f"{number:036d}"))


def clock(case: Case, order: Order) -> Deadline:
    """The clock that the hub starts for it."""
    ladder = next(x for x in order.ladders if x.name == case.ladder)
    hours = order.directory.practices[case.practice].hours
    made = deadline.first(case.item, ladder, "", hours, case.received)
    return deadline.replace(made, basis=order.bases[case.practice])


def item(case: Case) -> Item:
    """Its item, as it comes."""
    own = site.inbox(InboxKind.PHT, case.practice)
    return Item(case.item, key(case.number), own, Purpose.ACTION, HEADLINE, PLACING)


def write(c: Connection, cases: Iterable[Case], order: Order) -> None:
    """Write these cases within the caller's transaction."""
    put(c, [(case.number, case.received, item(case), clock(case, order)) for case in cases])


def put(c: Connection, made: list[tuple[int, datetime, Item, Deadline]]) -> None:
    """Write items and clocks under the numbers of their messages, received then."""
    lane.add(c, messages, [_message(number, received) for number, received, _, _ in made])
    lane.add(c, items, [rows.item_row(x, number, d.due) for number, _, x, d in made])
    lane.add(c, deadlines, [rows.deadline_row(d) for *_, d in made])


def _message(number: int, received: datetime) -> dict[str, object]:
    return {
        "id": number,
        "sender": SENDER,
        "msg_id": key(number).msg_id,
        "digest": number.to_bytes(32),
        "verdict": "accepted",
        "kind": "dialogue",
        "patient": "",
        "received_at": received,
        "via": "year",
        "test": False,
    }


# The numbers from 1 to a count, as both databases make them.
_NUMBERS = "WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < :count)"
# An id that lies anywhere among the others, and a moment so many seconds later.
_ANYWHERE = {"sqlite": "lower(hex(randomblob(10)))", "postgresql": "left(md5(CAST(k.n AS TEXT) || item.id), 20)"}
_LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', {0}, ({1}) || ' seconds')",
    "postgresql": "{0} + ({1}) * interval '1 second'",
}


def copy(c: Connection, number: int, count: int) -> None:
    """Write so many more that are as the message of a number with its item and clock, under the numbers after it.

    Each is due a second after the one before.
    """
    told, kind = {"number": number, "count": count}, c.dialect.name
    other = {"id": ":number + k.n", "msg_id": "CAST(:number + k.n AS TEXT)"}
    _copied(c, messages, other, f"{_NUMBERS} SELECT {{}} FROM k, message WHERE message.id = :number", told)
    other = {"id": _ANYWHERE[kind], "message_id": ":number + k.n", "due_at": later(kind, "item.due_at", "k.n")}
    _copied(c, items, other, f"{_NUMBERS} SELECT {{}} FROM k, item WHERE item.message_id = :number", told)
    other = {x: later(kind, f"deadline.{x}", "item.message_id - :number") for x in ("due_at", "fires_at")}
    source = "deadline JOIN item source ON source.id = deadline.item_id AND source.message_id = :number"
    copies = "item ON item.message_id > :number AND item.message_id <= :number + :count"
    _copied(c, deadlines, other | {"item_id": "item.id"}, f"SELECT {{}} FROM {source} JOIN {copies}", told)


def later(kind: str, moment: str, seconds: str) -> str:
    """A moment and so many seconds, in the words of a kind of database."""
    return _LATER[kind].format(moment, seconds)


def _copied(c: Connection, table: Table, other: dict[str, str], chosen: str, told: dict[str, int]) -> None:
    values = ", ".join(other.get(x.name, f'{table.name}."{x.name}"') for x in table.c)
    names = ", ".join(f'"{x.name}"' for x in table.c)
    # A small number is a small integer to PostgreSQL, and what is added to it would have no room.
    chosen = chosen.format(values).replace(":number", "CAST(:number AS BIGINT)")
    c.execute(text(f"INSERT INTO {table.name} ({names}) {chosen}"), told)
