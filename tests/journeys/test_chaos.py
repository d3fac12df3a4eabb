"""A short form of `make chaos`: a leader is killed, the database too, and links fail; nobody mends anything."""

from pathlib import Path

import pytest

from hub.store.migrate import migrate
from tests.chaos import campaign
from tests.chaos.link import Fault
from tests.servers import postgresql as pg
from tests.servers import rabbitmq as mq


@pytest.mark.journey
@pytest.mark.slow
async def test_brokers_database_and_links_fail_and_nothing_is_lost(
    postgresql: pg.Postgresql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign, "BLOW_SECONDS", 2.0)
    monkeypatch.setattr(campaign, "STILL_SECONDS", 2.0)
    blows = [
        campaign.kill_leader,
        campaign.fail_link("broker 2", Fault.HOLE),
        campaign.restart_database,
        campaign.fail_link("database", Fault.RESET),
    ]
    with (
        mq.running(count=3) as cluster,
        pg.running() as server,
        (tmp_path / "log").open("wb") as log,
    ):
        database = server.create()
        migrate(server.url(database))
        done = await campaign.play(cluster, server, database, blows, seed=3, log=log, tell=lambda _: None)
    assert ([], len(blows)) == (done.wrong, sum(done.blows.values()))
    assert done.counts["messages"] > 0


@pytest.mark.journey
async def test_where_nobody_leads_the_queue_no_other_node_is_hit_in_its_place(
    rabbitmq: mq.Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign, "PRACTICE", "900999_async")
    monkeypatch.setattr(campaign, "LEADER_SECONDS", 1.0)
    with pytest.raises(TimeoutError, match="nobody leads 900999_async"):
        await campaign.leader(mq.Cluster([rabbitmq]))
