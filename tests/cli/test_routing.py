"""What a centre's manager asks before a rule is put in: do the examples hold, and what would have moved?"""

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub import settings
from hub.desk import Act
from hub.directory import InboxId, PersonId
from hub.item import Action
from hub.service import Delivery
from hub.store.migrate import migrate
from tests import centre, forked

OSLO, HOUR = ZoneInfo("Europe/Oslo"), timedelta(hours=1)
RULE = '[[rule]]\nname = "Hjemmetjenesten til saksbehandleren"\nto = "case_handler"\nwhen = { senders = ["900200"] }\n'


def hub(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    own = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", **environment}
    return forked.run(*words, env=own)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A centre's files, where a manager may write."""
    shutil.copytree(settings.sample().parent, tmp_path / "centre")
    return tmp_path / "centre"


@pytest.fixture
def new(folder: Path) -> Path:
    """Rules with one more at the top."""
    path = folder / "new.toml"
    path.write_text(RULE + (folder / "routes.toml").read_text("utf-8"), "utf-8")
    return path


async def _ended_after_two_hours(url: str) -> tuple[datetime, str]:
    """A message came on a morning of last week; when, and the item that it became."""
    sample = settings.load(settings.sample())
    came = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=7)
    async with centre.opened(sample.model_copy(update={"database": settings.Database(url=url)})) as opened:
        exchange = next(x for x in opened.accounts.systems.values() if x.any)
        await opened.receive([Delivery(centre.message(), exchange)], came)
        (line,) = await opened.store.lines(InboxId(centre.TEAM))
        nurse = opened.directory.people[PersonId("kari.moen")]
        await opened.act(line.item.id, Act(Action.ANSWER, text="Ja."), line.item.version, nurse, came + 2 * HOUR)
    return came, line.item.id


class TestExamples:
    def test_the_samples_examples_hold(self, folder: Path) -> None:
        done = hub("routes", "test", "--config", str(folder / "hub.toml"))
        assert (0, "9 examples, 0 lie elsewhere.") == (done.returncode, done.stdout.decode().strip())

    def test_an_example_that_a_new_rule_takes_is_told_with_the_reason(self, folder: Path, new: Path) -> None:
        done = hub("routes", "test", "--config", str(folder / "hub.toml"), "--routes", str(new))
        told = done.stdout.decode()
        assert (1, True) == (done.returncode, told.endswith("9 examples, 3 lie elsewhere.\n"))
        assert "lies in saksbehandling and not in primaerhelseteam" in told
        assert "because rule “Hjemmetjenesten til saksbehandleren”" in told

    def test_a_name_that_is_not_there_is_told_with_file_and_place(self, folder: Path) -> None:
        path = folder / "examples.toml"
        path.write_text(path.read_text("utf-8").replace('to = "ledelse"', 'to = "ledelsen"'), "utf-8")
        done = hub("routes", "test", "--config", str(folder / "hub.toml"))
        assert 78 == done.returncode
        assert 'examples.toml: line 26, example[1].to: there is no inbox "ledelsen"' in done.stderr.decode()


class TestRehearsal:
    @pytest.fixture
    def config(self, folder: Path) -> str:
        migrate(f"sqlite:///{folder / 'hub.db'}")
        return str(folder / "hub.toml")

    def test_a_hub_that_got_nothing_moves_nothing(self, config: str, folder: Path, new: Path) -> None:
        named = {"HUB_DATABASE__URL": f"sqlite:///{folder / 'hub.db'}"}
        done = hub("rehearse", "--config", config, "--routes", str(new), "--json", **named)
        counts = {"as_of": None, "judged": 0, "unread": 0, "moved": 0, "sooner": 0, "later": 0, "ways": []}
        none = dict.fromkeys(("met", "missed", "open"), 0)
        expected = {**counts, "deadlines": {"before": none, "after": none, "changed": 0, "examples": []}}
        assert (0, expected) == (done.returncode, json.loads(done.stdout))

    async def test_which_deadlines_would_be_missed_is_told_in_local_time_and_in_utc_for_machines(
        self, config: str, folder: Path
    ) -> None:
        url = f"sqlite:///{folder / 'hub.db'}"
        came, item = await _ended_after_two_hours(url)
        path = folder / "ladders.toml"
        hasty = re.sub(r"(?m)^due = .*$", "due = { elapsed_hours = 1 }", path.read_text("utf-8"))
        (folder / "hasty.toml").write_text(hasty, "utf-8")
        words = ("rehearse", "--config", config, "--ladders", str(folder / "hasty.toml"), "--last", "30d")
        told, plain = (hub(*words, *more, HUB_DATABASE__URL=url).stdout.decode() for more in ((), ("--json",)))
        deadlines = json.loads(plain)["deadlines"]
        (one,) = deadlines["examples"]
        due = datetime.fromisoformat(one["due_before"])
        name = "Pasient med kommunale tjenester"
        expected = {
            **{"number": 1, "item": item, "inbox": centre.TEAM, "ladder_before": name, "ladder_after": name},
            **{"due_before": due.isoformat(), "due_after": (came + HOUR).isoformat()},
            **{"asked": None, "ended": (came + 2 * HOUR).isoformat(), "fate_before": "met", "fate_after": "missed"},
        }
        assert (1, expected, UTC) == (deadlines["changed"], one, due.tzinfo)
        first, second, ended = (f"{x.astimezone(OSLO):%Y-%m-%d %H:%M %Z}" for x in (due, came + HOUR, came + 2 * HOUR))
        lines = [
            "     1  were met and would have been missed",
            "     1  would have been due at another time",
            f"        met -> missed   message 1 in {centre.TEAM}, ended {ended}, item {item}",
            f"                        due {first} by “{name}” -> {second} by “{name}”",
        ]
        assert lines == told.splitlines()[2:]
        assert [] == [x for x in (centre.TEAM_PATIENT, "Blodtrykk", "Aas") if x in told or x in plain]
        none = hub(*words, "--examples", "0", HUB_DATABASE__URL=url).stdout.decode()
        assert lines[:2] == none.splitlines()[2:]

    @pytest.mark.parametrize("span", ["30", "d", "30y", "-1d"])
    def test_a_span_that_is_none_is_refused_in_words(self, config: str, span: str) -> None:
        done = hub("rehearse", "--config", config, f"--last={span}")
        assert 2 == done.returncode
        assert "12h" in done.stderr.decode()

    def test_the_day_as_of_which_it_is_judged_is_told(self, config: str, folder: Path) -> None:
        named = {"HUB_DATABASE__URL": f"sqlite:///{folder / 'hub.db'}"}
        words = ("rehearse", "--config", config, "--as-of", "2026-11-25")
        told = "0 messages, as if they had come on 2026-11-25 Wed: 0 would lie elsewhere, 0 be due sooner, 0 later.\n"
        assert told == hub(*words, **named).stdout.decode()
        assert "2026-11-25" == json.loads(hub(*words, "--json", **named).stdout)["as_of"]

    @pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "25.11.2026", ""])
    def test_a_day_that_is_none_is_refused_in_words(self, config: str, day: str) -> None:
        done = hub("rehearse", "--config", config, f"--as-of={day}")
        assert (2, True) == (done.returncode, "2026-11-25" in done.stderr.decode())
