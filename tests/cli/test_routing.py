"""What a centre's manager asks before a rule is put in: do the examples hold, and what would have moved?"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hub import settings
from hub.store.migrate import migrate
from tests import forked

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
        expected = {**counts, "deadlines": {"before": none, "after": none}}
        assert (0, expected) == (done.returncode, json.loads(done.stdout))

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
