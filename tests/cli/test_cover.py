"""Gaps in cover as whoever plans sees them from the command line."""

import json
import time

from tests.cli.conftest import Hub

# In the week of 22 February Lars is at a course, and on that Tuesday Ingrid, who stands in for him, is off.
FEBRUARY = {"HUB_CLOCK__START": "2027-02-15T08:00:00+01:00", "HUB_CLOCK__ANCHOR": str(time.time())}


def test_a_day_on_which_nobody_covers_is_named_with_the_way_that_led_to_nobody(hub: Hub) -> None:
    found = hub("cover", **FEBRUARY)
    way = "Lars Berglund: kurs; Ingrid Haugen: day off; the substitutes form a loop"
    assert f"2027-02-23 Tue  nobody stands in for Lars Berglund ({way})" in found.stdout.decode()
    assert (1, b"") == (found.returncode, found.stderr)


def test_without_gaps_it_says_so_and_exits_well(hub: Hub) -> None:
    found = hub("cover", "--days", "8", **FEBRUARY)
    assert (0, "Somebody covers everywhere, 8 days ahead.\n") == (found.returncode, found.stdout.decode())


def test_machines_get_the_same(hub: Hub) -> None:
    found = hub("cover", "--json", **FEBRUARY)
    told = json.loads(found.stdout)
    assert (1, ["ingrid-haugen", "lars-berglund"]) == (found.returncode, [gap["inbox"] for gap in told])
    assert ("2027-02-23", None, "900100", 3) == (
        *(told[0][k] for k in ("day", "since", "practice")),
        len(told[0]["path"]),
    )
    assert (0, []) == ((none := hub("cover", "--json", "--days", "1", **FEBRUARY)).returncode, json.loads(none.stdout))
