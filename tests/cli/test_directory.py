"""A folder is checked, compared, loaded and undone from the command line, as whoever keeps the directory does it."""

import asyncio
import getpass
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub import resources
from hub.cli.directory import directory
from hub.record import Version
from hub.registry import archive
from hub.store import Store
from tests import builders, centre, forked

Run = Callable[..., subprocess.CompletedProcess[str]]

LEAVE = '[[absence]]\nperson = "maret.haetta"\nfrom = 2027-03-01\nto = 2027-03-05\n\n[[absence]]'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample centre that a test may change, with a database of its own beside it."""
    centre.configured(tmp_path)
    copy = Path(shutil.copytree(resources.folder("sample"), tmp_path / "sample"))
    few = (copy / "patients.csv").read_bytes().splitlines(keepends=True)[:20]
    (copy / "patients.csv").write_bytes(b"".join(few))
    return copy


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs `hub directory` there; nobody sits at the terminal."""

    def words(*words: str) -> subprocess.CompletedProcess[str]:
        own = {"NO_COLOR": "1", "COLUMNS": "100", "HUB_DATABASE__URL": f"sqlite:///{folder.parent}/hub.db"}
        return forked.text("directory", *words, "--config", str(folder / "hub.toml"), env={**os.environ, **own})

    return words


def edit(folder: Path, name: str, old: str, new: str) -> None:
    written = (folder / name).read_text(encoding="utf-8")
    assert old in written
    (folder / name).write_text(written.replace(old, new, 1), encoding="utf-8")


def test_a_gp_goes_on_leave_and_comes_back_by_undo(run: Run, folder: Path) -> None:
    first = run("load", "--yes", "--why", "how it was")
    assert (0, "") == (first.returncode, first.stderr)
    assert "This is the first version:\npractices: 1" in first.stdout
    assert first.stdout.endswith("Version 1 is in force.\nNo process of the hub runs; each reads it when it starts.\n")
    assert (0, "Nothing: this is version 1.\n") == ((same := run("diff")).returncode, same.stdout)
    edit(folder, "centre.toml", "[[absence]]", LEAVE)
    differs = run("diff")
    assert (1, "centre.toml\n  + absence maret.haetta 2027-03-01\n") == (differs.returncode, differs.stdout)
    loaded = run("load", "--yes")
    assert (0, True) == (loaded.returncode, "Version 2 is in force." in loaded.stdout)
    undone = run("undo", "--yes")
    assert undone.stdout.startswith("centre.toml\n  - absence maret.haetta 2027-03-01\nVersion 3 is in force.")
    versions = json.loads(run("list", "--json").stdout)
    assert [(3, 1, "undo of 2"), (2, None, ""), (1, None, "how it was")] == [
        (x["number"], x["again"], x["why"]) for x in versions
    ]
    again = run("undo", "--yes")
    assert "+ absence maret.haetta 2027-03-01" in again.stdout


def test_a_folder_that_is_wrong_is_refused_and_nothing_is_loaded(run: Run, folder: Path) -> None:
    edit(folder, "centre.toml", 'kind = "coordinator"', 'kind = "coordinators"')
    for word in ("check", "diff", "load"):
        refused = run(word, *(["--yes"] if word == "load" else []))
        assert (78, "") == (refused.returncode, refused.stdout)
        assert "centre.toml: line " in refused.stderr
        assert "must be one of 'personal', 'pht', 'coordinator'" in refused.stderr
    assert "Nothing was ever loaded" in run("list").stdout


def test_a_check_tells_what_is_wrong_in_several_files(run: Run, folder: Path) -> None:
    edit(folder, "centre.toml", 'kind = "coordinator"', 'kind = "coordinators"')
    edit(folder, "routes.toml", "[[rule]]", "[[rules]]")
    wrong = run("check").stderr.splitlines()
    assert ["centre.toml", "routes.toml"] == [Path(x.split(": ")[n]).name for x, n in zip(wrong, (1, 0), strict=True)]


def test_an_example_that_names_nobody_is_found_by_the_check(run: Run, folder: Path) -> None:
    assert (0, True) == ((fine := run("check")).returncode, "is in order:\npractices: 1" in fine.stdout)
    edit(folder, "examples.toml", 'to = "', 'to = "nobody')
    for word in ("check", "diff", "load"):
        assert (78, True) == ((wrong := run(word)).returncode, "examples.toml: line" in wrong.stderr)


