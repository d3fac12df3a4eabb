"""The books after a round: what the partner sent and got against what the database holds."""

from collections import Counter

from sqlalchemy import Connection, func, select

from hub.store import Store
from hub.store.tables import item, journal, message, notice, outbox, quarantine
from tests.crash.traffic import Ledger


async def check(store: Store, ledger: Ledger, dead: int) -> tuple[dict[str, int], list[str]]:
    """The counts, and everything that does not add up, in words."""
    counts, wrong = await store._readers.run(_books, ledger)
    counts["dead letters"] = dead
    if dead:
        wrong.append(f"{dead} dead letters")
    return counts, wrong


def _books(c: Connection, ledger: Ledger) -> tuple[dict[str, int], list[str]]:
    rows = Counter(c.execute(select(message.c.msg_id)).scalars())
    acks = Counter(
        c.execute(
            select(message.c.msg_id).join(outbox, outbox.c.message_id == message.c.id).where(outbox.c.kind == "apprec")
        ).scalars()
    )
    items = Counter(c.execute(select(message.c.msg_id).join(item, item.c.message_id == message.c.id)).scalars())
    said = [*_lost(ledger, rows, acks, items), *_doubled(c, ledger, rows, acks), *_open(c)]
    counts = {
        "sent": len(ledger.sent),
        "messages": sum(rows.values()),
        "items": sum(items.values()),
        "acknowledgements": sum(acks.values()),
        "arrived": sum(map(len, ledger.answers.values())),
        "arrived again": ledger.repeats,
        "errors": sum(ledger.errors.values()),
        **{
            f"held: {why}": n for why, n in c.execute(select(quarantine.c.why, func.count()).group_by(quarantine.c.why))
        },
        "steps of ladders": c.execute(select(func.count()).select_from(notice)).scalar_one(),
    }
    return counts, said


_HELD = select(quarantine.c.why, func.count()).group_by(quarantine.c.why)


def _lost(ledger: Ledger, rows: Counter[str], acks: Counter[str], items: Counter[str]) -> list[str]:
    """What the broker had taken over and is nowhere."""
    said = [f"{id} was lost" for id in ledger.sent if id not in rows]
    said += [f"{id} has no item" for id in rows if not items[id]]
    said += [f"{id} has no acknowledgement" for id in rows if not acks[id]]
    said += [f"the acknowledgement of {id} did not arrive" for id in ledger.sent if not ledger.answers.get(id)]
    said += [f"nobody was told of the rubbish {id}" for id in ledger.rubbish if not ledger.errors[id]]
    return said


def _doubled(c: Connection, ledger: Ledger, rows: Counter[str], acks: Counter[str]) -> list[str]:
    """What was done twice. An acknowledgement that comes again under its own id is the same one."""
    said = [f"{id} was taken in {n} times" for id, n in rows.items() if n > 1]
    said += [f"{id} has {n} acknowledgements" for id, n in acks.items() if n > 1]
    said += [f"{id} was answered with {len(ids)} ids" for id, ids in ledger.answers.items() if len(ids) > 1]
    said += [f"{id} was never sent" for id in rows if id not in ledger.tried]
    held = c.execute(select(func.count()).select_from(quarantine)).scalar_one()
    if not len(ledger.rubbish) <= held <= ledger.rubbish_tried:
        said.append(f"{held} are held, and {len(ledger.rubbish)} were rubbish")
    accepted = select(journal.c.message, func.count()).where(journal.c.event == "message.accepted")
    twice = c.execute(accepted.group_by(journal.c.message).having(func.count() > 1)).all()
    said += [f"{id} was accepted {n} times" for id, n in twice]
    climbed = select(journal.c.item_id, journal.c.event, journal.c.detail, func.count())
    steps = climbed.where(journal.c.event.like("deadline.%")).group_by(
        journal.c.item_id, journal.c.event, journal.c.detail, journal.c.inbox
    )
    said += [f"{r[0]}: {r[1]} was told {r[3]} times" for r in c.execute(steps.having(func.count() > 1))]
    return said


def _open(c: Connection) -> list[str]:
    """What is left lying."""
    parked = c.execute(select(func.count()).select_from(outbox).where(outbox.c.parked_at.is_not(None))).scalar_one()
    waiting = c.execute(select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))).scalar_one()
    return [f"{n} {what}" for n, what in ((parked, "are parked"), (waiting, "were never sent")) if n]
