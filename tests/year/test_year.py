"""The short form of `make year`: each step of each ladder is told once and in time, whatever befalls the watchers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from hub.store import engine
from hub.store.tables import deadline, item, notice
from tests.year import __main__ as year
from tests.year import arithmetic, backlog, minutes, plant
from tests.year.life import Turmoil
from tests.year.plan import Plan

# The leap day, both nights on which the clock is changed, and a day before each.
DAYS = (
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2028, 3, 25),
    date(2028, 3, 26),
    date(2028, 10, 28),
    date(2028, 10, 29),
)
HOUR = timedelta(hours=1)
TURMOIL = Turmoil(crashes=6, stops=1, jumps=(HOUR, 24 * HOUR, -timedelta(seconds=40)))


def test_a_calendar_by_chance_says_what_its_minutes_say() -> None:
    hours = arithmetic.calendars(seed=4, several=1)["by chance 1"]
    assert [] == arithmetic.compared("by chance", hours, 2027, 2028, cases=1_000, seed=4).wrong


def test_a_calendar_that_forgets_one_holiday_is_found() -> None:
    hours = minutes.CALENDARS["a practice"]
    first_of_may = date(2028, 5, 1)
    forgetful = replace(hours, closed={day: name for day, name in hours.closed.items() if day != first_of_may})
    slow = minutes.Minutes(hours, date(2028, 4, 1), date(2028, 6, 1))
    before = datetime(2028, 4, 28, 13, 30, tzinfo=UTC)
    assert [] == list(arithmetic.disagreements(hours, slow, before, HOUR))
    said = list(arithmetic.disagreements(forgetful, slow, before, HOUR))
    assert "add_minutes 60 at 2028-04-28T13:30:00+00:00" in said[0]


@pytest.mark.journey
def test_watchers_that_die_stop_and_jump_tell_each_step_once_and_in_time(url: str) -> None:
    done, found, planted = year.lived(url, Plan(160, DAYS, seed=5), TURMOIL)
    assert [] == found.wrong
    assert 6 + 3 == done.crashes.total()
    assert found.told > 120
    # What is planted in these very books is found, each by what it is called.
    assert list(plant.PLANTS) == [name for name, said in planted.items() if said]


@pytest.mark.journey
@pytest.mark.parametrize("kind", plant.BROKEN)
def test_what_broken_watchers_do_is_found(kind: str) -> None:
    assert year.broken_watchers(kind, seed=1) > 0


@pytest.mark.journey
def test_of_all_that_came_while_the_hub_was_down_the_urgent_is_told_first(url: str, kind: str, tmp_path: Path) -> None:
    backlog.run(url, tmp_path, count=700, urgent=60, rest_seconds=0, watch=kind == "postgresql")
    made = create_engine(engine.address(url))
    with made.connect() as c:
        query = select(deadline.c.urgent).join(notice, notice.c.item_id == deadline.c.item_id)
        told = c.execute(query.order_by(notice.c.id)).scalars().all()
        assert {(1, 2)} == {tuple(row) for row in c.execute(select(item.c.level, item.c.version).distinct())}
    made.dispose()
    assert [True] * 60 + [False] * 640 == told