def test_where_nobody_can_be_asked_nothing_is_loaded(run: Run) -> None:
    asked = run("load")
    assert (2, True) == (asked.returncode, "give --yes" in asked.stderr)
    assert "Nothing was ever loaded" in run("list").stdout


def test_what_was_loaded_comes_out_as_it_went_in(run: Run, folder: Path, tmp_path: Path) -> None:
    run("load", "--yes")
    edit(folder, "centre.toml", "[[absence]]", LEAVE)
    run("load", "--yes")
    out = tmp_path / "out"
    assert (0, True) == ((done := run("export", str(out))).returncode, done.stdout.startswith(f"Version 2 is in {out}"))
    assert (folder / "centre.toml").read_bytes() == (out / "centre.toml").read_bytes()
    over = run("export", str(out), "--version", "1")
    assert (1, True) == (over.returncode, "has other files of these names: centre.toml" in over.stderr)
    assert 0 == run("export", str(out), "--version", "1", "--overwrite").returncode
    assert (resources.folder("sample") / "centre.toml").read_bytes() == (out / "centre.toml").read_bytes()
    for number in ("7", "0", "-1", "99999999999999999999"):
        none = run("export", str(out), "--version", number)
        assert (1, True) == (none.returncode, f"there is no version {number};" in none.stderr)


def test_what_is_written_out_can_be_read_by_nobody_else(run: Run, tmp_path: Path) -> None:
    run("load", "--yes")
    out = tmp_path / "out"
    assert 0 == run("export", str(out)).returncode
    assert {"0o40700", "0o100600"} == {oct(path.stat().st_mode) for path in (out, *out.iterdir())}


def test_a_version_that_cannot_be_used_is_not_gone_back_to(run: Run, folder: Path) -> None:
    contents = archive.gather(folder)
    contents["routes.toml"] = contents["routes.toml"].replace(b"[[rule]]", b"[[rule]]\nnew_key = 1", 1)
    named = {name: archive.digest(content) for name, content in contents.items()}

    async def put() -> bool:
        async with Store(f"sqlite:///{folder.parent}/hub.db") as store:
            version = Version(1, builders.TUESDAY, "kari", "by a newer hub", named)
            return await store.put_version(version, {named[name]: content for name, content in contents.items()})

    assert asyncio.run(put())
    assert 0 == run("load", "--yes").returncode
    refused = run("undo", "--yes")
    assert (78, "") == (refused.returncode, refused.stdout)
    assert "version 1/routes.toml: line " in refused.stderr
    assert "cannot be used by this version of the hub: there is no such key here" in refused.stderr
    assert [2, 1] == [x["number"] for x in json.loads(run("list", "--json").stdout)]


def test_why_cannot_do_anything_to_a_terminal(run: Run) -> None:
    run("load", "--yes", "--why", "a\nb\x1b[31m\u202ec\t")
    assert ["a b [31m c"] == [x["why"] for x in json.loads(run("list", "--json").stdout)]
    assert run("list").stdout.endswith("  a b [31m c\n")


def test_whoever_has_no_name_on_the_machine_is_known_by_number(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown() -> str:
        raise KeyError(f"getpwuid(): uid not found: {os.getuid()}")

    monkeypatch.setattr(getpass, "getuser", unknown)
    monkeypatch.setenv("HUB_DATABASE__URL", f"sqlite:///{folder.parent}/hub.db")
    done = CliRunner().invoke(directory, ["load", "--yes", "--config", str(folder / "hub.toml")])
    assert (0, None) == (done.exit_code, done.exception)
    assert [str(os.getuid())] == [x["who"] for x in json.loads(run("list", "--json").stdout)]


def test_there_is_nothing_to_go_back_to_before_the_first_version(run: Run) -> None:
    assert (1, True) == ((none := run("undo", "--yes")).returncode, "nothing was ever loaded" in none.stderr)
    assert 1 == run("export", "out").returncode
    run("load", "--yes")
    assert (1, True) == ((first := run("undo", "--yes")).returncode, "it is the first version" in first.stderr)


def test_a_running_hub_takes_up_what_is_loaded(run: Run, folder: Path) -> None:
    with centre.served(folder.parent) as served:
        loaded = run("load", "--yes")
        assert loaded.stdout.endswith("1 of 1 running processes decide by it.\n")
        assert 0 == served.stop()
