"""The command as its user types it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hub import settings
from tests import centre

CONFIG = ["--config", str(settings.sample())]


def hub(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `hub` in a folder without a configuration."""
    command = [sys.executable, "-m", "hub.cli", *words]
    root = str(Path(__file__).parent.parent.parent)
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": root, "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, cwd=folder or "/", env=environment
    )


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A message of each verdict."""
    contents = {
        "good": centre.message(),
        "rejected": centre.message(msg_id="no-uuid"),
        "nobody": centre.message(service="900999"),
        "unreadable": b"rubbish",
    }
    for name, raw in contents.items():
        (tmp_path / f"{name}.xml").write_bytes(raw)
    return {name: str(tmp_path / f"{name}.xml") for name in contents}


@pytest.mark.parametrize(("name", "code"), [("good", 0), ("rejected", 1), ("unreadable", 2)])
def test_check_exits_by_its_verdict(files: dict[str, str], name: str, code: int) -> None:
    found = hub("check", files[name])
    assert (code, "") == (found.returncode, found.stderr)


def test_check_tells_code_line_path_and_what_to_mend(files: dict[str, str]) -> None:
    found = hub("check", files["rejected"]).stdout
    assert "rejected, E10" in found
    assert "line 4 /MsgHead/MsgInfo/MsgId" in found
    assert "UUID" in found


def test_check_of_several_exits_with_the_worst(files: dict[str, str]) -> None:
    assert 2 == hub("check", *files.values()).returncode


def test_check_speaks_json(files: dict[str, str]) -> None:
    found = json.loads(hub("check", "--json", files["good"], files["rejected"], files["unreadable"]).stdout)
    assert [("accepted", None, 1), ("rejected", "E10", 2), ("unreadable", "T01", None)] == [
        (x["verdict"], x["code"], x["apprec"]) for x in found
    ]


def test_check_knows_the_receivers_when_it_has_a_configuration(files: dict[str, str]) -> None:
    assert [0, 1] == [hub("check", files["nobody"]).returncode, hub("check", *CONFIG, files["nobody"]).returncode]
    assert "E21" in hub("check", *CONFIG, files["nobody"]).stdout


def test_explain_tells_inbox_rule_and_deadline(files: dict[str, str]) -> None:
    found = json.loads(hub("explain", "--json", "--at", "2026-11-24T09:00", files["good"]).stdout)
    assert (centre.TEAM, "Pasient med kommunale tjenester", "2026-11-24T16:00+01:00") == (
        found["inbox"]["id"],
        found["rule"],
        found["due_at"],
    )
    assert found["passed_over"][0] == {"rule": "Testmeldinger", "because": "it is no test message"}


def test_explain_speaks_plainly(files: dict[str, str]) -> None:
    found = hub("explain", "--at", "2026-11-24T09:00", files["good"]).stdout
    assert "Primærhelseteamet" in found
    assert "Tuesday 24 November 2026 16:00" in found


def test_explain_of_what_would_be_refused_says_so(files: dict[str, str]) -> None:
    found = hub("explain", files["rejected"])
    assert 1 == found.returncode
    assert "rejected" in found.stderr and "Traceback" not in found.stderr


def test_help_names_every_command() -> None:
    found = hub("--help")
    assert 0 == found.returncode
    assert not {"serve", "migrate", "check", "explain", "demo"} - set(found.stdout.replace("│", " ").split())


@pytest.mark.parametrize("words", [("check",), ("check", "/no/such/file"), ("nonsense",), ("explain",)])
def test_a_wrong_call_is_told_how_it_should_be(words: tuple[str, ...]) -> None:
    found = hub(*words)
    assert 2 == found.returncode
    assert "Usage" in found.stderr


def test_serving_without_a_configuration_says_how_to_name_one(tmp_path: Path) -> None:
    found = hub("serve", folder=tmp_path)
    assert (78, True) == (found.returncode, "--config" in found.stderr)
