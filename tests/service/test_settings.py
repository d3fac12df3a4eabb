"""Settings: what a site may write, in hub.toml and in the environment."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub import settings
from hub.enquiry import Register
from hub.errors import BadConfiguration

START = "2026-11-24T08:30:00+01:00"


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of ours is in the environment but what a test puts there."""
    for name in [name for name in os.environ if name.upper().startswith("HUB_")]:
        monkeypatch.delenv(name)


def loaded(folder: Path, written: str = "") -> settings.Settings:
    (folder / "hub.toml").write_text(written, encoding="utf-8")
    return settings.load(folder / "hub.toml")


def refused(folder: Path, written: str = "") -> BadConfiguration:
    with pytest.raises(BadConfiguration) as refusal:
        loaded(folder, written)
    return refusal.value


def test_an_empty_file_is_enough(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert (8460, tmp_path, f"sqlite:///{tmp_path}/sambud.db") == (found.web.port, found.folder, found.database.url)


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_WEB__PORT", "9000")
    monkeypatch.setenv("hub_web__session_hours", "7")
    monkeypatch.setenv("HUB_FOLDER", "elsewhere")
    monkeypatch.setenv("HUB_CONFIG", "nowhere.toml")
    monkeypatch.setenv("HUB_WATCH", '{"grace_seconds": 5}')
    found = loaded(tmp_path, "folder = 'here'\n[web]\nport = 1\nhost = '::1'")
    assert (9000, 7, "::1", tmp_path / "elsewhere", 5) == (
        found.web.port,
        found.web.session_hours,
        found.web.host,
        found.folder,
        found.watch.grace_seconds,
    )


@pytest.mark.parametrize(
    "name", ["HUB_FOO", "HUB_WEBB__PORT", "HUB_WEB__PROT", "HUB_WEB_PORT", "HUB_WEB__PORT__X", "hub_config", "Hub_Foo"]
)
def test_a_name_that_means_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    refusal = refused(tmp_path)
    assert ("environment", name) == (refusal.file, refusal.key)
    assert "the hub knows no such name; is it misspelt?" == refusal.reason


def test_a_wrong_value_is_told_where_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_file = refused(tmp_path, "[web]\nport = 70000")
    assert (str(tmp_path / "hub.toml"), "web.port") == (of_file.file, of_file.key)
    monkeypatch.setenv("HUB_WEB__PORT", "70000")
    of_environment = refused(tmp_path, "[web]\nport = 1")
    assert ("environment", "HUB_WEB__PORT") == (of_environment.file, of_environment.key)


def test_everything_that_is_wrong_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = refused(tmp_path, "foo = 1\n[web]\nport = 70000\n[wire]\nreaders = 0")
    assert ("web.port", True) == (refusal.key, refusal.reason.endswith("(and 2 more)"))
    assert ["wire.readers", "foo"] == [note.split(": ")[1] for note in refusal.__notes__]
    for name in ("HUB_BAR", "HUB_FOO"):
        monkeypatch.setenv(name, "1")
    of_environment = refused(tmp_path)
    assert ("HUB_BAR", True) == (of_environment.key, of_environment.reason.endswith("(and 1 more)"))
    assert ["HUB_FOO"] == [note.split(": ")[1] for note in of_environment.__notes__]


def test_a_clock_with_a_start_alone_starts_when_it_is_read(tmp_path: Path) -> None:
    before = time.time()
    found = loaded(tmp_path, f"[clock]\nstart = {START}\nspeed = 60")
    assert before <= found.clock.anchor <= time.time()
    gone = found.running_clock().now() - datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    assert timedelta() <= gone < timedelta(hours=1)


def test_processes_with_the_same_anchor_have_the_same_time(tmp_path: Path) -> None:
    found = loaded(tmp_path, f"[clock]\nstart = {START}\nanchor = 5.0")
    assert 5.0 == found.clock.anchor


@pytest.mark.parametrize(
    "written", ["[wire]\nseconds = inf", "[clock]\nanchor = nan", "[watch]\ngrace_seconds = 99999999999999"]
)
def test_what_would_fail_later_is_refused_at_once(tmp_path: Path, written: str) -> None:
    assert str(tmp_path / "hub.toml") == refused(tmp_path, written).file


OF_ENVIRONMENT = [
    ("HUB_WEB", "rubbish", "must be JSON"),
    ("HUB_WEB", '{"port": "x"}', "port: "),
    ("hub_web", '{"prot": 1}', "prot: there is no such key"),
    ("HUB_WEB", "[1]", "dictionary"),
    ("HUB_WEB__HOST", "", "at least 1 character"),
    ("HUB_WEB__HOST", "ø..", "neither a host name nor an address"),
    ("HUB_WIRE__MEMORY_MB", "9" * 20, "less than or equal"),
    ("HUB_WIRE__LIMIT_BYTES", "9" * 20, "less than or equal"),
    ("HUB_DATABASE__URL", "sqlite:///:memory:", "must name a file"),
    ("HUB_DATABASE__URL", "sqlite:///", "must name a file"),
    ("HUB_DATABASE__URL", "sqlite:///hub.db?mode=ro", "takes no options"),
    ("HUB_DATABASE__URL", "mysql://name:secret@host/hub", "must begin with sqlite:/// or postgresql://"),
]


@pytest.mark.parametrize(("name", "value", "words"), OF_ENVIRONMENT)
def test_what_is_wrong_in_the_environment_is_told_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    refusal = refused(tmp_path, "[web]\nport = 1\nhost = 'localhost'")
    assert ("environment", name, True) == (refusal.file, refusal.key, words in refusal.reason)
    assert "secret" not in str(refusal)


def test_a_section_in_the_environment_is_not_blamed_for_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_WEB", '{"host": "localhost"}')
    refusal = refused(tmp_path, "[web]\nport = 'x'")
    assert (str(tmp_path / "hub.toml"), "web.port") == (refusal.file, refusal.key)


OF_FILE = [
    ("[web]\nhost = ''", "web.host"),
    ("[web]\nhost = 'a\\u0000'".replace("'", '"'), "web.host"),
    ('folder = "a\\u0000"', "folder"),
    ("[database]\nurl = 'mysql://host/hub'", "database.url"),
]


@pytest.mark.parametrize(("written", "key"), OF_FILE)
def test_what_serve_would_refuse_is_refused_where_the_file_is_known(tmp_path: Path, written: str, key: str) -> None:
    refusal = refused(tmp_path, written)
    assert (str(tmp_path / "hub.toml"), key) == (refusal.file, refusal.key)


@pytest.mark.parametrize("address", ["https://ar.example/party", "http://127.0.0.1:8000/gp", "http://localhost/gp"])
def test_a_register_is_asked_over_https_or_on_this_machine(tmp_path: Path, address: str) -> None:
    found = loaded(tmp_path, f"[registers]\ngp = '{address}'")
    assert {Register.GP: address} == found.registers.addresses


@pytest.mark.parametrize(
    "address",
    ["http://ar.example/party", "ar.example", "https://", "ftp://ar.example/", "https://me:secret@ar.example/"],
)
def test_a_register_elsewhere_is_refused_without_https(tmp_path: Path, address: str) -> None:
    refusal = refused(tmp_path, f"[registers]\naddress = '{address}'")
    assert "must be an address as in https://ar.example/party" in str(refusal)
