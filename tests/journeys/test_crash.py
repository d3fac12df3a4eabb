"""A short form of `make crash`: workers are killed at any moment and at named steps, and the books add up."""

import time
from pathlib import Path

import pytest

from hub.store import Store
from tests.crash import audit, campaign, nursery, plant
from tests.crash.steps import Step
from tests.servers import rabbitmq as mq

KILLS = 6


@pytest.mark.journey
@pytest.mark.slow
async def test_killed_workers_lose_nothing_and_do_nothing_twice(
    url: str, rabbitmq: mq.Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = nursery.configured(url, (rabbitmq.url,), time.time())
    with (tmp_path / "log").open("wb") as log:
        done = await campaign.play(found, KILLS, seed=7, log=log)
    # A busy machine may leave a worker no time to come to a step; it is killed all the same, and told of.
    assert ([], KILLS) == (done.wrong, sum(done.kills.values()))
    assert sum(done.steps.values()) > sum(done.missed.values())
    assert done.counts["messages"] > 0
    # Each was found, by what it is called.
    assert list(plant.PLANTS) == [name for name, said in done.planted.items() if said]
    # An audit that is blind for bytes is known by what it overlooks.
    monkeypatch.setattr(audit, "_bytes", lambda *_: [])
    async with Store(url) as store:
        blind = await plant.found(store, done.ledger, done.at, ("a message's bytes lost", "an item lost"))
    assert ["the audit overlooked what was planted: a message's bytes lost"] == plant.overlooked(blind)


@pytest.mark.journey
async def test_a_step_that_no_worker_comes_to_is_not_counted_and_a_worker_that_ends_by_itself_is_told(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    well, broken = nursery.configured(url, (), time.time()), nursery.configured(f"{url}x", (), time.time())
    done, never = campaign.Round(), Step("watch", "hub.store.store.Store.put_off", "before")
    due = Step("watch", "hub.store.store.Store.due", "before")
    with (tmp_path / "log").open("wb") as log:
        async with campaign.nursery(broken, log) as home:
            await campaign.die_at(home, due, 1, done)
        assert ([f"watch ({due}) ended by itself with 1"], 0) == (done.wrong, done.steps.total())
        done = campaign.Round()
        async with campaign.nursery(well, log) as home:
            await campaign.die_at(home, due, 1, done)
            monkeypatch.setattr(campaign, "REACH_SECONDS", 1.0)
            await campaign.die_at(home, never, 1, done)
    assert ({str(due): 1}, {str(never): 1}, []) == (done.steps, done.missed, done.wrong)
