"""What operations see of a database from the command line."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hub import settings
from hub.service import Delivery
from tests import centre, forked

Command = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
async def command(tmp_path: Path) -> Command:
    """`hub` on a database with one message, one conflict and one that nobody can read."""
    async with centre.hub(tmp_path) as hub:
        exchange = next(s for s in hub.accounts.systems.values() if s.any)
        for raw in (centre.message(), centre.message(text="Noe annet"), b"\x00rubbish"):
            await hub.receive([Delivery(raw, exchange)], hub.clock.now())

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        given = {**os.environ, "HUB_DATABASE__URL": f"sqlite:///{tmp_path / 'hub.db'}"}
        return forked.run(*words, "--config", str(settings.sample()), env=given)

    return run


def test_the_tally_proves_that_nothing_was_lost(command: Command) -> None:
    found = command("tally", "--json")
    counted = json.loads(found.stdout)
    assert (0, {"accepted": 1}, {"held": 2}, {0}) == (
        found.returncode,
        counted["messages"],
        counted["quarantine"],
        set(counted["lost"].values()),
    )
    assert b"1 accepted" in command("tally").stdout


def test_quarantine_lists_the_reasons_and_gives_the_bytes_back(command: Command) -> None:
    held = json.loads(command("quarantine", "--json").stdout)
    assert [("conflict", "E10"), ("unreadable", "T01")] == [(x["why"], x["faults"][0]["code"]) for x in held]
    assert b"\x00rubbish" == command("quarantine", "--raw", "2").stdout
    told = command("quarantine").stdout
    assert b"other content" in told and b"Aas" not in told


def test_a_number_that_is_not_there_is_told(command: Command) -> None:
    found = command("quarantine", "--raw", "9")
    assert (1, True) == (found.returncode, b"no number 9" in found.stderr)


@pytest.mark.parametrize("number", ["0", "-3", "9" * 23])
def test_a_number_that_no_row_can_have_is_refused(command: Command, number: str) -> None:
    found = command("quarantine", "--raw", number)
    assert (2, True, b"") == (found.returncode, b"--raw" in found.stderr, found.stdout)


@pytest.mark.parametrize(
    "words",
    [("rehearse", "--last", "1d"), ("tally",), ("traffic",), ("dead", "list")],
    ids=" ".join,
)
def test_whoever_only_asks_makes_no_database(hub: Command, words: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    done = hub(*words, HUB_DATABASE__URL=f"sqlite:///{file}")
    told = done.stdout + done.stderr
    assert (False, True) == (file.exists(), b"run `hub migrate`" in told), told
