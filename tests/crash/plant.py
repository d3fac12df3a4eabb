"""Losses and doubles that are planted in a round's own books, one at a time and taken back again: an audit that finds
nothing is only worth something when it finds each of these."""

from collections.abc import Callable, Collection, Iterator
from copy import deepcopy
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from hub.store import Store
from hub.store.tables import (
    alert,
    attempt,
    blob,
    body,
    cutting,
    deadline,
    item,
    journal,
    message,
    notice,
    outbox,
    quarantine,
)
from tests.crash import audit, books
from tests.crash.books import Books
from tests.crash.traffic import Ledger

# Does the damage to the database or to what the partner knows, and returns what the audit must say then.
Plant = Callable[[Connection, Ledger, Books], str]


async def found(store: Store, ledger: Ledger, at: datetime, names: Collection[str] = ()) -> dict[str, str]:
    """What the audit says of each plant, or of these, by its name; nothing where it says nothing.

    All is as before then.
    """
    before = await store._readers.run(books.read)
    known = set(audit.wrong(before, ledger, at))
    said = {
        name: await store._writer.run(_tried, plant, deepcopy(ledger), before, at)
        for name, plant in PLANTS.items()
        if not names or name in names
    }
    return {name: "" if line in known else line for name, line in said.items()}


def overlooked(told: dict[str, str]) -> list[str]:
    """What is wrong with an audit that says this of the plants."""
    return [f"the audit overlooked what was planted: {name}" for name, said in told.items() if not said]


def _tried(c: Connection, plant: Plant, ledger: Ledger, before: Books, at: datetime) -> str:
    """What the audit says of a plant; the database is as it was then."""
    point = c.begin_nested()
    try:
        expected = plant(c, ledger, before)
        said = audit.wrong(books.read(c), ledger, at)
    except (StopIteration, ValueError):
        # There is nothing that it could be done to.
        return ""
    finally:
        point.rollback()
    return expected if expected in said else ""


def _lose_message(c: Connection, ledger: Ledger, found: Books) -> str:
    m = _answered(found, ledger)
    for x in found.items[m.id]:
        _lose_item_row(c, x.id)
    _lose_outbox(c, m.id)
    for table in (cutting, body):
        c.execute(delete(table).where(table.c.message_id == m.id))
    c.execute(delete(message).where(message.c.id == m.id))
    return f"{m.msg_id} was lost"


def _double_message(c: Connection, ledger: Ledger, found: Books) -> str:
    m = _answered(found, ledger)
    _again(c, message, message.c.id == m.id, id=max(x.id for x in found.messages) + 1, sender="another")
    return f"{m.msg_id} was taken in 2 times"


def _lose_bytes(c: Connection, ledger: Ledger, found: Books) -> str:
    m = _answered(found, ledger)
    c.execute(delete(body).where(body.c.message_id == m.id))
    return f"{m.msg_id} has lost its bytes"


def _overwrite_bytes(c: Connection, ledger: Ledger, found: Books) -> str:
    m = _answered(found, ledger)
    c.execute(update(body).where(body.c.message_id == m.id).values(raw=b"<MsgHead/>"))
    return f"{m.msg_id} has other bytes than those that were sent"


def _overwrite_all(c: Connection, ledger: Ledger, found: Books) -> str:
    """The bytes and their digest."""
    m, raw = _answered(found, ledger), b"<MsgHead/>"
    c.execute(update(body).where(body.c.message_id == m.id).values(raw=raw))
    c.execute(update(message).where(message.c.id == m.id).values(digest=sha256(raw).digest()))
    return f"{m.msg_id} has other bytes than those that were sent"


def _overwrite_file(c: Connection, ledger: Ledger, found: Books) -> str:
    """What was cut out of a message."""
    number, digest = next(iter(c.execute(select(cutting.c.message_id, cutting.c.digest))))
    c.execute(update(blob).where(blob.c.digest == digest).values(content=b"JVBERi0xLjQK"))
    return f"{next(m.msg_id for m in found.messages if m.id == number)} has other bytes than those that were sent"


def _lose_item(c: Connection, ledger: Ledger, found: Books) -> str:
    m = _answered(found, ledger)
    for x in found.items[m.id]:
        _lose_item_row(c, x.id)
    return f"{m.msg_id} has no item"


def _second_item(c: Connection, ledger: Ledger, found: Books) -> str:
    m = _answered(found, ledger)
    id = found.items[m.id][0].id
    _again(c, item, item.c.id == id, id=f"{id[:19]}x")
    _again(c, deadline, deadline.c.item_id == id, item_id=f"{id[:19]}x")
    return f"{m.msg_id} has 2 items"


