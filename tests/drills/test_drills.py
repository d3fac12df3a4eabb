"""A short form of `make drills`: two parts are stopped at the same time, and a person is told within a minute."""

from pathlib import Path

import pytest

from tests.drills import campaign
from tests.drills.__main__ import own
from tests.drills.campaign import Drill
from tests.drills.site import running
from tests.servers import rabbitmq as mq

pytestmark = [pytest.mark.journey, pytest.mark.slow]


async def test_a_person_is_told_of_a_part_that_stops_and_when_it_is_back(
    postgresql_url: str, rabbitmq: mq.Node, tmp_path: Path
) -> None:
    async with running(tmp_path, postgresql_url, own(rabbitmq, "drills")) as site:
        drills = await campaign.play(site, {"watch": "frozen", "relay": "killed"})
    assert [True, True] == [drill.in_time for drill in drills]
    told = [line for told in site.person.told for line in told.json["lines"]]
    # Whoever saw it, each was told once.
    assert {("broken", "watch"), ("broken", "relay"), ("mended", "watch"), ("mended", "relay")} == {
        (line["kind"], line["about"]) for line in told
    }
    assert 4 == len(told)


def test_the_table_has_the_median_and_the_worst() -> None:
    drills = [Drill("watch", "killed", 30.0, 5.0), Drill("relay", "frozen", 20.0, 7.0)]
    rows = [line.split() for line in campaign.table(drills).splitlines()]
    assert ["watch", "1", "30.0", "30.0", "30.0", "5.0"] == rows[2]
    assert ["all", "2", "25.0", "29.5", "30.0", "6.0"] == rows[-1]
