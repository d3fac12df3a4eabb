"""A short form of `make crash`: workers are killed at any moment and at named steps, and the books add up."""

import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select

from hub import settings
from hub.store import Store
from hub.store.tables import attempt, message, outbox
from tests.crash import audit, campaign, nursery
from tests.crash.traffic import Ledger
from tests.servers import rabbitmq as mq

KILLS = 16


@pytest.mark.journey
@pytest.mark.slow
async def test_killed_workers_lose_nothing_and_do_nothing_twice(url: str, rabbitmq: mq.Node, tmp_path: Path) -> None:
    found = nursery.configured(url, (rabbitmq.url,), time.time())
    with (tmp_path / "log").open("wb") as log:
        done = await campaign.play(found, KILLS, seed=7, log=log)
    assert ([], KILLS) == (done.wrong, sum(done.kills.values()))
    assert done.counts["messages"] > 0
    await _plant(found)


async def _plant(found: settings.Settings) -> None:
    """An audit that finds nothing is only worth something when it finds what is planted."""
    ledger = Ledger()
    async with Store(found.database.url) as store:
        rows = await store._readers.run(lambda c: list(c.execute(select(message.c.msg_id)).scalars()))
        ledger.sent = ledger.tried = set(rows)
        ledger.answers = {id: Counter(["one"]) for id in rows}
        lost, doubled, *_ = rows
        ledger.answers[doubled]["another"] = 1
        await store._writer.run(_lose, lost)
        _, wrong = await audit.check(store, ledger, dead=1)
    assert f"{lost} has no acknowledgement" in wrong
    assert f"{doubled} was answered with 2 ids" in wrong
    assert "1 dead letters" in wrong
    async with Store(found.database.url) as store:
        ledger.sent.add("never arrived")
        _, wrong = await audit.check(store, ledger, dead=0)
    assert "never arrived was lost" in wrong


def _lose(c: Connection, id: str) -> None:
    number = c.execute(select(message.c.id).where(message.c.msg_id == id)).scalar_one()
    ours = select(outbox.c.id).where(outbox.c.message_id == number)
    c.execute(delete(attempt).where(attempt.c.outbox_id.in_(ours)))
    c.execute(delete(outbox).where(outbox.c.message_id == number))
