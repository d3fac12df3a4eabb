"""The command as its user types it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub import settings
from tests import centre, forked

CONFIG = ["--config", str(settings.sample())]


def hub(*words: str, folder: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `hub` in a folder without a configuration."""
    environment = {"PATH": "/usr/bin:/bin", "COLUMNS": "100", "NO_COLOR": "1", **more}
    return forked.text(*words, cwd=folder or Path("/"), env=environment)


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
    because = found["deadline"]["because"]
    assert (["en", "nb"], ["the patient is followed by a team"], "Europe/Oslo") == (
        sorted(because),
        found["deadline"]["facts"],
        found["deadline"]["zone"],
    )


def test_explain_speaks_plainly(files: dict[str, str]) -> None:
    found = hub("explain", "--at", "2026-11-24T09:00", files["good"]).stdout
    assert "Primærhelseteamet" in found
    assert "Tuesday 24 November 2026 16:00" in found
    assert "nb: Frist i dag 16:00, fordi den kom i dag 09:00, pasienten følges av et team; samme arbeidsdag" in found
    assert "en: Due today 16:00, because it came today 09:00, the patient is followed by a team; " in found


def test_explain_of_what_would_be_refused_says_so(files: dict[str, str]) -> None:
    found = hub("explain", files["rejected"])
    assert 1 == found.returncode
    assert "rejected" in found.stderr and "Traceback" not in found.stderr


def test_help_names_every_command() -> None:
    found = hub("--help")
    assert 0 == found.returncode
    commands = {"serve", "migrate", "check", "check-config", "explain", "demo", "password"}
    assert not commands - set(found.stdout.replace("│", " ").split())


@pytest.mark.parametrize("words", [("check",), ("nonsense",), ("explain",), ("check-config", "x")])
def test_a_wrong_call_is_told_how_it_should_be(words: tuple[str, ...]) -> None:
    found = hub(*words)
    assert 2 == found.returncode
    assert "Usage" in found.stderr


@pytest.mark.parametrize("command", ["check", "explain"])
def test_a_file_that_is_not_there_is_told_from_one_that_cannot_be_understood(
    command: str, files: dict[str, str], tmp_path: Path
) -> None:
    missing, folder = hub(command, "/no/such/file"), hub(command, str(tmp_path))
    assert (66, "hub: /no/such/file: there is no such file\n", "") == (
        missing.returncode,
        missing.stderr,
        missing.stdout,
    )
    assert (66, f"hub: {tmp_path}: the file cannot be read: Is a directory\n") == (folder.returncode, folder.stderr)


def test_a_missing_file_among_others_is_no_verdict(files: dict[str, str]) -> None:
    assert 66 == hub("check", files["good"], "/no/such/file", files["unreadable"]).returncode


def test_check_config_says_what_it_found() -> None:
    found = hub("check-config", *CONFIG)
    assert (0, "") == (found.returncode, found.stderr)
    first, people, rules = found.stdout.splitlines()
    assert f"{settings.sample()} and {settings.sample().parent} are in order:" == first
    assert people.startswith("practices: 1, people: 17, inboxes: ")
    assert "patients: 8100" in people and "ladders: 13" in rules


def test_check_config_tells_all_that_is_wrong(tmp_path: Path) -> None:
    copied = tmp_path / "centre"
    shutil.copytree(settings.sample().parent, copied)
    centre = copied / "centre.toml"
    written = centre.read_text(encoding="utf-8").replace('zone = "Europe/Oslo"', 'zone = "Oslo"')
    centre.write_text(written.replace("08:00-16:00", "8-16"), encoding="utf-8")
    found = hub("check-config", "--config", str(copied / "hub.toml"))
    assert (78, "") == (found.returncode, found.stdout)
    title, *problems = found.stderr.splitlines()
    assert "hub: the configuration is wrong" == title
    assert ["zone", *(f"open.{day}[0]" for day in ("mon", "tue", "wed", "thu", "fri"))] == [
        problem.removeprefix(f"{centre}: line ").partition(", practice[0].")[2].partition(":")[0]
        for problem in problems
    ]


def test_check_config_tells_wrong_settings(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text("foo = 1\n[web]\nport = 70000\n", encoding="utf-8")
    found = hub("check-config", folder=tmp_path)
    assert 78 == found.returncode
    assert ["web.port", "foo"] == [line.split(": ")[1] for line in found.stderr.splitlines()[1:]]


def test_check_config_without_a_configuration_says_how_to_name_one(tmp_path: Path) -> None:
    found = hub("check-config", folder=tmp_path)
    assert (78, True) == (found.returncode, "--config" in found.stderr)


def test_serving_without_a_configuration_says_how_to_name_one(tmp_path: Path) -> None:
    found = hub("serve", folder=tmp_path)
    assert (78, True) == (found.returncode, "--config" in found.stderr)


@pytest.mark.parametrize(("name", "word", "code"), [("rejected", "rejected", 1), ("unreadable", "unreadable", 2)])
def test_explain_of_what_lies_in_no_inbox_is_its_verdict(
    files: dict[str, str], name: str, word: str, code: int
) -> None:
    found = hub("explain", "--json", files[name])
    told = json.loads(found.stdout)
    assert (code, word, None) == (found.returncode, told["verdict"], told["placing"])
    assert code == hub("check", files[name]).returncode


@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31"])
def test_explain_goes_no_further_than_calendars_do(files: dict[str, str], at: str) -> None:
    found = hub("explain", "--at", at, files["good"])
    assert (2, True) == (found.returncode, "give a year from 1900 to 2199" in found.stderr)


ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def test_letters_that_a_terminal_lacks_stop_nothing(files: dict[str, str]) -> None:
    found = hub("explain", files["good"], **ASCII)
    assert (0, True) == (found.returncode, r"Prim\xe6rhelseteamet" in found.stdout)
    told = json.loads(hub("explain", "--json", files["good"], **ASCII).stdout)
    assert "Primærhelseteamet" == told["inbox"]["name"]


def test_what_cannot_be_printed_is_told_and_is_no_success(files: dict[str, str]) -> None:
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "hub.cli", "check", files["good"]],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (74, "hub: what was to be printed: No space left on device\n") == (found.returncode, found.stderr)
