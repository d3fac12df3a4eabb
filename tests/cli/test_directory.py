"""A folder is checked, compared, loaded and undone from the command line, as whoever keeps the directory does it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub import resources
from tests import centre

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
        full = [sys.executable, "-m", "hub.cli", "directory", *words, "--config", str(folder / "hub.toml")]
        own = {"NO_COLOR": "1", "COLUMNS": "100", "HUB_DATABASE__URL": f"sqlite:///{folder.parent}/hub.db"}
        return subprocess.run(
            full,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
        )

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


def test_an_example_that_names_nobody_is_found_by_the_check(run: Run, folder: Path) -> None:
    assert (0, True) == ((fine := run("check")).returncode, "is in order:\npractices: 1" in fine.stdout)
    edit(folder, "examples.toml", 'to = "', 'to = "nobody')
    assert (78, True) == ((wrong := run("check")).returncode, "examples.toml: line" in wrong.stderr)


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
    assert (1, True) == ((no := run("export", str(out), "--version", "7")).returncode, "no version 7" in no.stderr)


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