def _lose_clock(c: Connection, ledger: Ledger, found: Books) -> str:
    id = found.items[_answered(found, ledger).id][0].id
    c.execute(delete(deadline).where(deadline.c.item_id == id))
    return f"{id} has no clock"


def _stop_clock(c: Connection, ledger: Ledger, found: Books) -> str:
    """Before its next step."""
    id, clock = next((id, x) for id, x in found.clocks.items() if x.fires_at)
    c.execute(update(deadline).where(deadline.c.item_id == id).values(fires_at=None))
    return f"the clock of {id} stands at None instead of {clock.moment(clock.step)}"


def _no_step(c: Connection, ledger: Ledger, found: Books) -> str:
    """The step of an item that happened first of all, as if nobody had ever looked."""
    climbed = [(id, x) for id, x in found.clocks.items() if x.step > x.first]
    moment, id, step = min((x.moment(x.step - 1), id, x.step - 1) for id, x in climbed)
    c.execute(update(deadline).where(deadline.c.item_id == id).values(step=step, fires_at=moment))
    _lose_step(c, id, step)
    return f"step {step} of {id} was due at {moment} and has not happened"


def _untold_step(c: Connection, ledger: Ledger, found: Books) -> str:
    """A step that is counted as done, and of which nobody heard."""
    id, clock = _climbed(found)
    _lose_step(c, id, clock.first)
    return f"step {clock.first} of {id} is in the journal 0 times"


def _lose_notice(c: Connection, ledger: Ledger, found: Books) -> str:
    id, clock = _climbed(found)
    c.execute(delete(notice).where(notice.c.item_id == id, notice.c.step == clock.first))
    (told,) = found.lapsed[id][clock.first]
    return f"step {clock.first} of {id} was told to [] instead of {told.split()}"


def _double_step(c: Connection, ledger: Ledger, found: Books) -> str:
    id, clock = _climbed(found)
    step = clock.step - 1
    _again(c, journal, *_lines(id, step), id=None)
    return f"step {step} of {id} is in the journal 2 times"


def _lose_acknowledgement(c: Connection, ledger: Ledger, found: Books) -> str:
    m = _answered(found, ledger)
    _lose_outbox(c, m.id)
    return f"{m.msg_id} has no acknowledgement"


def _double_acknowledgement(c: Connection, ledger: Ledger, found: Books) -> str:
    m = _answered(found, ledger)
    _again(c, outbox, outbox.c.message_id == m.id, id=None, msg_id="planted")
    return f"{m.msg_id} has 2 acknowledgements"


def _unheard_acknowledgement(c: Connection, ledger: Ledger, found: Books) -> str:
    m = _answered(found, ledger)
    del ledger.answers[m.msg_id]
    return f"the acknowledgement of {m.msg_id} did not arrive"


def _second_answer(c: Connection, ledger: Ledger, found: Books) -> str:
    m = _answered(found, ledger)
    ledger.answers[m.msg_id]["planted"] = 1
    return f"{m.msg_id} was answered with 2 ids"


def _unheard_error(c: Connection, ledger: Ledger, found: Books) -> str:
    id = next(iter(ledger.rubbish))
    ledger.errors.pop(id, None)
    return f"nobody was told of the rubbish {id}"


def _second_error(c: Connection, ledger: Ledger, found: Books) -> str:
    """The same again under another id, which came."""
    id = _told(ledger)
    number = found.attempts[next(iter(ledger.errors[id]))]
    new = _again(c, outbox, outbox.c.id == number, id=None, msg_id="planted")
    _again(c, attempt, attempt.c.outbox_id == number, amqp_id="planted", outbox_id=new)
    ledger.errors[id]["planted"] = 1
    return f"of {id} it was told 2 times"


def _foreign_error(c: Connection, ledger: Ledger, found: Books) -> str:
    id = _told(ledger)
    ledger.errors[id]["planted"] = 1
    return f"an error about {id} came that nobody sent"


def _lose_rubbish(c: Connection, ledger: Ledger, found: Books) -> str:
    id, number = _rubbish(ledger, found)
    c.execute(delete(quarantine).where(quarantine.c.id == number))
    return f"the rubbish {id} is not held"


def _overwrite_rubbish(c: Connection, ledger: Ledger, found: Books) -> str:
    _, number = _rubbish(ledger, found)
    c.execute(update(quarantine).where(quarantine.c.id == number).values(raw=b"other rubbish"))
    return f"what is held as {number} has lost its bytes"


