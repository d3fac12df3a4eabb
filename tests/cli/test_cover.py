"""Gaps in cover as whoever plans sees them from the command line."""

import json
import re
import shutil
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub import presence, registry, report, resources
from hub.directory import InboxId
from tests.cli.conftest import Hub

# In the week of 22 February Lars is at a course, and on that Tuesday Ingrid, who stands in for him, is off.
FEBRUARY = {"HUB_CLOCK__START": "2027-02-15T08:00:00+01:00", "HUB_CLOCK__ANCHOR": str(time.time())}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample centre that a test may change."""
    return Path(shutil.copytree(resources.folder("sample"), tmp_path / "sample"))


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


def test_the_managers_page_tells_what_really_happens(folder: Path) -> None:
    """docs/presence.md puts a GP on leave; here it is done."""
    page = (Path(__file__).parent.parent.parent / "docs" / "presence.md").read_text(encoding="utf-8")
    absence, substitute, days, hours = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    told = re.findall(r"^2026-.*$", page, re.MULTILINE)
    tuesday = datetime(2026, 11, 24, 13, tzinfo=UTC)
    written = (folder / "centre.toml").read_text(encoding="utf-8")
    found = []
    for leave in (absence, absence + substitute):
        (folder / "centre.toml").write_text(f"{written}\n{leave}", encoding="utf-8")
        directory = registry.load(folder).directory
        found.append(report.gaps_in_words(presence.coming(directory, tuesday), directory).splitlines())
    assert [told, []] == found
    (folder / "centre.toml").write_text(f"{written}\n{days}", encoding="utf-8")
    practice = list(registry.load(folder).directory.practices.values())[-1]
    (morning,) = practice.hours.openings(date(2027, 3, 25))
    assert ("08:00", "12:00") == tuple(f"{practice.hours.local(x):%H:%M}" for x in morning)
    assert () == practice.hours.openings(date(2026, 12, 24))
    # The team that the page opens in the evening is in the folder already.
    own = next(line for line in hours.splitlines() if line.startswith("open = "))
    team = 'id = "primaerhelseteam"\n'
    (folder / "centre.toml").write_text(written.replace(team, f"{team}{own}\n"), encoding="utf-8")
    inbox = registry.load(folder).directory.inboxes[InboxId("primaerhelseteam")]
    assert inbox.hours is not None and 1 == len(inbox.hours.openings(date(2026, 11, 28)))