def _foreign_rubbish(c: Connection, ledger: Ledger, found: Books) -> str:
    """The bytes and their digest: as many are held as before."""
    _, number = _rubbish(ledger, found)
    raw = b"other rubbish"
    c.execute(update(quarantine).where(quarantine.c.id == number).values(raw=raw, digest=sha256(raw).digest()))
    return f"what is held as {number} was never sent"


def _double_rubbish(c: Connection, ledger: Ledger, found: Books) -> str:
    id, number = _rubbish(ledger, found)
    _again(c, quarantine, quarantine.c.id == number, id=None)
    return f"the rubbish {id} is held 2 times"


def _hold_accepted(c: Connection, ledger: Ledger, found: Books) -> str:
    m = next(m for m in found.messages if not c.execute(select(cutting).where(cutting.c.message_id == m.id)).first())
    raw = c.execute(select(body.c.raw).where(body.c.message_id == m.id)).scalar_one()
    _, number = _rubbish(ledger, found)
    _again(c, quarantine, quarantine.c.id == number, id=None, raw=raw, digest=sha256(raw).digest(), why="parked")
    return f"{m.msg_id} was accepted and is held too (parked)"


PLANTS: dict[str, Plant] = {
    "a message lost": _lose_message,
    "a message taken in twice": _double_message,
    "a message's bytes lost": _lose_bytes,
    "a message's bytes overwritten": _overwrite_bytes,
    "a message's bytes overwritten with their digest": _overwrite_all,
    "a file that was cut out overwritten": _overwrite_file,
    "an item lost": _lose_item,
    "a second item of a message": _second_item,
    "a clock lost": _lose_clock,
    "a clock stopped": _stop_clock,
    "a step that never happened": _no_step,
    "a step that nobody heard of": _untold_step,
    "a step's notices lost": _lose_notice,
    "a step taken twice": _double_step,
    "an acknowledgement lost": _lose_acknowledgement,
    "a second acknowledgement in the outbox": _double_acknowledgement,
    "an acknowledgement that never came": _unheard_acknowledgement,
    "a second acknowledgement that came": _second_answer,
    "an error that never came": _unheard_error,
    "an error told again under another id": _second_error,
    "an error that nobody sent": _foreign_error,
    "rubbish lost": _lose_rubbish,
    "rubbish overwritten": _overwrite_rubbish,
    "rubbish exchanged": _foreign_rubbish,
    "rubbish held twice": _double_rubbish,
    "an accepted message held too": _hold_accepted,
}


def _answered(found: Books, ledger: Ledger) -> Any:
    """A message of which everything is as it should be, so far as the partner knows."""
    return next(m for m in found.messages if m.msg_id in ledger.sent and m.msg_id in ledger.answers)


def _climbed(found: Books) -> Any:
    """An item that was told of a step, and its clock."""
    return next(x for x in found.clocks.items() if x[1].step > x[1].first and found.lapsed.get(x[0]))


def _told(ledger: Ledger) -> str:
    return next(id for id in ledger.errors if id in ledger.rubbish)


def _rubbish(ledger: Ledger, found: Books) -> tuple[str, int]:
    """An id of rubbish that is held, and its number."""
    held = {row.digest: row.id for row in found.held}
    return next((id, held[d]) for id, d in ledger.rubbish_tried.items() if id in ledger.rubbish and d in held)


def _lines(id: str, step: int) -> Iterator[Any]:
    yield from (journal.c.item_id == id, journal.c.event.like("deadline.%"))
    yield journal.c.detail.like(f'%"step":"{step}"%')


def _lose_step(c: Connection, id: str, step: int) -> None:
    c.execute(delete(notice).where(notice.c.item_id == id, notice.c.step == step))
    c.execute(delete(journal).where(*_lines(id, step)))


def _lose_item_row(c: Connection, id: str) -> None:
    for table in (notice, alert, deadline):
        c.execute(delete(table).where(table.c.item_id == id))
    c.execute(delete(item).where(item.c.id == id))


def _lose_outbox(c: Connection, number: int) -> None:
    ours = select(outbox.c.id).where(outbox.c.message_id == number)
    c.execute(delete(attempt).where(attempt.c.outbox_id.in_(ours)))
    c.execute(delete(outbox).where(outbox.c.message_id == number))


def _again(c: Connection, table: Table, *wanted: Any, **changes: Any) -> Any:
    """Insert the first of some rows once more, but for these values (None: as the database sets it)."""
    row = dict(c.execute(select(table).where(*wanted)).mappings().first() or {}) | changes
    made = c.execute(insert(table).values({name: value for name, value in row.items() if name not in _unset(changes)}))
    return (made.inserted_primary_key or (None,))[0]


def _unset(changes: dict[str, Any]) -> set[str]:
    return {name for name, value in changes.items() if value is None}
